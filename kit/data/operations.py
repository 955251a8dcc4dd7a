"""Operations: a few changes of images drawn from a list, all with one strength, as RandAugment has them.

None of them changes what a photograph shows; which ones an image gets depends on (seed, epoch, index) only.
"""

import numpy as np

_OPERATION, _SIGN = 200, 300  # streams of random numbers; one of each for every place in the row
_TOGETHER = 256  # images that are changed at once
_TURN, _SHEAR = np.pi / 6, 0.3  # at strength 1: 30 degrees, and pixels a pixel
_COLOUR = 0.9  # at strength 1: part by which distances from gray, from the mean or from a blur grow or shrink
_LIGHT = 0.5  # at strength 1: part of the scale that is added or taken away
_GRAY = np.array([0.299, 0.587, 0.114], "float32")  # brightness of red, green and blue: ITU-R BT.601


def operated(images, draw, *, count, strength, scale):
    """Images, each after `count` operations drawn with replacement.

    Args:
        images: (N, height, width, channels), uint8 or float32 in 0 to `scale`.
        draw: `kit.data.draws.Draws` of the images.
        count: operations of each image, 0 or more.
        strength: 0 (nothing but autocontrast changes) to 1, of every operation; its sign is drawn.
        scale: the value of white.

    Returns:
        a new array of the same shape and type, in 0 to `scale`.

    Source: Cubuk et al. 2020, RandAugment (arXiv:1909.13719): N operations of one magnitude M; shifts are
    `shift` of the policy, equalize is left out.

    Example:
        >>> from kit.data.draws import Draws
        >>> image = np.full((1, 4, 4, 3), 100, "uint8")
        >>> changed = operated(image, Draws(0, 0, [0]), count=2, strength=0.5, scale=255.0)
        >>> changed.shape, str(changed.dtype)
        ((1, 4, 4, 3), 'uint8')
    """
    names = [name for name in OPERATIONS if name != "colour" or images.shape[-1] == 3]
    changed = images.copy()
    for place in range(count):
        which = draw.integers(_OPERATION + place, 0, len(names) - 1)
        amounts = np.where(draw.uniform(_SIGN + place) < 0.5, -strength, strength).astype("float32")
        for number, name in enumerate(names):
            for rows in _portions(np.flatnonzero(which == number)):
                values = changed[rows].astype("float32")
                values = OPERATIONS[name](values, amounts[rows, None, None, None], scale)
                values = np.clip(values, 0, scale)
                changed[rows] = np.rint(values) if images.dtype.kind in "ui" else values
    return changed


def _portions(rows):
    return [rows[start : start + _TOGETHER] for start in range(0, len(rows), _TOGETHER)]


def _same(images, amounts, scale):
    return images


def _turned(images, amounts, scale):
    angles = _TURN * amounts[:, 0, 0, 0]
    return _warped(images, np.cos(angles), -np.sin(angles), np.sin(angles), np.cos(angles))


def _sheared_across(images, amounts, scale):
    return _warped(images, 1, 0, _SHEAR * amounts[:, 0, 0, 0], 1)


def _sheared_down(images, amounts, scale):
    return _warped(images, 1, _SHEAR * amounts[:, 0, 0, 0], 0, 1)


def _warped(images, down_down, down_across, across_down, across_across):
    """Each pixel from where the matrix sends it, around the middle; bilinear, the edge is repeated."""
    count, height, width = images.shape[:3]
    middle = (height - 1) / 2, (width - 1) / 2
    down, across = np.mgrid[:height, :width].astype("float32")
    down, across = down - middle[0], across - middle[1]
    terms = (down_down, down_across, across_down, across_across)
    dd, da, ad, aa = (np.broadcast_to(term, count)[:, None, None] for term in terms)
    low, shares = [], []
    for place, centre, side in ((dd * down + da * across, 0, height), (ad * down + aa * across, 1, width)):
        place = np.clip(place + middle[centre], 0, side - 1)
        low.append(np.minimum(place.astype("int64"), max(side - 2, 0)))
        shares.append((place - low[-1]).astype("float32")[..., None])
    own, (top, left), (below, right) = np.arange(count)[:, None, None], low, shares
    bottom, end = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    upper = images[own, top, left] * (1 - right) + images[own, top, end] * right
    lower = images[own, bottom, left] * (1 - right) + images[own, bottom, end] * right
    return upper * (1 - below) + lower * below


def _stretched(images, amounts, scale):
    """Each channel from its darkest to its brightest value stretched over the whole scale (autocontrast)."""
    low, high = images.min((1, 2), keepdims=True), images.max((1, 2), keepdims=True)
    return np.where(high > low, (images - low) * (scale / np.where(high > low, high - low, 1)), images)


def _solarized(images, amounts, scale):
    """Values above a threshold turned into their negative."""
    return np.where(images > scale * (1 - np.abs(amounts) / 2), scale - images, images)


def _posterized(images, amounts, scale):
    """Fewer steps of brightness: 256 at no strength, 8 at full."""
    step = scale * 2 ** (5 * np.abs(amounts)) / 256
    return np.floor(images / step) * step


def _coloured(images, amounts, scale):
    gray = (images @ _GRAY)[..., None]
    return gray + (1 + _COLOUR * amounts) * (images - gray)


def _contrasted(images, amounts, scale):
    means = images.mean((1, 2, 3), keepdims=True)
    return means + (1 + _COLOUR * amounts) * (images - means)


def _lit(images, amounts, scale):
    return images + _LIGHT * scale * amounts


def _sharpened(images, amounts, scale):
    """Distances from the mean of 3 x 3 pixels grow, or shrink."""
    height, width = images.shape[1:3]
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    blurred = sum(padded[:, y : y + height, x : x + width] for y in range(3) for x in range(3)) / 9
    return blurred + (1 + _COLOUR * amounts) * (images - blurred)


OPERATIONS = {
    "identity": _same,
    "turn": _turned,
    "shear across": _sheared_across,
    "shear down": _sheared_down,
    "autocontrast": _stretched,
    "solarize": _solarized,
    "posterize": _posterized,
    "colour": _coloured,
    "contrast": _contrasted,
    "brightness": _lit,
    "sharpness": _sharpened,
}
