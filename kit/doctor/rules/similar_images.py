"""Images of one part that look like images of another."""

import numpy as np

from kit.doctor import toys, views
from kit.doctor.rule import Case, rule

_SIDE = 8  # of the picture of differences: 64 bits an image
_BITS = 3  # that two hashes of one picture may differ by
_MOST = 2000  # images a part
_SHARE = 0.01


@rule("similar_images", severity="warning", needs=["images", "others"])
def similar_images(patient):
    """Images in two parts whose difference hashes are nearly equal: copies, crops, frames of one film.

    Plain images, of few different neighbours, are left out: all of them look alike.
    Source: Krawetz 2013, Kind of Like That (dHash).
    """
    if min(patient.images.shape[1:3]) < 2 * _SIDE:
        return
    hashes, plain = dhash(patient.images[:_MOST])
    known = hashes[~plain]
    for part, (x, _) in patient.others.items():
        images = views.as_images(x)
        if images is None or not len(known) or min(images.shape[1:3]) < 2 * _SIDE:
            continue
        hashes, plain = dhash(images[:_MOST])
        apart = np.array([np.bitwise_count(known ^ each).min() for each in hashes])
        twins = np.flatnonzero((apart <= _BITS) & ~plain)
        if len(twins) > _SHARE * len(hashes):
            shown = ", ".join(map(str, twins[:5])) + (", ..." if len(twins) > 5 else "")
            evidence = (
                f"{len(twins)} of {len(hashes)} images look like one of the training part (rows {shown})"
            )
            yield f"{part} part", evidence, "Look at them; keep what was taken together in one part (groups)."


def dhash(images):
    """(64-bit hash of each image, whether it is too plain for one).

    Each bit says whether a place is brighter than its right neighbour, on a grid of 8 x 9 means.

    Args:
        images: float (N, H, W, C).

    Returns:
        uint64 (N,) and bool (N,).

    Example:
        >>> ramp = np.tile(np.arange(18.0), (1, 16, 1))[..., None]
        >>> hashes, plain = dhash(ramp)
        >>> int(hashes[0]), bool(plain[0])
        (0, True)
    """
    gray = images.mean(axis=-1)
    rows = np.array_split(np.arange(gray.shape[1]), _SIDE)
    columns = np.array_split(np.arange(gray.shape[2]), _SIDE + 1)
    grid = np.stack([gray[:, each].mean(axis=1) for each in rows], axis=1)
    grid = np.stack([grid[:, :, each].mean(axis=2) for each in columns], axis=2)
    bits = (grid[:, :, :-1] > grid[:, :, 1:]).reshape(len(images), -1)
    ones = bits.mean(axis=1)
    weights = np.uint64(1) << np.arange(bits.shape[1], dtype="uint64")
    return (bits * weights).sum(axis=1).astype("uint64"), (ones < 0.15) | (ones > 0.85)


def _pictures(count, seed):
    return np.random.default_rng(seed).uniform(0, 255, (count, 24, 24, 1)).astype("float32")


def failing():
    """The same pictures, a little brighter."""
    train = _pictures(30, 0)
    test = np.concatenate([train[:5] * 0.9 + 10, _pictures(15, 1)])
    yield Case("5 of 20, brighter", ((train, toys.classes(2, 30)), (test, toys.classes(2, 20))))


def passing():
    """Other pictures."""
    yield Case("others", ((_pictures(30, 0), toys.classes(2, 30)), (_pictures(20, 1), toys.classes(2, 20))))
