"""Bent images: one smooth field for image and mask, whole classes, the same draw again."""

import numpy as np

from kit.data.bend import bent


def halves(size=(48, 40)):
    """An image that is its mask: 0 left of a line, 200 right of it."""
    mask = np.zeros(size, "uint8")
    mask[:, size[1] // 2 :] = 1
    return 200 * mask[..., None], mask


def test_the_mask_goes_where_its_image_goes_and_keeps_whole_classes():
    image, mask = halves()
    moved, its = bent(image, mask, 4.0, np.random.default_rng(0))
    assert set(np.unique(its)) == {0, 1}
    assert (its != mask).mean() > 0.02
    mixed = (moved[..., 0] > 0) & (moved[..., 0] < 200)  # along the line alone
    assert mixed.mean() < 0.06
    assert ((moved[..., 0] == 200) == (its == 1))[~mixed].all()


def test_the_same_draw_bends_the_same_and_another_one_differently():
    image, mask = halves()
    first, again, other = (bent(image, mask, 4.0, np.random.default_rng(seed))[0] for seed in (0, 0, 1))
    assert (first == again).all() and (first != other).any()


def test_a_straight_line_becomes_a_smooth_one():
    image, mask = halves((96, 96))
    _, its = bent(image, mask, 4.0, np.random.default_rng(2))
    line = its.argmax(axis=1)  # the first column of class 1 in each row
    assert np.ptp(line) > 2
    assert np.abs(np.diff(line.astype(int))).max() <= 2


def test_what_comes_from_beyond_the_edge_is_mirrored_and_of_the_same_kind():
    image = np.arange(16 * 16, dtype="float32").reshape(16, 16, 1)
    masks = np.stack([image[..., 0] > 100, image[..., 0] <= 100], axis=-1).astype("uint8")
    moved, its = bent(image, masks, 6.0, np.random.default_rng(0))
    assert moved.shape == image.shape and moved.dtype == image.dtype
    assert its.shape == masks.shape and (its.sum(axis=-1) == 1).all()
    assert moved.min() >= 0 and moved.max() <= 255
