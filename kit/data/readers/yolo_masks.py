"""YOLO's outlines, as a class for every pixel: images/ and labels/ with lines of a class and a polygon."""

from kit.data import layouts, outlines, pairs
from kit.data.class_names import FILES, class_names
from kit.data.masks import MOST_CLASSES
from kit.data.raw import Raw
from kit.data.readers import READERS, existing
from kit.data.readers.coco_masks import draw
from kit.data.readers.tasks import kind_of
from kit.errors import Fault, KitError, counted

_SHOWN = 5
WORDS = layouts.Words(("images",), ("labels",), (), (), "label")


def _takes(source, task=None):
    path = existing(source)
    if kind_of(task) != "segmentation" or path is None or not path.is_dir():
        return False
    found = layouts.layouts(path, WORDS)
    return bool(found) and all(any(layout.partners.rglob("*.txt")) for layout in found)


@READERS.register("YOLO outlines", takes=_takes, by_task=True, order=24)
def read(request):
    """Images and the classes of the polygons in their label files, small over large; the rest is background.

    An image without label file shows nothing but background. Parts: folders train, val and test.
    Class names: `names` in data.yaml, or another of `kit.data.class_names.FILES`.
    """
    root = request.path
    found = layouts.layouts(root, WORDS)
    raw, labels = Raw(root.resolve().name, [], dense="mask", parts={}), []
    for layout in found:
        images, faults = pairs.files_below(layout.images, root)
        raw.faults += faults
        raw.parts[layout.part] = range(len(raw), len(raw) + len(images))
        raw.inputs += images
        labels += [layout.partners / path.relative_to(layout.images).with_suffix(".txt") for path in images]
    raw.names = [pairs.shown(path, root) for path in raw.inputs]
    raw.parts = layouts.as_parts(raw.parts)
    raw.notes.append(f"Took {raw.name} for {len(raw)} images with YOLO label files.")
    if raw.parts is None:
        layouts.list_parts(raw, raw.names, root)
    texts = [path.read_text("utf-8", errors="replace") if path.is_file() else "" for path in labels]
    named, file = class_names(root)
    raw.classes = ("background", *_classes(texts, named))
    _check_labels(raw, found, root, set(labels))
    if raw.inputs and not raw.faults:
        sizes = layouts.sizes_of(raw.inputs)
        most = len(named) if named and sorted(named) == list(range(len(named))) else MOST_CLASSES - 1
        says = f"{most} classes" + (f", as {file.name} names" if file else "")
        draw(raw, lambda row: _drawn(texts[row], sizes[row] or (1, 1), most, says))
    return raw


def _check_labels(raw, found, root, of_images):
    """A fault where no label file is one of `of_images`, an issue where some are not."""
    every = {path for layout in found for path in layout.partners.rglob("*.txt")}
    every -= {path for path in every if path.name in FILES}
    lost = sorted(pairs.shown(path, root) for path in every - of_images)
    if lost and not every & of_images:
        what, cure = (
            f"{counted(len(lost), 'label file')}, and none of an image",
            "Name 7.txt after its image 7.jpg.",
        )
        raw.faults.append(Fault(lost[0], what, "the names of the images", cure))
    elif lost:
        shown = ", ".join(lost[:_SHOWN]) + (", ..." if len(lost) > _SHOWN else "")
        raw.issues.append(Fault(shown, "label files without image", "one image for each"))


def _classes(texts, named):
    """The name of each class from 0 to the highest, or its number where it has none."""
    firsts = {line.split()[0] for text in texts for line in text.splitlines() if line.strip()}
    whole = [int(first) for first in firsts if first.isdigit() and int(first) < MOST_CLASSES - 1]
    highest = max([-1, *whole, *named])
    return tuple(named.get(value, value) for value in range(highest + 1))


def _drawn(text, size, most, says):
    """(index map of one image, what is wrong with its lines or "")."""
    objects, wrong = [], []
    for line in text.splitlines():
        try:
            objects += [_object(line.split(), size, most, says)] if line.strip() else []
        except ValueError as error:
            wrong.append(str(error))
    return outlines.index_map(size, objects), ", ".join(dict.fromkeys(wrong))


def _object(cells, size, most, says):
    """(value in the mask, bool (height, width)) of one line."""
    if len(cells) == 5:
        raise KitError("a box, not an outline")
    try:
        label, numbers = float(cells[0]), [float(cell) for cell in cells[1:]]
    except ValueError:
        raise KitError(f"'{' '.join(cells)[:40]}', no class and numbers") from None
    if not 0 <= label < most or label != int(label):
        raise KitError(f"class {cells[0]}, and there are {says}")
    if min(numbers, default=0) < 0 or max(numbers, default=0) > 1:
        raise KitError(f"numbers from {min(numbers)} to {max(numbers)}, not shares of the sides")
    pixels = [number * size[1 - place % 2] for place, number in enumerate(numbers)]
    return int(label) + 1, outlines.polygon(pixels, size)
