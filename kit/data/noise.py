"""Noise: what is laid on clean images to train a denoiser, and how much of it is in an image.

What happens to an image depends on (seed, epoch, index of the image) and on nothing else.
"""

import io

import numpy as np

from kit.errors import KitError
from kit.tasks.denoising import check_noise


def noisy(clean, kind="gaussian", level=25.0, *, seed=0, epoch=0, index=0, scale=255.0):
    """One clean image with noise; the same for the same seed, epoch and index.

    Gaussian noise is neither clipped nor rounded, so that its mean is the clean image even next
    to black and white, as in the benchmarks at sigma 15, 25 and 50.

    Args:
        clean: (height, width, channels), uint8 or float in 0 to `scale`.
        kind: "gaussian": `level` is the standard deviation, in units of 0 to `scale`;
            "poisson": `level` is the peak, the mean count of photons of a white pixel;
            "jpeg": `level` is the quality of the file, 1 (worst) to 95.
        level: a number, or (low, high): any between them is drawn for each image, so that the
            model learns to do without knowing it (blind denoising).
        seed: of the training run.
        epoch: number of the pass over the data.
        index: of the image in its part of the data.
        scale: the value of white.

    Returns:
        float32 array of the same shape, in units of 0 to `scale`.

    Raises:
        KitError: if the kind is unknown, the level out of its range, or a JPEG file cannot hold
            that many channels.

    Source: Zhang et al. 2017, DnCNN (arXiv:1608.03981), for gaussian, blind and jpeg.

    Example:
        >>> clean = np.full((64, 64, 1), 255, "uint8")
        >>> image = noisy(clean, level=25, seed=3)
        >>> 24 < float(image.std()) < 26 and bool(image.max() > 255)
        True
        >>> bool((image == noisy(clean, level=25, seed=3)).all())
        True
    """
    check_noise(kind, level)
    rng = np.random.default_rng([seed % 2**64, epoch, index])
    clean = np.asarray(clean)
    return KINDS[kind](clean.astype("float32"), _drawn(rng, level), rng, scale)


def estimated_sigma(image):
    """Standard deviation of the noise in an image, in the image's units; texture counts a little.

    The mean absolute answer of a mask that cancels planes and edges along the axes:
    sigma = sqrt(pi / 2) / 6 * mean(|image * [[1, -2, 1], [-2, 4, -2], [1, -2, 1]]|).

    Args:
        image: (height, width) or (height, width, channels), at least 3 pixels a side.

    Returns:
        float; of 68 clean photographs (BSD68) about 4, with noise of 25 added about 26.

    Raises:
        KitError: if the image is smaller than the mask.

    Source: Immerkaer 1996, Fast Noise Variance Estimation, CVIU 64(2).

    Example:
        >>> round(estimated_sigma(np.random.default_rng(0).normal(0, 10, (200, 200))))
        10
        >>> estimated_sigma(np.add.outer(np.arange(9), np.arange(9)))
        0.0
    """
    values = np.asarray(image, "float32")
    if values.ndim not in (2, 3) or min(values.shape[:2]) < 3:
        raise KitError(f"Noise is estimated in images of at least 3 x 3 pixels. Received: {values.shape}.")
    for _ in range(2):  # the mask is the second difference along both axes
        values = (values[2:] - 2 * values[1:-1] + values[:-2]).swapaxes(0, 1)
    return float(np.sqrt(np.pi / 2) / 6 * np.abs(values).mean(dtype="float64"))


def _drawn(rng, level):
    """The level itself, or one between the two."""
    low, high = level if isinstance(level, list | tuple) else (level, level)
    return low if low == high else rng.uniform(low, high)


def _gaussian(clean, sigma, rng, scale):
    return clean + np.float32(sigma) * rng.standard_normal(clean.shape, "float32")


def _poisson(clean, peak, rng, scale):
    photons = rng.poisson(np.clip(clean, 0, None).astype("float64") * (peak / scale))
    return (photons * (scale / peak)).astype("float32")


def _jpeg(clean, quality, rng, scale):
    from PIL import Image

    channels = clean.shape[-1]
    if channels not in (1, 3):
        raise KitError(f"A JPEG file holds 1 or 3 channels; these images have {channels}.")
    whole = np.rint(np.clip(clean * (255 / scale), 0, 255)).astype("uint8")
    with io.BytesIO() as file:
        image = Image.fromarray(whole[..., 0] if channels == 1 else whole)
        image.save(file, "JPEG", quality=round(quality))
        decoded = np.asarray(Image.open(file), "float32")
    return decoded.reshape(clean.shape) * np.float32(scale / 255)


KINDS = {"gaussian": _gaussian, "poisson": _poisson, "jpeg": _jpeg}
