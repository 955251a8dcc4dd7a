"""Layers that change sizes: values by hand, sizes that are unknown, and files."""

import keras
import numpy as np
import pytest

from kit.blocks.sizes import CropLike, DepthToSpace, PadToMultiple, SpaceToDepth, SpreadLike

OPEN = (None, None, 3)


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def padded_and_cropped(shape):
    image = keras.Input(shape)
    padded = PadToMultiple(8)(image)
    return keras.Model(image, [padded, CropLike()([padded, image])])


@pytest.mark.parametrize("size", [(1, 1), (5, 7), (8, 16), (37, 53)], ids=str)
@pytest.mark.parametrize("is_open", [True, False])
def test_any_size_is_padded_by_its_edge_and_comes_back(size, is_open, rng):
    x = rng.normal(size=(2, *size, 3)).astype("float32")
    padded, back = padded_and_cropped(OPEN if is_open else (*size, 3)).predict_on_batch(x)
    margins = [(0, -edge % 8) for edge in size]
    np.testing.assert_array_equal(padded, np.pad(x, [(0, 0), *margins, (0, 0)], mode="edge"))
    np.testing.assert_array_equal(back, x)


def test_one_traced_function_takes_every_size(rng):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("JAX traces each size for itself")
    import tensorflow as tf

    traced = tf.function(padded_and_cropped(OPEN), input_signature=[tf.TensorSpec((None, *OPEN))])
    for size in [(5, 7), (37, 8)]:
        x = rng.normal(size=(2, *size, 3)).astype("float32")
        np.testing.assert_array_equal(traced(x)[1], x)


def test_shapes_are_told_as_far_as_they_are_known():
    assert padded_and_cropped(OPEN).output_shape == [(None, *OPEN), (None, *OPEN)]
    assert padded_and_cropped((5, 8, 3)).output_shape == [(None, 8, 8, 3), (None, 5, 8, 3)]
    assert SpaceToDepth()(keras.Input((None, 6, 3))).shape == (None, None, 3, 12)
    assert DepthToSpace()(keras.Input((None, 6, 12))).shape == (None, None, 12, 3)


def test_a_size_that_divides_costs_nothing():
    x = keras.ops.zeros((1, 8, 8, 1))
    assert PadToMultiple(4)(x) is x and CropLike()([x, x]) is x


def test_blocks_become_channels_row_by_row_and_come_back(rng):
    x = rng.normal(size=(2, 4, 6, 3)).astype("float32")
    deep = array(SpaceToDepth()(x))
    np.testing.assert_array_equal(deep[0, 1, 2], x[0, 2:4, 4:6].ravel())
    np.testing.assert_array_equal(array(DepthToSpace()(deep)), x)


def test_one_number_and_a_map_are_spread_alike():
    like = np.zeros((2, 3, 4, 5), "float32")
    one = np.array([1.0, 2.0], "float32").reshape(2, 1, 1, 1)
    spread = array(SpreadLike()([one, like]))
    assert spread.shape == (2, 3, 4, 1) and (spread[0] == 1).all() and (spread[1] == 2).all()
    np.testing.assert_array_equal(array(SpreadLike()([spread, like])), spread)


@pytest.mark.parametrize(
    "layer", [PadToMultiple(5), SpaceToDepth(3), DepthToSpace(3), CropLike(), SpreadLike()]
)
def test_a_layer_is_made_again_from_its_configuration(layer):
    config = keras.saving.serialize_keras_object(layer)
    assert config["registered_name"] == f"kit>{type(layer).__name__}"
    assert keras.saving.deserialize_keras_object(config).get_config() == layer.get_config()


@pytest.mark.parametrize(("make", "value"), [(PadToMultiple, 0), (PadToMultiple, 2.5), (SpaceToDepth, -1)])
def test_a_size_that_is_no_number_of_pixels_is_refused(make, value):
    with pytest.raises(ValueError, match=f"Received: {value}"):
        make(value)


def test_what_does_not_divide_or_is_too_small_is_refused():
    with pytest.raises(ValueError, match="edges that 2 divides"):
        SpaceToDepth()(keras.Input((5, 6, 1)))
    with pytest.raises(ValueError, match="channels that 4 divides"):
        DepthToSpace()(keras.Input((5, 6, 6)))
    with pytest.raises(ValueError, match="CropLike"):
        CropLike()([keras.Input((5, 6, 1)), keras.Input((6, 6, 1))])
