"""Anchors: k-means on the overlap of sides finds the kinds of boxes there are."""

import numpy as np
import pytest

from kit import anchors
from kit.errors import KitError


def test_anchors_find_the_kinds_of_boxes_whatever_the_seed(rng):
    kinds = np.array([[8.0, 8.0], [20.0, 40.0], [90.0, 60.0]])
    sides = np.concatenate([kind * rng.uniform(0.95, 1.05, (50, 2)) for kind in kinds])
    for seed in range(5):
        found, told = anchors.fitted(sides, 3, seed)
        np.testing.assert_allclose(found, kinds, rtol=0.05)
        assert told["covered"] == 1 and told["mean_iou"] > 0.9
    with pytest.raises(KitError, match="2 boxes for 3 anchors"):
        anchors.fitted(sides[:2], 3)


def test_equal_boxes_may_share_their_anchors():
    found, told = anchors.fitted(np.full((5, 2), 7.0), 3)
    assert (found == 7).all() and told["mean_iou"] == 1


def test_a_rare_class_has_its_anchors_too(rng):
    small, large = rng.uniform(8, 10, (2000, 2)), rng.uniform(60, 64, (20, 2))
    sides, classes = np.concatenate([small, large]), np.repeat([0, 1], [2000, 20])
    assert anchors.of_classes(sides, classes, 4)[-1][0] > 55
    assert anchors.of_classes(sides, classes, 4) == anchors.of_classes(sides, classes, 4)
    assert anchors.of_classes(sides[:2], classes[:2], 9) is not None  # fewer boxes than anchors
    assert anchors.of_classes(np.zeros((3, 2)), np.zeros(3, int), 9) is None


def test_an_anchor_lies_where_its_side_is_four_to_eight_strides():
    kinds = [(2, 2), (15, 17), (31, 33), (33, 33), (63, 64), (65, 64), (900, 900)]
    levels = anchors.by_level(kinds, (4, 8, 16))
    assert levels == (tuple(kinds[:3]), tuple(kinds[3:5]), tuple(kinds[5:]))


def test_the_grid_is_every_anchor_at_every_place():
    kinds, size, strides = ((6, 4), (40, 36), (10, 8)), (20, 32), (4, 8)
    corners, counts = anchors.grid(size, strides, kinds)
    wanted = []
    for stride, own in zip(strides, anchors.by_level(kinds, strides), strict=True):
        for row in range(-(-size[0] // stride)):
            for column in range(-(-size[1] // stride)):
                x, y = (column + 0.5) * stride, (row + 0.5) * stride
                wanted += [[x - w / 2, y - h / 2, x + w / 2, y + h / 2] for w, h in own]
    np.testing.assert_allclose(corners, wanted)
    assert counts == (2 * 5 * 8, 3 * 4)


def test_where_no_box_is_known_sides_follow_the_image():
    found = np.array(anchors.typical((64, 128)))
    np.testing.assert_allclose(found.prod(axis=1) ** 0.5, np.repeat([8, 16, 32], 3), rtol=1e-2)
    np.testing.assert_allclose(found[:, 0] / found[:, 1], [0.5, 1, 2] * 3, rtol=1e-2)
