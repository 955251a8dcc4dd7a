"""Pascal VOC: one XML file an image, with the corners of its objects."""

import collections
import itertools
import os
from pathlib import Path

from kit.data import beside, box_formats, pairs, parts
from kit.data.marked import Marked, collect
from kit.data.raw import Raw
from kit.data.readers import READERS, existing
from kit.data.readers.tasks import kind_of
from kit.errors import Fault

_LOOKED_AT = 5  # XML files until one is Pascal VOC's
_CORNERS = ("xmin", "ymin", "xmax", "ymax")


def _takes(source, task=None):
    path = existing(source)
    if path is None or kind_of(task) not in (None, "detection"):
        return False
    first = [path] if path.is_file() else itertools.islice(_files(path), _LOOKED_AT)
    return any(file.suffix.lower() == ".xml" and b"<annotation" in _start(file) for file in first)


@READERS.register("Pascal VOC", takes=_takes, by_task=True, order=28)
def read(request):
    """Images and their boxes from XML files, wherever below the folder they lie.

    The image of 7.xml is 7.jpg, in its folder or another one, else the file that `filename` names,
    whose folders do not count. An image without XML is background; a difficult object is none to
    learn. Sizes in the XML are only compared: the image's own size holds. Parts: folders train, val
    and test, lists in splits/, or ImageSets/Main.
    """
    root = request.path if request.path.is_dir() else request.path.parent
    files = [request.path] if request.path.is_file() else list(_files(root))
    images, faults = pairs.files_below(root, root)
    raw = Raw(root.resolve().name, [], dense="boxes", faults=faults)
    near, databases = beside.Nearest(images), collections.Counter()
    marked = [_marked(file, near, root, databases) for file in files]
    beside.told_once(marked, files)
    if request.path.is_dir():
        marked += [
            Marked(image, f"{pairs.shown(image, root)} without XML")
            for image in beside.unmarked(images, marked, raw, "XML")
        ]
    raw.notes.append(f"Took {raw.name} for Pascal VOC: {len(files)} XML files, {len(marked)} images.")
    database = databases.most_common(1)[0][0] if databases else ""
    collect(
        raw, marked, lambda numbers, _: box_formats.of_voc(numbers, database), root, said=request.box_format
    )
    beside.find_parts(raw, root, parts.voc_lists(root, "Main"))
    return raw


def _files(root):
    """XML files below a folder, sorted; hidden folders are none."""
    for top, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in sorted(files):
            if name.lower().endswith(".xml") and not name.startswith("."):
                yield Path(top, name)


def _start(file):
    with open(file, "rb") as stream:
        return stream.read(1000).replace(b"\x00", b"")  # of UTF-16


def _marked(file, near, root, databases):
    from defusedxml import DefusedXmlException, ElementTree

    shown = pairs.shown(file, root)
    try:
        annotation = ElementTree.fromstring(file.read_bytes())
    except DefusedXmlException:
        what, cure = "XML that declares entities, which can do harm", "Remove its DOCTYPE."
        return Marked(near.of(file) or file, shown, lost=Fault(shown, what, "plain XML", cure))
    except ElementTree.ParseError as error:
        fault = Fault(shown, f"not readable as XML ({error})", "a whole file", "Mend or remove it.")
        return Marked(near.of(file) or file, shown, lost=fault)
    name = beside.last(annotation.findtext("filename") or annotation.findtext("path") or "")
    image = near.of(file) or near.of(file, name)
    found = Marked(image or file.with_name(name or f"{file.stem}.jpg"), shown, _size(annotation))
    if image is None:
        cure = "Add the image or remove the XML."
        found.lost = Fault(
            shown, f"no image {name or file.stem} in {root.name}", "the image it is about", cure
        )
    databases[annotation.findtext("source/database") or ""] += 1
    for place, thing in enumerate(annotation.findall("object"), start=1):
        numbers = [thing.findtext(f"bndbox/{corner}") for corner in _CORNERS]
        kind = "difficult" if (thing.findtext("difficult") or "").strip() == "1" else ""
        found.add((thing.findtext("name") or "").strip(), numbers, f"object {place}", kind)
    return found


def _size(annotation):
    try:
        return tuple(round(float(annotation.findtext(f"size/{side}"))) for side in ("height", "width"))
    except (TypeError, ValueError, OverflowError):
        return None
