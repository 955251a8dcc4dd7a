"""Folders of noisy and clean images, and of clean images alone, on which noise is laid in training."""

import filecmp
import statistics
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
_MOST = 256  # pairs whose pixels are looked at


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
    """Pairs of a noisy and a clean image; which side is the noisy one is measured, not believed.

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
    sigmas, equal = _measured(raw, both)
    _put_right(raw, sigmas)
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
    """((noise of both sides of up to 256 pairs), rows of all pairs that are equal)."""
    few = rows[:: -(-len(rows) // _MOST)]
    with ThreadPoolExecutor() as pool:
        looks = dict(
            zip(few, pool.map(lambda row: _look(raw.inputs[row], raw.labels[row]), few), strict=True)
        )
        copies = pool.map(lambda row: _are_copies(raw.inputs[row], raw.labels[row]), rows)
        equal = [row for row, is_copy in zip(rows, list(copies), strict=True) if is_copy]
    sigmas = [look[:2] for look in looks.values() if look]
    equal += [row for row, look in looks.items() if look and look[2]]
    return sigmas, sorted(set(equal))


def _look(noisy, clean):
    """(noise of the one, of the other, whether they are equal); None where one cannot be read."""
    try:
        first, second = (pixels.decode(path, (None, None), 1)[..., 0] for path in (noisy, clean))
        return estimated_sigma(first), estimated_sigma(second), np.array_equal(first, second)
    except (pixels.Unreadable, KitError):
        return None


def _are_copies(noisy, clean):
    try:
        return filecmp.cmp(noisy, clean, shallow=False)
    except OSError:
        return False


def _put_right(raw, sigmas):
    """Swaps the sides where what was taken for clean is noisier in most pairs; says so with numbers."""
    noisier = sum(first > second for first, second in sigmas)
    cleaner = sum(first < second for first, second in sigmas)
    if not noisier + cleaner:
        return
    names = [raw.inputs[0].name, raw.labels[0].name]
    levels = [statistics.median(side) for side in zip(*sigmas, strict=True)]
    if cleaner > noisier:
        raw.inputs, raw.labels = raw.labels, raw.inputs
        names, levels, noisier = names[::-1], levels[::-1], cleaner
        found = f"files named as clean hold more noise than the others in {cleaner} of {len(sigmas)} pairs"
        raw.issues.append(Fault(raw.name, found, cure="They are taken for the noisy ones."))
    raw.notes.append(
        f"The side of {names[0]} is the noisy one, that of {names[1]} the clean one: in {noisier} of "
        f"{len(sigmas)} pairs it holds more noise (median {levels[0]:.2f} against {levels[1]:.2f} of 255)."
    )
