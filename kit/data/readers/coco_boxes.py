"""COCO JSON: the boxes of objects, (x, y, width, height) in pixels."""

import collections

import numpy as np

from kit.data import beside, coco, outlines, pairs
from kit.data.marked import Marked, collect
from kit.data.raw import Raw
from kit.data.readers import READERS, existing
from kit.data.readers.tasks import kind_of
from kit.errors import Fault, KitError
from kit.inputs.findings import Finding

_SHOWN = 5


def _takes(source, task=None):
    path = existing(source)
    return kind_of(task) in (None, "detection") and path is not None and bool(coco.files_of(path, deep=True))


@READERS.register("COCO boxes", takes=_takes, by_task=True, order=29)
def read(request):
    """Images and their boxes; category ids may have gaps, as names are what counts.

    An image without annotations is background, a crowd (`iscrowd` 1) is no object to learn, an object
    with an outline alone has the box around it. Parts: the folder of a file (train/_annotations.coco.json)
    or its name (instances_val2017.json), the folders of the images, or lists in splits/.

    Raises:
        DataError: if a file is no COCO file.
    """
    files = coco.files_of(request.path, deep=request.path.is_dir())
    root = request.path if request.path.is_dir() else request.path.parent
    contents = [coco.content_of(path) for path in files]
    raw = Raw(root.resolve().name, [], dense="boxes")
    marked, told = [], []
    for path, content in zip(files, contents, strict=True):
        own = _marked(path, content, root, raw)
        marked += own
        told += [coco.part_of(path) or ""] * len(own)
    found = ", ".join(pairs.shown(path, root) for path in files)
    raw.notes.append(f"Took {found} for COCO files: {len(marked)} images.")
    _say_why(raw, contents)
    listed = [(key, name.strip() if isinstance(name, str) else name) for key, name in coco.listed(contents)]
    names = {name for _, name in listed}
    raw.numbers = {name: key for key, name in reversed(listed) if isinstance(key, int)}
    collect(raw, marked, "xywh", root, classes=names, said=request.box_format)
    beside.find_parts(raw, root, told=told if all(told) else None)
    return raw


def _marked(path, content, root, raw):
    """A `Marked` for each image of a file; what is wrong with the file itself goes to `raw`."""
    shown, found = pairs.shown(path, root), {}
    for image in content["images"]:
        if image["id"] in found:
            what = (
                f"image id {image['id']} stands for {found[image['id']].image.name} and {image['file_name']}"
            )
            raw.faults.append(Fault(shown, what, "an id of its own for each image"))
            continue
        size = (image.get("height"), image.get("width"))
        size = size if all(isinstance(side, int | float) for side in size) else None
        found[image["id"]] = Marked(coco.image_of(_with_slashes(image["file_name"]), path, root), shown, size)
    named = {category["id"]: category["name"] for category in content["categories"]}
    for annotation in content["annotations"]:
        _add(annotation, found, named, shown, raw)
    raw.issues += _of_ids(shown, content)
    return list(found.values())


def _with_slashes(name):
    """A relative path with the separators of this system.

    Example:
        >>> _with_slashes("train\\\\7.jpg")
        'train/7.jpg'
    """
    return name.replace("\\", "/")


def _add(annotation, found, named, shown, raw):
    place = f"annotation {annotation.get('id')}"
    image, category = annotation.get("image_id"), annotation.get("category_id")
    if image not in found:
        what = f"an object of image {image!r}, which is not listed"
        raw.findings.append(Finding(Fault(f"{shown}, {place}", what, "the id of an image")))
    elif not isinstance(category, int | str) or category not in named:
        known = ", ".join(f"{key} ({name})" for key, name in list(named.items())[:_SHOWN])
        known += ", ..." * (len(named) > _SHOWN)
        what = f"an object of category {category!r}, which is not listed"
        raw.findings.append(Finding(Fault(f"{shown}, {place}", what, f"one of {known}")))
    else:
        place = f"{place} in {found[image].image.name}"
        kind = "crowd" if annotation.get("iscrowd") else ""
        found[image].add(named[category], annotation.get("bbox") or _around(annotation), place, kind)


def _around(annotation):
    """The box around an outline, where there is no other; [] where there is none at all."""
    outline = annotation.get("segmentation")
    try:
        points = _points(outline)
    except (KitError, TypeError, ValueError, KeyError, IndexError):  # it is no outline
        return []
    return [*points.min(axis=0), *np.ptp(points, axis=0)] if len(points) else []


def _points(outline):
    """(N, 2) points of polygons or corners of the pixels of runs."""
    if isinstance(outline, dict):
        rows, columns = np.nonzero(outlines.run_lengths(outline["counts"], outline["size"]))
        return np.stack([np.r_[columns, columns + 1], np.r_[rows, rows + 1]], axis=-1)
    return np.array([n for polygon in outline or [] for n in polygon], "float64").reshape(-1, 2)


def _of_ids(shown, content):
    """Issues of annotation ids: harmless here, but not to other programs."""
    ids = collections.Counter(str(annotation.get("id")) for annotation in content["annotations"])
    twice = [key for key, count in ids.items() if count > 1 and key != "None"]
    issues = []
    if twice:
        what = f"{len(twice)} annotation ids stand for several objects ({', '.join(twice[:_SHOWN])})"
        cure = "All of them are read; other programs may keep one of each id."
        issues.append(Fault(shown, what, "an id of its own for each", cure))
    if "0" in ids:
        cure = "It is read; pycocotools counts an object of id 0 as never found."
        issues.append(Fault(shown, "annotation id 0", "ids from 1", cure))
    return issues


def _say_why(raw, contents):
    annotations = [annotation for content in contents for annotation in content["annotations"]]
    outlined = sum(bool(annotation.get("segmentation")) for annotation in annotations)
    if outlined:
        raw.notes.append(
            f"{outlined} of {len(annotations)} objects have an outline too; their boxes are read. "
            "For the outlines say task='segmentation'."
        )
