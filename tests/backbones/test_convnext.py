"""ConvNeXt: its published sizes, its outputs beside Keras' own, and where small images end."""

import keras
import numpy as np
import pytest
from keras.src.applications.convnext import ConvNeXt

from kit import backbones
from kit.backbones.convnext import convnext

TINY = 28_589_128  # with 1000 classes, by keras.applications.ConvNeXtTiny
MILLIONS = {"atto": 3.70, "femto": 5.22, "pico": 9.05, "nano": 15.59}  # with 1000 classes, as timm lists them


def parameters(name):
    image = keras.Input((128, 128, 3))
    model = keras.Model(image, backbones.get(name)(image))
    return model.count_params() + (model.output_shape[-1] + 1) * 1000


def test_parameters_of_the_smallest_of_the_paper_are_those_of_keras():
    assert parameters("convnext_tiny") == TINY


@pytest.mark.parametrize("name", MILLIONS)
def test_parameters_of_the_smaller_ones_are_those_of_timm(name):
    width, depth = (backbones.get(f"convnext_{name}").keywords[key] for key in ("width", "depth"))
    repeats, widths = (depth // 3, depth // 3, depth, depth // 3), [width * 2**stage for stage in range(4)]
    blocks = sum(
        n * (49 * c + c + 2 * c + 8 * c * c + 5 * c + c) for n, c in zip(repeats, widths, strict=True)
    )
    shrink = 48 * width + 3 * width + sum(2 * c + 8 * c * c + 2 * c for c in widths[:3])
    last = widths[-1]
    assert (blocks + shrink + 2 * last + (last + 1) * 1000) / 1e6 == pytest.approx(MILLIONS[name], abs=0.005)


def test_with_the_weights_of_keras_the_outputs_are_those_of_keras(rng):
    sizes = {"depths": (1, 1, 2, 1), "projection_dims": (8, 16, 32, 64)}
    theirs = ConvNeXt(**sizes, weights=None, include_top=False, include_preprocessing=False, default_size=128)
    image = keras.Input((128, 128, 3))
    ours = keras.Model(image, convnext(image, width=8, depth=2))
    values = [rng.normal(0.1, 0.2, weight.shape) for weight in ours.weights]
    ours.set_weights(values)
    theirs.set_weights(
        [
            value if value.shape == tuple(weight.shape) else value.swapaxes(2, 3)  # a depthwise kernel
            for value, weight in zip(values, theirs.weights, strict=True)
        ]
    )
    x = rng.normal(size=(1, 128, 128, 3)).astype("float32")
    np.testing.assert_allclose(ours.predict_on_batch(x), theirs.predict_on_batch(x), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(("size", "last"), [(8, 4), (32, 4), (64, 4), (96, 6), (128, 4), (None, None)])
def test_no_stage_makes_an_edge_shorter_than_four_pixels(size, last):
    assert convnext(keras.Input((size, size, 1)), width=4, depth=1).shape[1] == last
