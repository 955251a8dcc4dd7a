"""Boxed: images whose label is the boxes and classes of the objects in them."""

import hashlib
import statistics

import numpy as np

from kit.data import pictures
from kit.data.raw import rows_of
from kit.data.readers.tasks import kind_of
from kit.errors import Fault, KitError
from kit.inputs.findings import Finding
from kit.inputs.images import Images, ragged

take_out, fitted, divided, keys = pictures.take_out, pictures.fitted, pictures.divided, pictures.keys
LONGEST = 256  # pixels of the longer side, where the user does not say
STEP = 32  # pixels: sides are multiples of it, so that each halving of the network is whole


def guess_task(raw, asked):
    """The task for these boxes, not fitted to them yet, and a sentence that says why.

    Args:
        raw: what a reader found; `classes` is read.
        asked: a task, the name of one, or None.

    Raises:
        KitError: if another kind of task was asked for.
    """
    if kind_of(asked) not in (None, "detection"):
        described = f"task='{asked}'" if isinstance(asked, str) else asked.describe()
        raise KitError(f"{raw.name} holds boxes for labels: that is task='detection', not {described}.")
    if asked is not None and not isinstance(asked, str):
        return asked, f"The task is {asked.describe()}, as you said."
    from kit.tasks import Detection

    numbers = tuple(raw.numbers.get(name) for name in raw.classes)
    known = None not in numbers and len(set(numbers)) == len(numbers)
    task = Detection(tuple(raw.classes), numbers=numbers if known else None)
    return task, "Detection, because each image has boxes around its objects."


def described(raw, request):
    """The `Images` that fit, not fitted; `raw` gets the decoded images and what was found in them."""
    if isinstance(raw.inputs, np.ndarray) and raw.inputs.dtype == object:
        raw.inputs = np.stack(raw.inputs)
    if request.input is None:
        size, why = _size(raw, pictures.pair(request.image_size))
        raw.input = Images(size, _channels(raw.inputs), letterbox=True)
        raw.notes.append(why)
    told = list(raw.findings)
    images = pictures.described(raw, request)
    lost = {row for finding in told for row in finding.rows}
    raw.findings = told + [found for found in raw.findings[len(told) :] if not lost.intersection(found.rows)]
    return images


def _size(raw, asked):
    if asked is None:
        return fitting([size for size in raw.sizes if size])
    return asked, f"Images are brought to {asked[0]} x {asked[1]} pixels, as you said."


def _channels(inputs):
    if isinstance(inputs, np.ndarray):
        return inputs.shape[-1]
    headers, _ = pictures.headers_of(inputs)
    return 3 if any(header.channels == 3 for header in headers) else 1


def fitting(sizes):
    """((height, width) for a network of images of these sizes, a sentence that says why).

    The ratio of the sides is that of the median image; sides are multiples of `STEP`, the longer
    one at most `LONGEST`.

    Example:
        >>> fitting([(480, 640)] * 3)[0]
        (192, 256)
    """
    median = [statistics.median(side) for side in zip(*sizes, strict=True)] if sizes else [LONGEST] * 2
    factor = min(1, LONGEST / max(median))
    size = tuple(max(STEP, STEP * round(side * factor / STEP)) for side in median)
    if list(size) == median:
        return size, f"Images are {size[0]} x {size[1]} pixels, as most of them are."
    shown = " x ".join(f"{side:g}" for side in median)
    return size, (
        f"Images are brought to {size[0]} x {size[1]} pixels from {shown} (median). {pictures.MORE}"
    )


def checked(raw, task):
    """Findings: objects of classes that the task does not have; they are left out of their images."""
    known, findings = set(task.classes), []
    for row, (boxes, names) in enumerate(raw.labels):
        strange = [name not in known for name in names.tolist()]
        if any(strange):
            raw.labels[row] = boxes[np.invert(strange)], names[np.invert(strange)]
            listed = ", ".join(map(str, dict.fromkeys(names[strange].tolist())))
            expected = "one of " + ", ".join(map(str, task.classes[:8])) + ", ..." * (len(task.classes) > 8)
            findings.append(Finding(Fault(raw.names[row], f"objects of class {listed}", expected)))
    return findings


def fitted_task(task, input, raw, rows):
    """The task with the statistics of these rows, in the pixels that the network sees."""
    return task.fitted(seen(rows_of(raw.labels, rows), rows_of(raw.sizes, rows), input))


def seen(labels, sizes, input):
    """Boxes in pixels of what the network sees of their images.

    Args:
        labels: N pairs (boxes_xyxy (M, 4), names (M,)).
        sizes: (height, width) of each image as its boxes have it.
        input: the `Images` that bring them to one size.

    Returns:
        Object array (N,) of such pairs.

    Example:
        >>> seen([(np.array([[2, 2, 4, 4]]), ["cat"])], [(10, 20)], Images((20, 20)))[0][0].tolist()
        [[2.0, 4.0, 4.0, 8.0]]
    """
    frames = [input.frame(size) for size in sizes]
    return ragged(
        [(frame.inward(boxes), names) for (boxes, names), frame in zip(labels, frames, strict=True)]
    )


def by_part(labels, task, parts):
    """Issues: classes without a box in the training part, or in another part.

    Args:
        labels: N pairs (boxes, names).
        task: a `Detection`.
        parts: indices by part.
    """
    found = {part: {name for row in rows for name in labels[row][1].tolist()} for part, rows in parts.items()}
    every = set().union(*found.values())
    issues = []
    for part, names in found.items():
        missing = [str(name) for name in task.classes if name in every - names]
        if missing:
            cure = "They cannot be learnt." if part == "train" else "They are not measured there."
            listed = ", ".join(missing[:8]) + ", ..." * (len(missing) > 8)
            issues.append(Fault(f"{part} part", f"no boxes of {listed}", cure=cure))
    return issues


def crowded(samples):
    """Issues: parts with images of more boxes than a target holds.

    Args:
        samples: {part: `Samples`}.
    """
    issues = []
    for part, own in samples.items():
        most = own.task.padding
        over = [row for row, (_, names) in enumerate(own.labels) if most is not None and len(names) > most]
        if over:
            first = f"{own.names[over[0]]} has {len(own.labels[over[0]][1])}"
            what = f"{len(over)} images with more than {most} boxes ({first})"
            cure = f"Losses see the largest {most} of each, reports all. For more say padding in the task."
            issues.append(Fault(f"{part} part", what, cure=cure))
    return issues


def fingerprint(labels):
    """Bytes that are equal where all boxes and classes are."""
    digest = hashlib.sha256()
    for boxes, names in labels:
        digest.update(np.ascontiguousarray(boxes, "float32").tobytes() + repr(names.tolist()).encode())
    return digest.digest()
