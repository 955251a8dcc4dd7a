"""Images without content: flat, nearly black, or blurred far beyond the others."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_MOST = 2000
_FLAT = 0.01  # spread of gray, as a share of the whole range
_DARK = 0.02  # mean of gray, as a share of the range
_BLURRED = 0.02  # sharpness, as a share of the median image's


@rule("odd_images", severity="warning", needs=["images"])
def odd_images(patient):
    """Images that show nothing: one gray value, hardly any light, or no edge beside the other images.

    Source: Pech-Pacheco et al. 2000: the variance of the Laplacian as a measure of focus.
    """
    images = patient.images[:_MOST]
    if not len(images) or min(images.shape[1:3]) < 4:
        return
    gray = images.mean(axis=-1)
    span = float(np.ptp(gray)) or 1.0
    gray = (gray - gray.min()) / span
    flat = gray.std(axis=(1, 2)) < _FLAT
    dark = (gray.mean(axis=(1, 2)) < _DARK) & ~flat & (np.median(gray.mean(axis=(1, 2))) > 5 * _DARK)
    sharp = _sharpness(gray)
    blurred = (sharp < _BLURRED * np.median(sharp)) & ~flat & ~dark
    for name, found in (("flat", flat), ("dark", dark), ("blurred", blurred)):
        if found.any():
            rows = ", ".join(map(str, np.flatnonzero(found)[:6])) + (", ..." if found.sum() > 6 else "")
            evidence = f"{int(found.sum())} of {len(images)} are {name}"
            yield f"images {rows}", evidence, "Look at them; leave out those that show nothing."


def _sharpness(gray):
    """Variance of the Laplacian of each image."""
    inner = gray[:, 1:-1, 1:-1]
    around = gray[:, :-2, 1:-1] + gray[:, 2:, 1:-1] + gray[:, 1:-1, :-2] + gray[:, 1:-1, 2:]
    return (around - 4 * inner).var(axis=(1, 2))


def _images():
    return np.random.default_rng(0).uniform(0, 255, (40, 12, 12, 1)).astype("float32")


def failing():
    """One of each kind."""
    flat, dark, blurred = _images(), _images(), _images()
    flat[3] = 77
    dark[4] *= 0.01
    blurred[5] = np.linspace(0, 255, 12)[None, :, None]
    for title, images in (("flat", flat), ("dark", dark), ("blurred", blurred)):
        yield Case(title, (images, toys.classes(2, 40)))


def passing():
    """All of one kind."""
    yield Case("alike", (_images(), toys.classes(2, 40)))
