"""Two stages on maps: shapes, levels without anchors, and where each stage begins."""

import keras
import numpy as np
import pytest

from kit.decoders import heads
from kit.decoders.regions import levels, two_stage


def maps(width=4):
    return [keras.Input((8, 8, width)), keras.Input((4, 4, width))]


@pytest.mark.parametrize("anchors", [((6, 6),), ((6, 6), (9, 9), (40, 40)), ((40, 40),)], ids=len)
def test_a_level_may_have_no_anchor(anchors):
    regions, raw = two_stage(maps(), 3, size=(32, 32), strides=(4, 8), anchors=anchors)
    assert regions.shape == (None, 100, 5) and raw.shape == (None, 100, 8)


def test_every_map_has_one_width_and_knows_the_coarser_ones():
    inputs = [keras.Input((8, 8, 3)), keras.Input((4, 4, 5))]
    model = keras.Model(inputs, levels(inputs, 6, normalization="none"))
    assert [each.shape for each in model.outputs] == [(None, 8, 8, 6), (None, 4, 4, 6)]
    x = [np.zeros((1, 8, 8, 3), "float32"), np.ones((1, 4, 4, 5), "float32")]
    assert np.abs(np.asarray(model(x)[0])).max() > 0


def test_before_training_each_class_and_background_are_as_likely():
    inputs = maps()
    places = {"size": (32, 32), "strides": (4, 8), "anchors": ((6, 6), (40, 40))}
    model = keras.Model(inputs, heads.raw("regions", inputs, 3, **places))
    regions, raw = model([np.ones((1, *each.shape[1:]), "float32") for each in inputs])
    assert np.abs(np.asarray(raw)).max() < 1  # softmax of it is even, and boxes stay near their regions
    scores = np.asarray(regions)[..., 4]
    assert np.abs(scores[scores > 0] - 0.5).max() < 0.1
