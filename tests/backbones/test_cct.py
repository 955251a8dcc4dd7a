"""The compact transformer: its published size, what it costs, and what it needs to know."""

import keras
import numpy as np
import pytest

from kit import backbones
from kit.backbones.cct import cct
from kit.blocks.attend import Attend
from kit.errors import MatchError


def network(size, name="cct_7", **settings):
    image = keras.Input((*size, 3))
    return keras.Model(image, backbones.get(name)(image, **settings))


def test_parameters_are_those_of_the_paper():
    block = 2 * 512 + 3 * 256 * 256 + 256 * 257 + 257 * 512 + 513 * 256  # two norms, attention, two layers
    by_hand = 27 * 256 + 16 * 16 * 256 + 7 * block + 512 + 257  # patches, positions, last norm, scores
    model = network((32, 32))
    assert model.count_params() == by_hand
    assert by_hand + 257 * 10 == pytest.approx(3.76e6, abs=5e3)  # CCT-7/3x1 with 10 classes: 3.76 M


@pytest.mark.parametrize(
    ("size", "places"), [((8, 8), 16), ((32, 32), 256), ((96, 64), 384), ((128, 128), 256)]
)
def test_attention_looks_at_a_few_hundred_places(size, places):
    model = network(size, width=8, depth=1)
    looked = [layer.input[1].shape for layer in model.layers if isinstance(layer, Attend)]
    assert [height * width for _, height, width, _ in looked] == [places]


def test_every_place_sees_the_whole_image(rng):
    model = network((32, 32), "cct_2", width=8, depth=1)
    x = rng.normal(size=(1, 32, 32, 3)).astype("float32")
    assert np.abs(np.asarray(model(x)) - np.asarray(model(x[:, ::-1]))).max() > 1e-4  # upside down


def test_images_of_any_size_are_refused():
    with pytest.raises(MatchError, match="images of one size"):
        cct(keras.Input((None, None, 3)))
