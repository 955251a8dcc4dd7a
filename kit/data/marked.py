"""Marked images: boxes as annotation files tell them -> boxes that can be trained on, and what is wrong.

Every reader of a format gives a list of `Marked`; `collect` makes one `Raw` of them, by the same rules
for all formats, so that one data set is the same in each of them.
"""

import collections
import dataclasses
from pathlib import Path

import numpy as np

from kit.data import box_formats, ignored, layouts, pairs, turned
from kit.errors import Fault
from kit.inputs.findings import Finding, in_rows
from kit.inputs.images import ragged
from kit.plain import scalar

_POINT = 1e-3  # pixels: a shorter side is none
_WHOLE = 0.01  # pixels: relative coordinates so near to a whole pixel are rounded decimals of it
_REACH = 0.5  # pixels by which boxes reach out of their image before it is worth a word
_SHOWN = 12


@dataclasses.dataclass
class Marked:
    """One image and the objects in it, as they are told.

    Args:
        image: path of the image.
        file: what tells of it, as messages name it, such as "Annotations/7.xml".
        size: (height, width) in pixels that `file` says the image has; None if it does not say.
        numbers: four numbers for each object, in the format of the whole source.
        names: class of each object.
        places: where each stands in `file`, such as "line 3".
        kinds: "" of an object to be learnt, or why it is none: a name in `kit.data.ignored.KINDS`.
        faults: objects that cannot be read, which are not among `numbers`.
        outlines: how many objects were told by an outline and not by a box.
        lost: what makes it impossible to know the objects of this image; None if they are known.
    """

    image: Path
    file: str
    size: tuple | None = None
    numbers: list = dataclasses.field(default_factory=list)
    names: list = dataclasses.field(default_factory=list)
    places: list = dataclasses.field(default_factory=list)
    kinds: list = dataclasses.field(default_factory=list)
    faults: list = dataclasses.field(default_factory=list)
    outlines: int = 0
    lost: Fault | None = None

    def add(self, name, numbers, place, kind=""):
        """Adds one object; what is no box of four numbers becomes a fault."""
        where = f"{self.file}, {place}"
        name = name.strip() if isinstance(name, str) else name
        try:
            numbers = [float(number) for number in numbers]
        except (TypeError, ValueError):
            numbers = [np.nan]
        if len(numbers) != 4 or not np.isfinite(numbers).all():
            self.faults.append(Fault(where, "a box without four numbers", "four finite numbers"))
        elif name is None or name == "":
            self.faults.append(Fault(where, "an object without class", "the name of its class"))
        else:
            self.numbers.append(numbers)
            self.names.append(name)
            self.places.append(place)
            self.kinds.append(kind)


@dataclasses.dataclass
class _Objects:
    """All objects of a source, one a row: of the images whose size is known."""

    numbers: np.ndarray  # (T, 4) as in the files
    rows: np.ndarray  # (T,) place of the image
    names: list
    kinds: list
    wheres: list
    sizes: np.ndarray  # (T, 2) height and width of the image as it is shown
    frames: np.ndarray  # (T, 2) of the image as it was labelled: before its rotation, where files say so


def collect(raw, marked, form, root, *, classes=(), said=None):
    """Puts images, boxes and classes into `raw`, with every box that is wrong among the findings.

    A box that is wrong is left out of its image, which stays; an image without boxes is background.

    Args:
        raw: a `Raw` of a name and notes.
        marked: list of `Marked`.
        form: the format of the boxes, or a function of all numbers (T, 4) and sizes (T, 2) that
            gives it and a sentence that says why.
        root: the folder from which images are named.
        classes: names of classes that the source lists; more are found in the objects.
        said: the format that the user named, which is not doubted.

    Returns:
        `raw`, with inputs, names, labels (an object array of pairs (boxes_xyxy float32 (M, 4) in
        pixels of the image, names object (M,))), sizes, classes, notes, issues, findings and faults.
    """
    raw.inputs = [each.image for each in marked]
    raw.names = [pairs.shown(path, root) for path in raw.inputs]
    raw.sizes = layouts.sizes_of(raw.inputs)
    rotated = turned.orientations(raw.inputs, raw.sizes, [each.size for each in marked])
    return judge(raw, marked, form, classes=classes, said=said, rotated=rotated)


def judge(raw, marked, form, *, classes=(), said=None, rotated=None):
    """`collect` where inputs, names and sizes of the images are known already.

    Args:
        rotated: {place: EXIF orientation} of images that were labelled lying on their side.
    """
    rotated = rotated or {}
    objects = _objects(marked, raw.sizes, rotated)
    form = _format(raw, objects, form, said)
    _lost(raw, marked)
    if raw.faults:
        return raw
    found = box_formats.corners(objects.numbers, form, objects.frames)
    if not box_formats.is_relative(form):
        found = _of_other_size(raw, marked, objects, found)
        found = turned.upright(found, objects.rows, rotated, objects.sizes)
    else:
        found = np.where(np.abs(found - found.round()) < _WHOLE, found.round(), found)
    good = _good(raw, objects, found, form)
    spared = good & np.array([kind != "" for kind in objects.kinds], bool)
    ignored.put(raw, objects, found, spared)
    _label(raw, objects, found, good & ~spared)
    _name(raw, objects, classes)
    return raw


def of_boxes(raw, labels, classes=(), said=None):
    """Puts boxes that are arrays already into `raw`, whose inputs are arrays (height, width, channels).

    Args:
        raw: a `Raw` with inputs and names.
        labels: for each image (boxes_xyxy (M, 4) in its pixels, M class names).
        classes: names of classes that need have no box.
        said: the format that the user named; None for (x_min, y_min, x_max, y_max).

    Returns:
        `raw`, as `collect` gives it.
    """
    marked = []
    for name, pair in zip(raw.names, labels, strict=True):
        each = Marked(None, name)
        boxes, labels_here = _two_lists(pair)
        if len(boxes) != len(labels_here):
            what = f"{len(boxes)} boxes and {len(labels_here)} names"
            each.lost = Fault(name, what, "a pair: (boxes_xyxy (M, 4), M names)")
            boxes = ()
        for place, (box, label) in enumerate(zip(boxes, labels_here, strict=False), start=1):
            each.add(scalar(label), box, f"box {place}")
        marked.append(each)
    raw.dense, raw.sizes = "boxes", [picture.shape[:2] for picture in raw.inputs]
    return judge(raw, marked, "xyxy", classes=classes, said=said)


def _two_lists(pair):
    """The boxes and the names of one image; a name and no box where it is no pair of them."""
    try:
        boxes, names = map(list, pair)
    except (TypeError, ValueError):
        return [], [None]
    return boxes, names


def _objects(marked, sizes, rotated):
    kept = [(row, place) for row, each in enumerate(marked) if sizes[row] for place in range(len(each.names))]
    rows = np.array([row for row, _ in kept], int)
    own = np.array([sizes[row] for row in rows], int).reshape(-1, 2)
    frames = own.copy()
    across = np.isin(rows, list(rotated))
    frames[across] = frames[across][:, ::-1]
    numbers = np.array([marked[row].numbers[place] for row, place in kept], "float64").reshape(-1, 4)
    names, kinds = (
        [getattr(marked[row], field)[place] for row, place in kept] for field in ("names", "kinds")
    )
    wheres = [
        f"{marked[row].file}, {marked[row].places[place]} ({names[i]})" for i, (row, place) in enumerate(kept)
    ]
    return _Objects(numbers, rows, names, kinds, wheres, own, frames)


def _format(raw, objects, form, said):
    """The format of all boxes; a fault where they have another than their files should."""
    if said is not None:
        raw.notes.append(f"Boxes are read as {box_formats.checked(said)}, as you said.")
        return said
    if callable(form):
        form, why = form(objects.numbers, objects.frames)
        raw.notes.append(why)
    other = box_formats.probable(objects.numbers, form, objects.frames)
    if other:
        found = f"{len(objects.numbers)} boxes that do not fit their images as {form}, but do as {other}"
        example = f"{objects.wheres[0]} has {_text(objects.numbers[0])}"
        cure = f"Say box_format='{other}', or '{form}' if they are right."
        raw.faults.append(Fault("boxes", f"{found} ({example})", form, cure))
    return form


def _lost(raw, marked):
    """Findings of objects that could not be read."""
    for row, each in enumerate(marked):
        raw.findings += [Finding(fault) for fault in each.faults]
        if each.lost is not None:
            raw.findings.append(Finding(each.lost, (row,)))


def _of_other_size(raw, marked, objects, found):
    """Findings of images that were resized after labelling; an issue where only the size is wrong."""
    lying = []
    for row, each in enumerate(marked):
        own, told = raw.sizes[row], each.size
        if not own or not told or min(told) < 1 or sorted(told) == sorted(own):
            continue
        first, last = np.searchsorted(objects.rows, (row, row + 1))
        furthest = found[first:last, 2:].max(axis=0, initial=0)  # x, y
        if (furthest > np.array(own)[::-1] + 1).any() and (furthest <= np.array(told)[::-1] + 1).all():
            what = f"boxes for an image of {_by(told)} pixels, and it has {_by(own)}"
            cure = "Resize the boxes as the image was, or take the image that was labelled."
            fault = Fault(f"{each.file}, {raw.names[row]}", what, _by(told), cure)
            raw.findings.append(Finding(fault, (row,)))
            found[first:last] = (0, 0, 2, 2)  # told of already: the image is left out
        else:
            lying.append(f"{each.file} says {_by(told)} pixels, and {raw.names[row]} has {_by(own)}")
    if lying:
        cure = "The images' own sizes are taken."
        raw.issues.append(Fault("sizes", f"{len(lying)} are wrong ({lying[0]})", cure=cure))
    return found


def _good(raw, objects, found, form):
    """(T,) whether a box can be trained on; the others become findings. Cuts boxes at the edges, in place."""
    sides = objects.sizes[:, [1, 0, 1, 0]]
    low, high = found[:, :2], found[:, 2:]
    span = high - low - (form == "voc")  # there equal numbers are one pixel, which is a slip and no object
    kinds = [
        (
            (span < -_POINT).any(axis=1),
            "a box with its corners the wrong way round",
            "x1 < x2 and y1 < y2",
        ),
        ((span < _POINT).any(axis=1), "a box without area", "at least 1 pixel wide and high"),
        (((high <= 0) | (low >= sides[:, 2:])).any(axis=1), "a box wholly outside its image", ""),
    ]
    if box_formats.is_relative(form):
        over = (objects.numbers > 1 + _POINT).any(axis=1) | (objects.numbers < -_POINT).any(axis=1)
        kinds.insert(0, (over, "numbers that are no shares of the sides", "0 to 1"))
    good = np.ones(len(found), bool)
    bad = {}
    for wrong, what, expected in kinds:
        for index in np.flatnonzero(wrong & good):
            expected_here = expected or f"within {_by(objects.sizes[index])} pixels (height x width)"
            told = f"{what} ({form} {_text(objects.numbers[index])})"
            cure = "Mend it, or leave it out: on_bad='skip' (kit train --on-bad skip)."
            bad[index] = Fault(objects.wheres[index], told, expected_here, cure)
        good &= ~wrong
    raw.findings += [Finding(bad[index]) for index in sorted(bad)]
    if bad:
        raw.notes.append(f"{len(bad)} boxes are at fault and left out of their images.")
    cut = np.clip(found, 0, sides)
    reach = np.flatnonzero(good & (np.abs(cut - found) > _REACH).any(axis=1))
    if len(reach):
        first = ", ".join(objects.wheres[index] for index in reach[:3]) + ", ..." * (len(reach) > 3)
        raw.notes.append(f"{len(reach)} boxes reach out of their images and are cut at the edges: {first}.")
    found[:] = cut
    return good


def _label(raw, objects, found, good):
    """Labels of the images; an object that is told twice counts once."""
    boxes, names, twice = collections.defaultdict(list), collections.defaultdict(list), []
    seen = set()
    for index in np.flatnonzero(good):
        row, name, box = int(objects.rows[index]), objects.names[index], found[index]
        key = (row, name, *box.round(2).tolist())
        if key in seen:
            twice.append(objects.wheres[index])
            continue
        seen.add(key)
        boxes[row].append(box)
        names[row].append(name)
    raw.labels = ragged(
        [
            (np.array(boxes[row], "float32").reshape(-1, 4), _objects_array(names[row]))
            for row in range(len(raw.inputs))
        ]
    )
    if twice:
        what = f"{len(twice)} objects are told a second time, with equal box and class"
        raw.issues.append(
            Fault(", ".join(twice[:3]) + ", ..." * (len(twice) > 3), what, cure="Each counts once.")
        )


def _name(raw, objects, classes):
    """Classes by name, and what was found of each."""
    counts = collections.Counter(name for _, names in raw.labels for name in names.tolist())
    every = {*classes, *(name for name, kind in zip(objects.names, objects.kinds, strict=True) if not kind)}
    raw.classes = tuple(sorted(every, key=lambda name: (type(name).__name__, name)))
    absent = [row for row, size in enumerate(raw.sizes) if not size]
    if not counts and absent:
        cure = "Put the images where the annotations say that they are."
        raw.faults.append(Fault(in_rows(absent, raw.names), "no image that can be read", "its image", cure))
        return
    if not counts:
        raw.faults.append(Fault(raw.name, "no boxes in any image", "at least one"))
        return
    shown = ", ".join(f"{name} {counts[name]}" for name, _ in counts.most_common(_SHOWN))
    raw.notes.append(
        f"{counts.total()} boxes of {len(counts)} classes: {shown}{', ...' * (len(counts) > _SHOWN)}."
    )
    alike = collections.Counter(str(name).casefold() for name in counts)
    twins = [str(name) for name in raw.classes if alike[str(name).casefold()] > 1 and counts[name]]
    if twins:
        cure = "Give them one name if they are one class."
        what = f"{', '.join(twins)} differ only in small and capital letters"
        raw.issues.append(Fault("classes", what, cure=cure))
    unused = [name for name in raw.classes if not counts[name]]
    if unused:
        listed = ", ".join(map(str, unused[:_SHOWN])) + ", ..." * (len(unused) > _SHOWN)
        cure = "They will never be found."
        raw.issues.append(Fault("classes", f"{len(unused)} are listed and have no box: {listed}", cure=cure))
    lost = {row for finding in raw.findings for row in finding.rows}
    bare = [row for row, (boxes, _) in enumerate(raw.labels) if not len(boxes) and row not in lost]
    if bare:
        where = in_rows(bare, raw.names)
        raw.notes.append(f"{len(bare)} images without boxes are kept as background: {where}.")


def _objects_array(names):
    array = np.empty(len(names), object)
    array[:] = names
    return array


def _text(numbers):
    return " ".join(f"{number:.6g}" for number in numbers)


def _by(size):
    return f"{size[0]} x {size[1]}"
