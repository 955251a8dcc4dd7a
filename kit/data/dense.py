"""Dense: images whose label is a map as large as they are: masks, or clean images."""

import dataclasses
import hashlib

import numpy as np

from kit.data import cache, pictures
from kit.data.known_classes import renumbered
from kit.data.raw import rows_of
from kit.errors import DataError, Fault, KitError
from kit.inputs import pixels
from kit.inputs.findings import Finding
from kit.inputs.images import Images, ragged

take_out = pictures.take_out
TASKS = {"mask": "segmentation", "image": "denoising"}


def guess_task(raw, asked):
    """The task for these maps, not fitted to them yet, and a sentence that says why.

    Args:
        raw: what a reader found; `dense`, `classes` and `void` are read.
        asked: a task, the name of one, or None.

    Raises:
        KitError: if another kind of task was asked for.
    """
    name = TASKS[raw.dense]
    if asked is not None and not isinstance(asked, str):
        if not asked.is_dense:
            raise KitError(
                f"{raw.name} holds {raw.dense}s for labels: that is {name}, not {asked.describe()}."
            )
        if raw.dense == "mask" and not asked.overlapping:
            raw.labels = renumbered(raw.labels, raw.classes, raw.void, asked, raw.name)
        return asked, f"The task is {asked.describe()}, as you said."
    if asked not in (None, name):
        raise KitError(f"{raw.name} holds {raw.dense}s for labels: that is task='{name}', not '{asked}'.")
    if raw.dense == "image":
        from kit.tasks import Denoising

        is_clean = raw.labels is raw.inputs
        why = "noise is laid on clean images" if is_clean else "each image has a clean one of its name"
        return Denoising(), f"Denoising, because {why}."
    from kit.tasks import Segmentation

    _check_that_something_differs(raw)
    overlapping = any(np.ndim(mask) == 3 for mask in raw.labels)
    task = Segmentation(tuple(raw.classes), overlapping=overlapping, void=raw.void)
    return task, "Segmentation, because each image has a mask."


def _check_that_something_differs(raw):
    """Raises a DataError where all masks together hold one value: nothing could be learnt from them."""
    masks = [mask for mask in raw.labels if mask is not None and mask.size]
    if not masks or raw.findings:
        return
    value = int(masks[0].flat[0])
    if all((mask == value).all() for mask in masks):
        name = raw.classes[value] if value < len(raw.classes) else value
        cure = "Look whether they were left empty, or saved in a way that lost their values."
        raise DataError(
            [Fault("masks", f"all {len(masks)} hold '{name}' alone", "at least two classes", cure)]
        )


def described(raw, request):
    """The `Images` that fit, not fitted; `raw` gets the decoded images, maps and what is wrong with them."""
    if request.input is not None and not isinstance(request.input, Images):
        raise KitError(f"{raw.name} holds images and cannot be read as {request.input.describe()}.")
    same = raw.labels is raw.inputs
    size = pictures.pair(request.image_size) or (None, None)
    images = request.input or Images(size, _channels(raw.inputs))
    raw.places = np.arange(len(raw))
    raw.encoded, findings = images.encoded(list(raw.inputs), raw.names)
    raw.findings += findings
    if raw.dense == "image":
        raw.labels = raw.encoded if same else _clean(raw, images)
    raw.labels = ragged([_sized(label, images, raw.dense) for label in raw.labels])
    raw.findings += _of_other_size(raw)
    raw.keys = np.array([cache.key_of(picture) for picture in raw.encoded], "uint64")
    raw.notes.append(f"Images are read as {images.describe()}.")
    return images


def checked(raw, task):
    """Findings: maps that the task cannot mean."""
    findings = []
    for row, label in enumerate(raw.labels):
        try:
            task.encode([label])
        except DataError as error:
            findings += [
                Finding(dataclasses.replace(fault, where=raw.names[row]), (row,)) for fault in error.faults
            ]
    return findings


def fitted_task(task, input, raw, rows):
    """The task with the statistics of these rows."""
    return task.suited(input).fitted(rows_of(raw.labels, rows))


def fitted(images, raw, rows):
    """The images with the statistics of these rows."""
    return images.with_statistics(raw.encoded[rows])


def divided(raw, rows):
    """(inputs of these rows, their decoded images)."""
    return rows_of(raw.inputs, rows), raw.encoded[raw.places[rows]]


def keys(raw):
    """One number (uint64) an image, equal where all decoded pixels are."""
    return raw.keys


def fingerprint(labels):
    """Bytes that are equal where all maps are."""
    digest = hashlib.sha256()
    for label in labels:
        digest.update(repr(label.shape).encode() + np.ascontiguousarray(label).tobytes())
    return digest.digest()


def _channels(inputs):
    if isinstance(inputs[0], np.ndarray):
        return 1 if inputs[0].ndim == 2 else inputs[0].shape[-1]
    headers, _ = pictures.headers_of(inputs)
    return 3 if any(header.channels == 3 for header in headers) else 1


def _clean(raw, images):
    clean, findings = images.encoded(list(raw.labels), raw.names)
    raw.findings += findings
    return clean


def _sized(label, images, dense):
    """The map in the size of the images: classes are never mixed, so masks take the nearest pixel."""
    label = np.asarray(label)
    if images.is_ragged or dense == "image" or label.shape[:2] == images.size:
        return label
    return pixels.nearest(label, images.size)


def _of_other_size(raw):
    findings = []
    bad = {row for finding in raw.findings for row in finding.rows}
    for row, (picture, label) in enumerate(zip(raw.encoded, raw.labels, strict=True)):
        if row not in bad and picture.shape[:2] != label.shape[:2]:
            sizes = [" x ".join(map(str, array.shape[:2])) for array in (label, picture)]
            kind = "mask" if raw.dense == "mask" else "clean image"
            fault = Fault(raw.names[row], f"a {kind} of {sizes[0]} pixels", f"{sizes[1]}, as its image has")
            findings.append(Finding(fault, (row,)))
    return findings
