"""The head of one-stage detectors: where it begins, and that it stays in float32."""

import keras
import numpy as np
import pytest

from kit import activations, anchors
from kit.decoders.detect import detect, pan
from kit.places import AnchoredBoxes

SHAPES = ((8, 8, 8), (4, 4, 12))
PLACES = {"size": (32, 32), "strides": (4, 8)}


def said(kind="boxes", bins=None, classes=3):
    """(outputs of a new head on random maps, the model)."""
    keras.utils.set_random_seed(0)
    maps = [keras.Input(shape) for shape in SHAPES]
    model = keras.Model(maps, activations.output(kind, detect(maps, classes, bins), **PLACES))
    rng = np.random.default_rng(0)
    x = [rng.normal(size=(2, *shape)).astype("float32") for shape in SHAPES]
    return np.asarray(keras.ops.convert_to_numpy(model(x))), model


def zeros():
    return [np.zeros((1, *shape), "float32") for shape in SHAPES]


@pytest.mark.parametrize(("kind", "bins"), [("boxes", None), ("binned_boxes", 16)])
def test_before_training_one_place_in_a_hundred_says_an_object_and_boxes_are_of_some_strides(kind, bins):
    found, _ = said(kind, bins)
    assert np.abs(found[..., 4:7] - 0.01).max() < 0.003
    sides = (found[..., 2:4] - found[..., :2]) / np.repeat([4, 8], [64, 16])[:, None]
    assert sides.min() > 2 and sides.max() < 4  # 1.3 to each side


def test_half_precision_ends_before_the_last_layers():
    policy = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy("mixed_float16")
        found, model = said()
    finally:
        keras.config.set_dtype_policy(policy)
    assert found.dtype == np.float32 and model.outputs[0].dtype == "float32"
    last = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D) and layer.use_bias]
    assert len(last) == 4 and all(layer.compute_dtype == "float32" for layer in last)


def test_every_map_of_the_neck_knows_the_finer_and_the_coarser_one():
    maps = [keras.Input(shape) for shape in SHAPES]
    model = keras.Model(maps, pan(maps))
    assert [each.shape for each in model.outputs] == [(None, *shape) for shape in SHAPES]
    ones = [np.ones((1, *shape), "float32") for shape in SHAPES]
    before = [np.asarray(keras.ops.convert_to_numpy(each)) for each in model(ones)]
    for level in range(2):
        other = [2 * each if place == level else each for place, each in enumerate(ones)]
        after = [np.asarray(keras.ops.convert_to_numpy(each)) for each in model(other)]
        assert all(np.abs(a - b).max() > 1e-6 for a, b in zip(after, before, strict=True))


def test_anchors_of_a_level_stand_one_after_the_other_and_begin_as_boxes():
    corners, counts = anchors.grid((32, 32), (4, 8), ((12, 10), (20, 20), (40, 30)))
    assert counts == (2 * 64, 16)
    maps = [keras.Input(shape) for shape in SHAPES]
    raw = detect(maps, 3, anchors=[2, 1])
    assert raw.shape == (None, 144, 7)
    layer = AnchoredBoxes((32, 32), (4, 8), ((12, 10), (20, 20), (40, 30)))
    found = np.asarray(keras.ops.convert_to_numpy(keras.Model(maps, layer(raw))(zeros())))[0]
    np.testing.assert_allclose(found[:, :4], corners, atol=1e-3)
    np.testing.assert_allclose(found[:, 4:], 0.01, atol=1e-4)


def test_a_place_says_its_own_anchors():
    maps = [keras.Input(shape) for shape in SHAPES]
    model = keras.Model(maps, detect(maps, 3, anchors=[2, 1], normalization="none"))
    x = zeros()
    before = np.asarray(keras.ops.convert_to_numpy(model(x)))[0]
    x[0][0, 7, 0] = 50.0  # the first place of the last row
    after = np.asarray(keras.ops.convert_to_numpy(model(x)))[0]
    changed = np.flatnonzero(np.abs(after - before).max(axis=1) > 0)
    near = [row * 8 + column for row in (5, 6, 7) for column in (0, 1, 2)]  # two convolutions of 3 x 3
    assert set(changed) <= {2 * place + k for place in near for k in range(2)}
    assert {2 * 56, 2 * 56 + 1} <= set(changed)
