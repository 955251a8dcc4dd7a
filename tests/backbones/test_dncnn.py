"""DnCNN: the published networks' parameters, with the task's convolution as their last."""

import keras
import pytest

from kit.backbones.dncnn import dncnn

PUBLISHED = {(17, 64): 558_017, (20, 64): 669_377, (7, 32): 47_329, (10, 32): 75_361}


def parameters(channels=1, **settings):
    image = keras.Input((None, None, channels))
    head = keras.layers.Conv2D(channels, 3, padding="same")
    return keras.Model(image, head(dncnn(image, **settings))).count_params()


@pytest.mark.parametrize(("depth", "width"), PUBLISHED)
def test_gray_networks_have_the_published_parameters(depth, width):
    assert parameters(depth=depth, width=width) == PUBLISHED[depth, width]


def test_without_normalisation_each_convolution_has_a_bias():
    assert parameters(normalization="none") == 555_137  # as published with the normalisation folded in


def test_the_size_is_kept():
    assert dncnn(keras.Input((5, 7, 3)), width=4, depth=2).shape == (None, 5, 7, 4)
