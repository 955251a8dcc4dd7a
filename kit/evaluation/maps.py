"""Outcomes of tasks on maps: what each image adds to the scores, so that no map must be kept."""

import dataclasses
import functools

import numpy as np

from kit.maps import VOID

_BORDER = 0.0075  # of the image's diagonal: how far a border may be off (Csurka et al. 2013, BMVC)


@dataclasses.dataclass(frozen=True)
class MaskOutcome:
    """What was true and what was said of the pixels of N images, as whole numbers.

    Args:
        match: the task's row of the match table.
        names: the C classes, or L labels.
        counts: (N, C, C) pixels by true class and said class; overlapping: (N, L, 2, 2) by 0 or 1.
        borders: (N, C, 4) border pixels of each class: said, said near a true one, true, true near
            a said one; in images where the class is neither, all 0.
        objects: (M, 3) of every true object: class, area in pixels, share of it that was found.
        first: index of the first class that is no background.
        losses: (N,) the task's loss of each image.
    """

    match: object
    names: tuple
    counts: np.ndarray
    borders: np.ndarray
    objects: np.ndarray
    first: int
    losses: np.ndarray | None = None

    is_dense = True
    is_single = False
    probabilities = interval = None

    def __len__(self):
        return len(self.counts)

    @property
    def is_exclusive(self):
        """Whether each pixel has one class."""
        return self.counts.ndim == 3

    @property
    def form(self):
        return self.match.form

    @functools.cached_property
    def tallies(self):
        """(N, C, 3) pixels of each class: found, said, true."""
        if self.counts.ndim == 4:
            found = self.counts[..., 1, 1]
            return np.stack([found, self.counts[..., 1].sum(-1), self.counts[..., 1, :].sum(-1)], axis=-1)
        found = np.diagonal(self.counts, axis1=1, axis2=2)
        return np.stack([found, self.counts.sum(axis=1), self.counts.sum(axis=2)], axis=-1)


@dataclasses.dataclass(frozen=True)
class ImageOutcome:
    """How near N restored images are to the clean ones.

    Args:
        match: the task's row of the match table.
        psnr: (N,) peak signal-to-noise ratio, dB.
        ssim: (N,) structural similarity, up to 1.
        losses: (N,) the task's loss of each image.
        white: the value of white, the range of both.
    """

    match: object
    psnr: np.ndarray
    ssim: np.ndarray
    losses: np.ndarray | None = None
    white: float = 255.0

    is_dense = True
    is_single = False
    names = ("image",)
    form = "image"
    is_exclusive = False
    probabilities = interval = None

    def __len__(self):
        return len(self.psnr)


def mean_iou_of_each(tallies):
    """(N,) mean IoU of each image alone, over the classes that it or the answer holds; NaN where none are.

    Args:
        tallies: (N, C, 3) pixels of each class that are found, said and true.

    Example:
        >>> mean_iou_of_each(np.array([[[3, 4, 3], [0, 0, 0]], [[0, 0, 0], [0, 0, 0]]]))
        array([0.75,  nan])
    """
    found, said, true = np.moveaxis(np.asarray(tallies, float), -1, 0)
    either, counts = said + true - found, (said + true > 0).sum(axis=1)
    sums = np.where(either > 0, found / np.maximum(either, 1), 0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def mask_counts(true, said, count):
    """Pixels by true and said class of one image, int64; void pixels count nowhere.

    Args:
        true: coded mask (h, w), 255 where void; or (h, w, L).
        said: decided mask of the same shape.
        count: number of classes or labels.

    Example:
        >>> mask_counts(np.array([[0, 1, 255]]), np.array([[0, 0, 1]]), 2)
        array([[1, 0],
               [1, 0]])
    """
    if true.ndim == 3:
        return np.stack([mask_counts(true[..., i], said[..., i], 2) for i in range(count)])
    there = true != VOID
    pairs = true[there].astype("int64") * count + said[there]
    return np.bincount(pairs, minlength=count * count).reshape(count, count)


def border_counts(true, said, count):
    """(count, 4) border pixels of each class in one image: see `MaskOutcome.borders`."""
    reach = max(1.0, _BORDER * np.hypot(*true.shape[:2]))
    found = np.zeros((count, 4), "int64")
    for number in range(count):
        planes = [_plane(map_, number) for map_ in (true, said)]
        if not any(plane.any() for plane in planes):
            continue
        void = _plane(true, VOID, anywhere=True)
        is_true, is_said = (_border(plane | void) & ~void for plane in planes)  # void borders on nothing
        found[number] = (
            is_said.sum(),
            (is_said & _near(is_true, reach)).sum(),
            is_true.sum(),
            (is_true & _near(is_said, reach)).sum(),
        )
    return found


def objects_of(true, said, first):
    """(M, 3) class, area and share found of each connected piece of a true class in one image."""
    from scipy import ndimage

    rows = []
    count = true.shape[-1] if true.ndim == 3 else int(true[true != VOID].max(initial=0)) + 1
    for number in range(0 if true.ndim == 3 else first, count):
        plane, right = _plane(true, number), _plane(said, number)
        labels, pieces = ndimage.label(plane)
        if pieces:
            areas = np.bincount(labels.ravel(), minlength=pieces + 1)[1:]
            hits = np.bincount(labels[right], minlength=pieces + 1)[1:]
            rows += [(number, area, hit / area) for area, hit in zip(areas, hits, strict=True)]
    return np.array(rows, float).reshape(-1, 3)


def psnr(clean, image, white=255.0):
    """Peak signal-to-noise ratio in dB of two images of one range, at most 100.

    Example:
        >>> round(psnr(np.zeros((4, 4, 1)), np.full((4, 4, 1), 255 / 10.0)), 6)
        20.0
    """
    error = float(np.mean((np.asarray(clean, "float64") - np.asarray(image, "float64")) ** 2))
    return 100.0 if error <= white**2 * 1e-10 else float(10 * np.log10(white**2 / error))


def ssim(clean, image, white=255.0):
    """Mean structural similarity of two images (h, w, channels), -1 to 1.

    With the Gaussian window of 11 pixels and standard deviation 1.5 and the constants of
    Wang et al. 2004 (doi:10.1109/TIP.2003.819861); the border of 5 pixels is left out; channels are
    averaged.
    """
    from scipy.ndimage import gaussian_filter

    def blurred(array):
        return gaussian_filter(array, (1.5, 1.5, 0), truncate=3.5, mode="reflect")

    a, b = (np.asarray(array, "float64") for array in (clean, image))
    mean_a, mean_b = blurred(a), blurred(b)
    spread_a, spread_b = blurred(a * a) - mean_a**2, blurred(b * b) - mean_b**2
    shared = blurred(a * b) - mean_a * mean_b
    first, second = (0.01 * white) ** 2, (0.03 * white) ** 2
    found = (2 * mean_a * mean_b + first) * (2 * shared + second)
    found /= (mean_a**2 + mean_b**2 + first) * (spread_a + spread_b + second)
    edge = 5 if min(a.shape[:2]) >= 11 else 0
    return float(found[edge : a.shape[0] - edge, edge : a.shape[1] - edge].mean())


def _plane(map_, number, anywhere=False):
    if map_.ndim == 3:
        return (map_ == number).any(axis=-1) if anywhere else map_[..., number] == 1
    return map_ == number


def _border(plane):
    """Pixels of a plane that touch one outside of it, the image's edge left out."""
    from scipy.ndimage import binary_erosion

    return plane & ~binary_erosion(plane, border_value=1)


def _near(border, reach):
    from scipy.ndimage import distance_transform_edt

    if not border.any():
        return border
    return distance_transform_edt(~border) <= reach
