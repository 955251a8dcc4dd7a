"""Mixing: images put together of two, with targets that hold the labels of both by their shares.

Which two, and how, depends on (seed, epoch, number of the image) and on nothing else.
"""

import dataclasses

import numpy as np

from kit.data.draws import Draws

_KIND, _OTHER, _SHARE, _DOWN, _ACROSS = range(100, 105)  # streams of random numbers, none of `augment`'s


@dataclasses.dataclass(frozen=True)
class Pairs:
    """What is put together.

    Args:
        chosen: (M,) places of the images that get a part of another one.
        others: (M,) numbers of the others.
        shares: (M,) share of the own label, 0 to 1.
        windows: (M, 4) top, bottom, left and right of what is pasted, pixels; all 0 where images are blended.
    """

    chosen: np.ndarray
    others: np.ndarray
    shares: np.ndarray
    windows: np.ndarray


def drawn(rows, count, size, *, seed, epoch, policy):
    """The `Pairs` of these images.

    Shares of both kinds are uniform, as in both sources for CIFAR. A pasted window has the sides of the image
    times the root of its share, lies anywhere and is cut at the edges; the share that counts is that of the
    pixels really pasted. Others come from all training images, not from the batch, so that an image is the
    same in any batch.

    Args:
        rows: (N,) numbers of the images.
        count: how many images there are in all.
        size: (height, width) in pixels.
        seed: of the training run.
        epoch: number of the pass over the data.
        policy: has `mixup` and `cutmix`, shares of the images.

    Source: Zhang et al. 2018, mixup (arXiv:1710.09412); Yun et al. 2019, CutMix (arXiv:1905.04899).

    Example:
        >>> from kit.data.augment import Policy
        >>> pairs = drawn(range(1000), 1000, (8, 8), seed=0, epoch=0, policy=Policy(cutmix=0.5))
        >>> 400 < len(pairs.chosen) < 600 and not (pairs.others == pairs.chosen).any()
        True
    """
    rows = np.asarray(rows, "int64")
    draw = Draws(seed, epoch, rows)
    kinds = draw.uniform(_KIND)
    chosen = np.flatnonzero(kinds < policy.mixup + policy.cutmix) if count > 1 else np.arange(0)
    draw = draw.at(chosen)
    others = draw.integers(_OTHER, 0, max(0, count - 2))
    others += others >= rows[chosen]  # any but itself
    shares, pasted = draw.uniform(_SHARE), kinds[chosen] >= policy.mixup
    windows = np.zeros((len(chosen), 4), "int64")
    for at, side, stream in ((0, size[0], _DOWN), (2, size[1], _ACROSS)):
        length = np.rint(side * np.sqrt(1 - shares)).astype("int64")
        start = draw.integers(stream, 0, side - 1) - length // 2
        windows[:, at] = np.where(pasted, np.clip(start, 0, side), 0)
        windows[:, at + 1] = np.where(pasted, np.clip(start + length, 0, side), 0)
    areas = (windows[:, 1] - windows[:, 0]) * (windows[:, 3] - windows[:, 2])
    return Pairs(chosen, others, np.where(pasted, 1 - areas / np.prod(size), shares), windows)


def mixed(seen, rows, count, *, seed, epoch, policy, classes=None):
    """Images of which some hold a part of another one, their targets, and their weights if there are any.

    Args:
        seen: function: numbers of images -> (x, targets) or (x, targets, weights) of them.
        rows: (N,) numbers of the images.
        count, seed, epoch, policy: as of `drawn`.
        classes: number of classes where targets are class numbers: they become rows of shares.

    Returns:
        (x, targets float32) or (x, targets float32, weights), new arrays. With weights, a target is the mean
        of both by share times weight, so that the loss is the mean of both weighted losses.

    Example:
        >>> from kit.data.augment import Policy
        >>> x, y = np.arange(2.0).reshape(2, 1, 1, 1), np.array([0, 1])
        >>> x, y = mixed(lambda rows: (x[rows], y[rows]), [0, 1], 2, seed=0, epoch=0,
        ...              policy=Policy(mixup=1.0), classes=2)
        >>> np.allclose(x[:, 0, 0, 0], y[:, 1])  # share of image 1, and of its class
        True
    """
    x, targets, *weights = seen(np.asarray(rows))
    targets = _as_shares(targets, classes)
    pairs = drawn(rows, count, x.shape[1:3], seed=seed, epoch=epoch, policy=policy)
    if not len(pairs.chosen):
        return (x, targets, *weights)
    other_x, other_targets, *other_weights = seen(pairs.others)
    x = x.copy()
    x[pairs.chosen] = _together(x[pairs.chosen], other_x, pairs)
    shares = pairs.shares
    if weights:
        own, other = weights[0][pairs.chosen] * shares, other_weights[0] * (1 - shares)
        weights = [weights[0].copy()]
        weights[0][pairs.chosen] = own + other
        shares = np.where(own + other > 0, own / np.where(own + other > 0, own + other, 1), shares)
    shares = shares.astype("float32").reshape(-1, *[1] * (targets.ndim - 1))
    targets[pairs.chosen] = shares * targets[pairs.chosen] + (1 - shares) * _as_shares(other_targets, classes)
    return (x, targets, *weights)


def _as_shares(targets, classes):
    return np.array(targets, "float32") if classes is None else np.eye(classes, dtype="float32")[targets]


def _together(own, other, pairs):
    """(M, height, width, channels): blended, or pasted into each other."""
    top, bottom, left, right = (edge[:, None] for edge in pairs.windows.T)
    rows, columns = np.arange(own.shape[1]), np.arange(own.shape[2])
    down, across = (rows >= top) & (rows < bottom), (columns >= left) & (columns < right)
    pasted = np.where((down[:, :, None] & across[:, None, :])[..., None], other, own)
    blends = (bottom == 0)[:, 0] & (right == 0)[:, 0]
    share = pairs.shares[blends].astype("float32")[:, None, None, None]
    both = share * own[blends] + (1 - share) * other[blends]
    pasted[blends] = np.rint(both) if own.dtype.kind in "ui" else both
    return pasted
