"""The contracting path: depth and widths."""

import keras
import pytest

from kit.backbones.plain import plain


@pytest.mark.parametrize(
    ("size", "last"),
    [((4, 4), (4, 4)), ((13, 9), (7, 5)), ((28, 28), (7, 7)), ((512, 256), (16, 8))],
    ids=str,
)
def test_the_depth_follows_from_the_shorter_edge(size, last):
    assert plain(keras.Input((*size, 3)), width=1).shape[1:3] == last


def test_an_unknown_size_is_halved_five_times_and_widths_stop_growing():
    assert plain(keras.Input((None, None, 3)), width=32).shape[-1] == 512
    assert plain(keras.Input((None, None, 3)), width=32, widest=2048).shape[-1] == 1024


def test_parameters_are_as_by_hand():
    image = keras.Input((8, 8, 3))
    model = keras.Model(image, plain(image, width=4, depth=1, normalization="none"))
    assert model.count_params() == 9 * (3 * 4 + 4 * 4 + 4 * 8 + 8 * 8) + 4 + 4 + 8 + 8
