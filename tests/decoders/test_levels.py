"""Deep supervision: the loss reaches each level of a decoder directly."""

import keras
import numpy as np
import pytest

import kit
from kit.decoders.levels import mean_of
from kit.errors import MatchError

TASK = kit.Segmentation(("floor", "cell", "edge"))


def test_the_mean_of_maps_of_one_size_is_numpys():
    x = np.random.default_rng(0).normal(size=(3, 1, 4, 4, 2)).astype("float32")
    mean = keras.ops.convert_to_numpy(mean_of(list(x), halved=False))
    np.testing.assert_allclose(mean, x.mean(axis=0), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("decoder", ["unet", "unet++", "attention_unet"])
def test_every_level_is_joined_where_the_decoder_has_it(decoder):
    settings = {"decoder": decoder, "width": 4, "depth": 3, "stem": 1, "normalization": "none"}
    model = kit.build_segmenter(TASK, (None, None, 1), deep_supervision=True, **settings)
    averages = [layer for layer in model.layers if isinstance(layer, keras.layers.Average)]
    assert [len(layer.input) for layer in averages] == [3]
    assert model(np.zeros((1, 21, 19, 1), "float32")).shape == (1, 21, 19, 3)


def test_decoders_without_levels_refuse_it_and_name_those_that_have_them():
    with pytest.raises(MatchError, match="attention_unet, unet, unet"):
        kit.build_segmenter(TASK, (32, 32, 1), decoder="fpn", backbone="cnn", deep_supervision=True)
    with pytest.raises(MatchError, match="dncnn"):
        kit.build_denoiser(kit.Denoising(noise=25), (32, 32, 1), backbone="dncnn", deep_supervision=True)


@pytest.mark.parametrize("decoder", ["unet", "attention_unet"])
def test_levels_of_equal_channels_are_enlarged_too(decoder):
    settings = {"backbone": "efficientnet_tiny", "decoder": decoder, "deep_supervision": True}
    model = kit.build_segmenter(TASK, (None, None, 1), **settings)
    assert model(np.zeros((1, 37, 53, 1), "float32")).shape[1:3] == (37, 53)
