"""Folders of noisy and clean images, and of clean images alone, on which noise is laid in training."""

import filecmp
import re
import statistics
import typing
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from kit.data import layouts, pairs, parts
from kit.data.noise import estimated_sigma
from kit.data.raw import Raw
from kit.data.readers import READERS, existing
from kit.data.readers.tasks import kind_of
from kit.errors import Fault, KitError
from kit.inputs import pixels
from kit.inputs.findings import Finding, in_rows

WORDS = layouts.Words(
    images=("noisy", "noise", "input", "inputs", "low", "lq", "degraded", "real"),
    partners=(
        "clean",
        "target",
        "targets",
        "gt",
        "groundtruth",
        "ground_truth",
        "high",
        "hq",
        "mean",
        "reference",
    ),
    image_endings=("noisy", "noise", "real", "input", "low", "lq"),
    partner_endings=("clean", "mean", "target", "gt", "high", "hq", "reference"),
    partner="clean image",
)
_OPEN = {"real", "mean", "input", "inputs", "target", "targets"}  # words that do not say which side is noisy
_MOST = 256  # pairs whose pixels are looked at
_INDEPENDENT = 0.12  # correlation below which a difference has nothing to do with what is seen


def _takes_pairs(source, task=None):
    path = existing(source)
    if path is None or not path.is_dir() or kind_of(task) not in (None, "denoising"):
        return False
    return layouts.is_sure(path, layouts.layouts(path, WORDS), WORDS)


def _takes_clean(source, task=None):
    path = existing(source)
    return kind_of(task) == "denoising" and path is not None and path.is_dir()


@READERS.register("noisy and clean images", takes=_takes_pairs, by_task=True, order=26)
def read(request):
    """Pairs of a noisy and a clean image; which side is the noisy one is measured.

    Names as `_real` and `_mean` do not say it, so that the noisier side is taken. Others are not believed
    where the side named as clean has noise that is independent of what is seen; what blurring, compressing
    or darkening took away is not.

    A pair of two sizes, and an image without the other, are findings.
    """
    root = request.path
    raw, own = layouts.paired(root, layouts.layouts(root, WORDS), WORDS)
    raw.dense = "image"
    raw.labels = [clean or noisy for noisy, clean in zip(own.images, own.partners, strict=True)]
    both = [row for row, clean in enumerate(own.partners) if clean is not None]
    if raw.faults or not both:
        return raw
    raw.findings += _of_two_sizes(raw, both)
    looks, equal = _measured(raw, both)
    _put_right(raw, looks)
    if equal:
        cure = "Look whether the right files were copied: there is nothing to learn from them."
        where = in_rows(equal, raw.names)
        raw.issues.append(Fault(where, "the noisy image is the clean one", "two different images", cure))
    return raw


@READERS.register("clean images", takes=_takes_clean, by_task=True, order=27)
def read_clean(request):
    """All images below a folder, where denoising is asked for: the clean ones, noise is laid on later.

    Parts: folders train, val and test; else lists in splits/.
    """
    root = request.path
    files, faults = pairs.files_below(root, root)
    raw = Raw(root.resolve().name, files, faults=faults, dense="image")
    raw.labels, raw.names = raw.inputs, [pairs.shown(path, root) for path in files]
    raw.notes.append(
        f"Took {raw.name} for {len(files)} clean images: denoising was asked for, without noisy ones."
    )
    raw.parts = _parts_by_folder(raw.names)
    if raw.parts is None:
        layouts.list_parts(raw, raw.names, root)
    return raw


def _parts_by_folder(names):
    """Rows by the folder they lie in, where one of these is for training; else None."""
    found = {}
    for row, name in enumerate(names):
        folders = [parts.part_named(folder.rstrip("0123456789")) for folder in name.split("/")[:-1]]
        part = next(filter(None, folders), None)
        if part:
            found.setdefault(part, []).append(row)
    return layouts.as_parts(found)


def _of_two_sizes(raw, rows):
    noisy, clean = layouts.sizes_of(raw.inputs), layouts.sizes_of(raw.labels)
    findings = []
    for row in rows:
        if noisy[row] and clean[row] and noisy[row] != clean[row]:
            first, second = (" x ".join(map(str, side[row])) for side in (noisy, clean))
            cure = "Crop or remove one of them."
            fault = Fault(raw.names[row], f"{first} pixels, its clean image {second}", "one size", cure)
            findings.append(Finding(fault, (row,)))
    return findings


def _measured(raw, rows):
    """(`_Look`s at up to 256 pairs, rows of all pairs that are equal)."""
    few = rows[:: -(-len(rows) // _MOST)]
    with ThreadPoolExecutor() as pool:
        looks = dict(
            zip(few, pool.map(lambda row: _look(raw.inputs[row], raw.labels[row]), few), strict=True)
        )
        copies = pool.map(lambda row: _are_copies(raw.inputs[row], raw.labels[row]), rows)
        equal = [row for row, is_copy in zip(rows, list(copies), strict=True) if is_copy]
    found = [look for look in looks.values() if look]
    equal += [row for row, look in looks.items() if look and look.are_equal]
    return found, sorted(set(equal))


class _Look(typing.NamedTuple):
    """The noise of both sides of a pair, whether they are equal, and whether the second is the noisy one."""

    first: float
    second: float
    are_equal: bool
    second_is_noisy: bool


def _look(noisy, clean):
    """A `_Look` at two files; None where one cannot be read."""
    try:
        first, second = (pixels.decode(path, (None, None), 1)[..., 0] for path in (noisy, clean))
        levels = estimated_sigma(first), estimated_sigma(second)
    except (pixels.Unreadable, KitError):
        return None
    are_swapped = first.shape == second.shape and levels[0] < levels[1] and _is_noise(second, first)
    return _Look(*levels, np.array_equal(first, second), are_swapped)


def _is_noise(rough, smooth):
    """Whether the difference of two images depends neither on what the smoother one shows nor on its edges.

    Of photographs (BSD68) with Gaussian noise and with that of photons, correlations are at most 0.08; with
    their JPEG files 0.14 to 0.48, blurred 0.37 to 0.61, a fifth as bright 1.
    """
    from scipy import ndimage

    smooth = smooth.astype("float64")
    difference = rough - smooth
    edges = ndimage.gaussian_gradient_magnitude(smooth, 1.0)
    size = np.abs(difference - difference.mean())
    return max(_correlation(difference, smooth), _correlation(size, edges)) < _INDEPENDENT


def _correlation(first, second):
    """Absolute correlation of two arrays; 0 where one is constant."""
    if not (first.std() and second.std()):
        return 0.0
    return float(np.abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]))


def _are_copies(noisy, clean):
    try:
        return filecmp.cmp(noisy, clean, shallow=False)
    except OSError:
        return False


def _put_right(raw, looks):
    """Swaps the sides where what was taken for clean is noisier in most pairs; says so with numbers."""
    noisier = sum(look.first > look.second for look in looks)
    cleaner = sum(look.first < look.second for look in looks)
    if not noisier + cleaner:
        return
    sides = [_side(raw.inputs[0], raw.labels[0]), _side(raw.labels[0], raw.inputs[0])]
    levels = [statistics.median(side) for side in zip(*(look[:2] for look in looks), strict=True)]
    are_swapped = cleaner > noisier
    if are_swapped:
        found = f"files named as clean hold more noise than the others in {cleaner} of {len(looks)} pairs"
        by_noise = sum(look.second_is_noisy for look in looks)
        if 2 * by_noise <= cleaner and not _OPEN & set(_words(raw.inputs[0]) + _words(raw.labels[0])):
            cure = "Taken as named: the others lack what they show, not noise. Exchange the names if not."
            raw.issues.append(Fault(raw.name, found, cure=cure))
            return
        raw.inputs, raw.labels = raw.labels, raw.inputs
        sides, levels, noisier = sides[::-1], levels[::-1], cleaner
        raw.issues.append(Fault(raw.name, found, cure="They are taken for the noisy ones."))
    raw.notes.append(
        f"The side of {sides[0]} is the noisy one, that of {sides[1]} the clean one: in {noisier} of "
        f"{len(looks)} pairs it holds more noise (median {levels[0]:.2f} against {levels[1]:.2f} of 255)."
    )


def _side(path, other):
    """What one side of a pair is called: its file, from the first folder in which both differ."""
    if path.name != other.name:
        return path.name
    pairs = enumerate(zip(path.parts, other.parts, strict=False))
    return "/".join(path.parts[next((at for at, (one, two) in pairs if one != two), 0) :])


def _words(path):
    return [path.parent.name.lower(), re.split(r"[_\-. ]", path.stem.lower())[-1]]
