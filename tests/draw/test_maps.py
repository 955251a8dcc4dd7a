import keras
import numpy as np
import pytest

from kit import draw


@pytest.fixture(scope="module")
def model():
    layers = [
        keras.Input((6, 6, 2)),
        keras.layers.Conv2D(3, 3, use_bias=False, name="edges"),
        keras.layers.MaxPooling2D(2, name="pooled"),
        keras.layers.Flatten(name="flat"),
    ]
    return keras.Sequential(layers)


def shown(figure):
    """The arrays of the pictures in a figure, from top left to bottom right."""
    return [np.asarray(axes.images[0].get_array()) for axes in figure.axes if axes.images]


def test_kernels_and_the_maps_that_they_make_are_drawn(model, rng):
    image = rng.normal(size=(6, 6, 2)).astype("float32")
    kernel = keras.ops.convert_to_numpy(model.get_layer("edges").kernel)
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3), axis=(0, 1))
    by_hand = np.einsum("ijcab,abcm->ijm", windows, kernel)
    *kernels, drawn, first, second, third = shown(draw.feature_maps(model, "edges", image))
    assert drawn.shape == (6, 6) and len(kernels) == 3
    np.testing.assert_allclose(np.stack(kernels, axis=-1), kernel.mean(axis=2), atol=1e-6)
    np.testing.assert_allclose(np.stack([first, second, third], axis=-1), by_hand, atol=1e-4)


def test_a_layer_without_kernels_shows_its_maps_and_names_are_titles(model):
    figure = draw.feature_maps(model, "pooled", np.ones((6, 6, 2)), count=2, names=["left", "right"])
    assert [image.shape for image in shown(figure)] == [(6, 6), (2, 2), (2, 2)]
    assert [axes.get_title("center") for axes in figure.axes] == ["image", "left", "right"]


def test_what_has_no_maps_is_refused(model):
    with pytest.raises(ValueError, match="maps are"):
        draw.feature_maps(model, "flat", np.ones((6, 6, 2)))
    with pytest.raises(ValueError, match="nothing"):
        draw.feature_maps(model, "nothing", np.ones((6, 6, 2)))
