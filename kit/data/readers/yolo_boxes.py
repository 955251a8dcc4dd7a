"""YOLO: a text file an image, a line an object: its class number and its box as shares of the sides."""

from kit.data import beside, pairs, yolo
from kit.data.marked import Marked, collect
from kit.data.raw import Raw
from kit.data.readers import READERS, existing
from kit.data.readers.tasks import kind_of
from kit.errors import Fault
from kit.inputs.findings import Finding

_LOOKED_AT = 200  # images until one has a label file


def _takes(source, task=None):
    path = existing(source)
    if path is None or kind_of(task) not in (None, "detection"):
        return False
    config = yolo.config_of(path)
    if config and (path.is_file() or kind_of(task)):
        return True
    named = yolo.images_of(config)[0] if config else {}
    images = [image for several in named.values() for image in several]
    if not images and path.is_dir():  # all that data.yaml names may be elsewhere: reading it says so
        images = pairs.files_below(path, path)[0]
    root = path if path.is_dir() else path.parent
    labels = (yolo.label_of(image, root) for image in images[:_LOOKED_AT])
    return any(yolo.is_label(label) for label in labels if label)


@READERS.register("YOLO boxes", takes=_takes, by_task=True, order=30)
def read(request):
    """Images and their boxes; labels/7.txt tells of images/7.jpg, or 7.txt beside it.

    An image without label file, or with an empty one, is background. A line with an outline has the
    box around it. Shares are of the image as it is shown, its EXIF rotation applied. Parts: those of
    data.yaml, else the folders train, val and test, else lists in splits/. Class names: `names` in
    data.yaml, else classes.txt, obj.names and the like, else numbers.
    """
    config = yolo.config_of(request.path)
    root = request.path if request.path.is_dir() else request.path.parent
    raw = Raw(root.resolve().name, [], dense="boxes")
    if config:
        images, raw.faults = yolo.images_of(config)
        named, file = config.names, config.file
    else:
        images = {}
        images[""], raw.faults = pairs.files_below(root, root)
        named, file = yolo.names_in([root, *sorted(path for path in root.iterdir() if path.is_dir())])
    images = _without_copies(images, raw)
    told = [part for part, several in images.items() for _ in several]
    marked = [_marked(image, root) for several in images.values() for image in several]
    bare = [each.image for each in marked if not each.file]
    what = f"; {len(bare)} have no label file" if bare else ""
    raw.notes.append(f"Took {raw.name} for {len(marked)} images with YOLO label files{what}.")
    if file:
        raw.notes.append(f"{len(named)} classes are named in {file.name}.")
    outlines = sum(each.outlines for each in marked)
    if outlines:
        shown = f"{outlines} objects are outlines; the boxes around them are read"
        raw.notes.append(f"{shown}. For the outlines say task='segmentation'.")
    _check_first(raw, marked, named, file)
    classes = _named(marked, named, file, raw)
    used = {name: name for each in marked for name in each.names}
    raw.numbers = {name: number for number, name in named.items()} or used
    if not raw.faults:
        collect(raw, marked, "rel_cxcywh", root, classes=classes, said=request.box_format)
        beside.find_parts(raw, root, told=told if config else None)
    return raw


def _without_copies(images, raw):
    """The images by part, each with images of its own; one part alone is none: it is divided later."""
    train = images.get("train", [])
    copies = [part for part in images if part != "train" and images[part] == train]
    if copies:  # scores on what was trained on say too much
        both = " and ".join(["train", *copies])
        raw.notes.append(f"data.yaml names the same images for {both}: they count once.")
    left = {part: several for part, several in images.items() if part not in copies}
    return left if len(left) != 1 else {"": next(iter(left.values()))}


def _marked(image, root):
    label = yolo.label_of(image, root)
    if label is None:
        return Marked(image, "")
    found = Marked(image, pairs.shown(label, root))
    lines = label.read_text("utf-8-sig", errors="replace").splitlines()
    for number, line in enumerate(lines, start=1):
        cells = line.split()
        if cells:
            _add(found, cells, f"line {number}")
    return found


def _add(found, cells, place):
    where = f"{found.file}, {place}"
    try:
        label, numbers = float(cells[0]), [float(cell) for cell in cells[1:]]
    except ValueError:
        found.faults.append(Fault(where, repr(" ".join(cells)), "a class number and a box of four numbers"))
        return
    if label < 0 or label % 1:
        found.faults.append(Fault(where, f"class {cells[0]}", "a class number from 0 on"))
        return
    if len(numbers) >= 6 and len(numbers) % 2 == 0:  # an outline x1 y1 x2 y2 ...
        found.outlines += 1
        across, down = numbers[::2], numbers[1::2]
        low, high = (min(across), min(down)), (max(across), max(down))
        numbers = [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, high[0] - low[0], high[1] - low[1]]
    elif len(numbers) != 4:
        what = f"{len(numbers)} numbers after the class" + " (a confidence?)" * (len(numbers) == 5)
        found.faults.append(Fault(where, what, "4 of a box, or 6 and more of an outline"))
        return
    found.add(int(label), numbers, place)


def _check_first(raw, marked, named, file):
    """A fault where numbers count from 1 and the names from 0: every name would be that of its neighbour."""
    used = {number for each in marked for number in each.names}
    if used and named and 0 in named and min(used) == 1 and max(used) == max(named) + 1:
        what = f"class numbers 1 to {max(used)} for the names 0 to {max(named)} of {file.name}"
        raw.faults.append(
            Fault("labels", what, "numbers from 0 on", "Take 1 from each, or number the names from 1.")
        )


def _named(marked, named, file, raw):
    """Puts names for the numbers of the classes; objects of numbers without one become findings."""
    known = f"one of {', '.join(f'{key} ({name})' for key, name in list(named.items())[:5])}"
    known += ", ..." * (len(named) > 5)
    for each in marked:
        kept = [place for place, number in enumerate(each.names) if not named or number in named]
        for place in sorted(set(range(len(each.names))) - set(kept)):
            what = f"class {each.names[place]}, which {file.name} does not name"
            raw.findings.append(Finding(Fault(f"{each.file}, {each.places[place]}", what, known)))
        each.numbers = [each.numbers[place] for place in kept]
        each.places = [each.places[place] for place in kept]
        each.names = [named.get(each.names[place], each.names[place]) for place in kept]
    return named.values()
