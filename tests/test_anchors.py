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
