"""Masks: files with a class for every pixel -> index maps. All of them together decide what they mean."""

import collections
import dataclasses
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from kit.data.looks import CURE, MOST_COLOURS, looked
from kit.errors import Fault, counted
from kit.inputs import pixels
from kit.inputs.findings import Finding, in_rows
from kit.inputs.images import ragged
from kit.maps import VOID

MOST_CLASSES = 254
THRESHOLD = 128  # of masks whose edges are smoothed: foreground from here on
VOID_NAMES = ("void", "ignore", "ignored", "don't care")
_BINARY = ("background", "foreground")
_SHOWN = 12
_FEW_INSIDE = 0.1  # share of the grays of smoothed edges that lie amid their like; of classes, nearly all do


@dataclasses.dataclass
class Masks:
    """Index maps, and what they mean.

    Args:
        labels: object array (N,) of uint8 (height, width); zeros where a finding names the row.
        classes: the name of each value 0 to C-1.
        void: the value that is of no class; None where the files name none.
        notes, issues, findings, faults: as of `kit.data.raw.Raw`.
    """

    labels: object = None
    classes: tuple = ()
    void: int | None = None
    notes: list = dataclasses.field(default_factory=list)
    issues: list = dataclasses.field(default_factory=list)
    findings: list = dataclasses.field(default_factory=list)
    faults: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class _Coding:
    """What a number or a colour means."""

    number: dict  # class number of each value or colour
    classes: tuple
    note: str
    void: int | None = None
    by_colour: bool = False


def read_masks(paths, sizes, names, named=None, files=None):
    """Decodes mask files to index maps by one rule for all of them, and says which.

    - only 0 and 255: 0 and 1; with values between (smoothed edges): 1 from 128 on
    - palettes and small numbers: as they are; 255 beside them is void
    - up to 254 numbers far apart: 0 to C-1, named after the number
    - up to 64 colours: 0 to C-1, black first, named "#rrggbb"; palettes that differ are colours too

    Args:
        paths: path of each mask; None where there is none, which somebody else has told.
        sizes: (height, width) in pixels of each image; None where it cannot be read.
        names: what each sample is called.
        named: name of each value, or of each colour "#rrggbb", as far as known.
        files: what each mask is called where it cannot be read; None: as its sample.

    Returns:
        `Masks`. Findings: masks that cannot be read, hold too much, or are of another size.
        Faults: masks that as a whole mean nothing.

    Example:
        >>> from PIL import Image
        >>> Image.fromarray(np.array([[0, 255]], "uint8")).save(folder / "a.png")
        >>> found = read_masks([folder / "a.png"], [(1, 2)], ["a"])
        >>> found.labels[0].tolist(), found.classes
        ([[0, 1]], ('background', 'foreground'))
    """
    found = Masks()
    with ThreadPoolExecutor() as pool:
        looks = list(pool.map(looked, paths))
    good = _sorted_out(found, looks, sizes, names, files or names)
    found.labels = ragged([np.zeros(size or (1, 1), "uint8") for size in sizes])
    if not good and not found.faults:
        found.faults.append(Fault("masks", f"none of {len(paths)} can be used", "masks of all images"))
    if not found.faults:
        coding, found.faults = _coding(list(good.values()), named or {})
    if found.faults:
        return found
    found.classes, found.void = coding.classes, coding.void
    for row, look in good.items():
        found.labels[row] = _coded(look, coding)
    found.notes += [coding.note, _shares(good, coding)]
    found.issues += _unnamed(coding, named or {}) + _unused(coding, named or {})
    found.issues += _mixed(good, coding) + _constant(good, names)
    return found


def _sorted_out(found, looks, sizes, names, files):
    """The good looks by row; the others become findings, or one fault where most are of one kind."""
    bad = {
        row: look.fault(files[row]) for row, look in enumerate(looks) if isinstance(look, pixels.Unreadable)
    }
    good = {}
    for row, look in enumerate(looks):
        if row in bad or look is None:
            continue
        if sizes[row] is not None and look.places.shape != tuple(sizes[row]):
            what = f"a mask of {_by(look.places.shape)} pixels"
            lies = look.places.shape == tuple(sizes[row])[::-1]
            cure = "If EXIF turns the image, turn the mask as well, or both without EXIF." if lies else ""
            bad[row] = Fault(names[row], what, f"{_by(sizes[row])}, as its image has", cure)
        else:
            good[row] = look
    unclear = {row: fault for row, fault in bad.items() if fault.cure == CURE}
    if len(unclear) > len(good):
        first = next(iter(unclear.values()))
        where = f"{counted(len(unclear), 'mask')}, {in_rows(list(unclear), files)}"
        found.faults.append(dataclasses.replace(first, where=where))
    found.findings += [Finding(fault, (row,)) for row, fault in sorted(bad.items())]
    return good


def _coding(looks, named):
    """(what the numbers or colours of these masks mean, faults)."""
    kinds = {look.kind for look in looks}
    if "colour" in kinds or _palettes_differ(looks):
        return _of_colours(_counted(looks, "colours"), named)
    counts, is_gray = _counted(looks, "values"), kinds == {"gray"}
    if set(counts) <= {0, 255} or set(counts) == {0, 65535}:
        note = f"Masks hold {_listed(counts)} alone: 0 is background, the other is foreground (1)."
        return _binary({value: int(value > 0) for value in counts}, note, named)
    if is_gray and _is_smoothed(counts, looks):
        return _of_smoothed(counts, named)
    if any(look.is_jpeg for look in looks):
        found = f"{len(counts)} different values in JPEG files, which change numbers"
        return None, [Fault("masks", found, "numbers as they were saved", CURE)]
    return _of_numbers(counts, kinds, named)


def _palettes_differ(looks):
    """Whether one number is of two colours in two palettes."""
    colour = {}
    for look in looks:
        if look.kind == "palette":
            for value, own in zip(look.values, look.colours, strict=True):
                if colour.setdefault(value, own) != own:
                    return True
    return False


def _counted(looks, field):
    """Pixels of each value or colour over all masks, in rising order."""
    counts = collections.Counter()
    for look in looks:
        for item, count in zip(getattr(look, field), look.counts, strict=True):
            counts[item] += count
    return dict(sorted(counts.items()))


def _binary(number, note, named):
    """Two classes; a single name is that of the foreground."""
    named = {0: named.get("#000000"), 1: named.get("#ffffff")} if "#000000" in named else named
    if len(named) == 1 and 0 in named:
        named = {1: named[0]}
    classes = tuple(named.get(value) or name for value, name in enumerate(_BINARY))
    return _Coding(number, classes, note), []


def _is_smoothed(counts, looks):
    """Whether these are black and white with few grays between: several of them, on borders alone."""
    between = {value: count for value, count in counts.items() if 16 <= value < 240}
    has_ends = min(counts) < 16 and 240 <= max(counts) <= 255
    is_rare = sum(between.values()) < 0.1 * sum(counts.values())
    is_graded = any(200 <= value < 255 for value in counts) or len(between) > 2
    if not (has_ends and is_rare and is_graded):
        return False
    if any(look.is_jpeg for look in looks) or not between:
        return True
    inner = sum(_inner(look) for look in looks)
    return len(between) > 1 and inner < _FEW_INSIDE * sum(between.values())


def _inner(look):
    """Pixels of a gray between black and white whose eight neighbours are of the same gray."""
    gray = np.array([16 <= value < 240 for value in look.values])
    if not gray.any() or min(look.places.shape) < 3:
        return 0
    middle, equal = look.places[1:-1, 1:-1], None
    for down in range(3):
        for right in range(3):
            other = look.places[down : down + middle.shape[0], right : right + middle.shape[1]]
            equal = other == middle if equal is None else equal & (other == middle)
    return int((equal & gray[middle]).sum())


def _of_smoothed(counts, named):
    between = sum(count for value, count in counts.items() if value not in (0, 255)) / sum(counts.values())
    note = (
        f"Masks are 0 and 255 with {100 * between:.2g} % of the pixels between (smoothed edges or JPEG): "
        f"from {THRESHOLD} on a pixel is foreground (1)."
    )
    return _binary({value: int(value >= THRESHOLD) for value in counts}, note, named)


def _of_numbers(counts, kinds, named):
    if len(counts) - (VOID in counts) > MOST_CLASSES:
        expected = f"at most {MOST_CLASSES} classes"
        return None, [Fault("masks", f"{len(counts)} different values", expected, CURE)]
    numbers = [value for value in counts if value != VOID]
    highest = numbers[-1]
    is_known = bool(named) and all(value in named for value in numbers)
    is_dense = highest < 32 or 4 * len(numbers) > highest
    if highest > VOID or not (is_known or is_dense):
        note = f"Masks hold {_listed(counts)}; they become 0 to {len(counts) - 1}, named after their number."
        classes = tuple(named.get(value, value) for value in counts)
        return _Coding({value: place for place, value in enumerate(counts)}, classes, note), []
    known = [value for value in named if isinstance(value, int) and value < VOID]
    classes = tuple(named.get(value, value) for value in range(max(1, highest, *known) + 1))
    void = VOID if VOID in counts else _void_named(classes)
    said = "" if void is None else f" {void} is void."
    note = f"Masks are index maps ({' and '.join(sorted(kinds))}): {_listed(counts)} are kept.{said}"
    return _Coding({value: value for value in counts}, classes, note, void), []


def _of_colours(counts, named):
    if len(counts) > MOST_COLOURS:
        found = f"{len(counts)} different colours"
        return None, [Fault("masks", found, f"at most {MOST_COLOURS}, one a class", CURE)]
    codes = {f"#{colour:06x}": colour for colour in counts}  # black is the lowest
    codes |= {code: int(code[1:], 16) for code in named if isinstance(code, str)}
    classes = tuple(named.get(code, code) for code in codes)
    note = f"Masks are coloured: {len(counts)} colours, one class each ({', '.join(list(codes)[:_SHOWN])})."
    number = {colour: place for place, colour in enumerate(codes.values())}
    return _Coding(number, classes if len(classes) > 1 else _BINARY, note, _void_named(classes), True), []


def _void_named(classes):
    """The value whose name says that it is of no class; None if there is none."""
    return next((value for value, name in enumerate(classes) if str(name).lower() in VOID_NAMES), None)


def _coded(look, coding):
    keys = look.colours if coding.by_colour else look.values
    return np.array([coding.number[key] for key in keys], "uint8")[look.places]


def _shares(good, coding):
    """A sentence: which part of all pixels each class has."""
    pixels_of = collections.Counter()
    for look in good.values():
        for key, count in zip(look.colours if coding.by_colour else look.values, look.counts, strict=True):
            pixels_of[coding.number[key]] += count
    total = sum(pixels_of.values())
    shown = [
        f"{_called(value, coding)} {100 * count / total:.3g} %"
        for value, count in pixels_of.most_common(_SHOWN)
    ]
    return f"Shares of the pixels: {', '.join(shown)}{', ...' * (len(pixels_of) > _SHOWN)}."


def _called(value, coding):
    return "void" if value == coding.void else str(coding.classes[value])


def _unnamed(coding, named):
    values = [value for value in coding.classes if isinstance(value, int)] if named else []
    values = [value for value in values if value in coding.number]
    if not values:
        return []
    return [
        Fault(
            "masks", f"{_listed(values)} without a name", "a name for each value", "They keep their number."
        )
    ]


def _unused(coding, named):
    lost = [str(name) for name in named.values() if name not in coding.classes]
    if not lost:
        return []
    found = f"{counted(len(lost), 'name')} without a class: {', '.join(lost[:_SHOWN])}"
    return [Fault("masks", found, f"names of {', '.join(map(str, coding.classes[:_SHOWN]))}")]


def _mixed(good, coding):
    """An issue where 255 may be the foreground of some masks, as small numbers are of others."""
    if coding.void != VOID or any(
        VOID in look.values and set(look.values) - {0, VOID} for look in good.values()
    ):
        return []
    found = "some hold 0 and 255, others small numbers, and none of them both"
    cure = "If 255 is no void, save all masks with the same numbers."
    return [Fault("masks", found, "numbers that mean the same in all masks", cure)]


def _constant(good, names):
    rows = [row for row, look in good.items() if len(look.values) == 1]
    if not rows:
        return []
    cure = "Look whether they were left empty."
    return [Fault(in_rows(rows, names), "one value in the whole mask", "several classes", cure)]


def _listed(values):
    values = list(values)
    if len(values) > 2 and values == list(range(values[0], values[-1] + 1)):
        return f"the values {values[0]} to {values[-1]}"
    shown = [str(value) for value in values[:_SHOWN]] + [f"{len(values) - _SHOWN} more"] * (
        len(values) > _SHOWN
    )
    return (
        f"the values {', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else f"the value {shown[0]}"
    )


def _by(size):
    return f"{size[0]} x {size[1]}"
