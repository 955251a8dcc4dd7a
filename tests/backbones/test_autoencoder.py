"""The autoencoder: any size comes back, and only through the small map."""

import keras
import numpy as np
import pytest

from kit.backbones.autoencoder import autoencoder


@pytest.mark.parametrize("depth", [0, 1, 3])
@pytest.mark.parametrize("shape", [(5, 7, 1), (None, None, 1)], ids=str)
def test_any_size_comes_back(shape, depth):
    image = keras.Input(shape)
    model = keras.Model(image, autoencoder(image, width=4, depth=depth))
    assert model.output_shape == (None, *shape[:2], 4)
    assert model.predict_on_batch(np.zeros((2, 5, 7, 1), "float32")).shape == (2, 5, 7, 4)


def test_everything_passes_through_the_smallest_map():
    image = keras.Input((16, 16, 1))
    model = keras.Model(image, autoencoder(image, width=4, depth=2))
    joins = [type(layer).__name__ for layer in model.layers[1:] if isinstance(layer.input, list)]
    assert joins == ["CropLike"]  # which takes the image's size only
    assert min(layer.output.shape[1] for layer in model.layers) == 4
