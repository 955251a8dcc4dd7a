"""Drawn data: pictures made on the spot, with the exact truth of every pixel."""

import numpy as np

from kit.data.marked import of_boxes
from kit.data.raw import Raw
from kit.data.readers import READERS
from kit.data.readers.tasks import kind_of
from kit.data.shapes import CLASSES, TASKS, shapes
from kit.errors import KitError
from kit.inputs.images import ragged
from kit.maps import VOID

DRAWN = {"shapes": (64, 64), "streets": (64, 96)}  # (height, width) of the pictures
SAMPLES = 240


def _takes(source, task=None):
    return isinstance(source, str) and source in DRAWN


@READERS.register("drawn data", takes=_takes, by_task=True, order=3)
def read(request):
    """The 240 pictures of this scene: with masks, with boxes, or clean ones alone, as the task asks for.

    Raises:
        KitError: if another task is asked for.
    """
    scene, task = request.source, kind_of(request.task) or "segmentation"
    if task not in TASKS:
        known = ", ".join(f"'{name}'" for name in TASKS)
        raise KitError(f"'{scene}' is drawn for the tasks {known}. Received: {task!r}.")
    note = f"Took '{scene}' for the pictures that kit draws: {SAMPLES} of {{}} x {{}} pixels, seed 0."
    raw = Raw(scene, None, notes=[note.format(*DRAWN[scene])])
    raw.names = [f"{scene} {index}" for index in range(SAMPLES)]
    drawn = shapes(task, SAMPLES, DRAWN[scene], scene=scene)
    if task == "denoising":
        raw.dense, raw.inputs = "image", ragged(list(drawn))
        raw.labels = raw.inputs
        raw.notes.append("They are clean images alone: noise is laid on them in training.")
        return raw
    images, masks = drawn
    if task == "detection":
        raw.inputs = ragged(list(images))
        return of_boxes(raw, masks)
    raw.dense, raw.inputs, raw.labels = "mask", ragged(list(images)), ragged(list(masks))
    raw.classes, raw.void = CLASSES[scene], VOID if np.any(masks == VOID) else None
    return raw
