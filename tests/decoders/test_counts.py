"""Parameters of published networks, to the last one."""

import keras
import pytest

from kit.backbones.plain import plain
from kit.backbones.taps import Taps, taps, taps_of
from kit.blocks.stage import double_conv
from kit.decoders.unet import unet

FILTERS = (256, 128, 64, 32, 16)


def parameters(width, depth, up, normalization="batch"):
    image = keras.Input((64, 64, 1))
    style = {"normalization": normalization}
    maps = taps(plain, image, (64, 64), width=width, depth=depth, widest=1024, **style)
    return keras.Model(image, keras.layers.Conv2D(1, 1)(unet(maps, up=up, **style))).count_params()


def test_the_first_unet_has_its_published_parameters():
    assert parameters(64, 4, "transposed", "none") == 31_030_593
    assert parameters(64, 4, "transposed") == 31_048_257  # 3 more a channel of the 18 convolutions


# Upsampling itself has no weights: the first of the two convolutions takes both maps at full width.
# The transposed convolution is 2 x 2, halves the channels, and has a bias and no normalisation.
@pytest.mark.parametrize(
    ("width", "depth", "up", "count"),
    [
        (16, 4, "bilinear", 1_966_753),
        (16, 4, "transposed", 1_945_233),
        (32, 4, "nearest", 7_854_913),
        (8, 3, "bilinear", 123_025),
        (16, 3, "bilinear", 489_121),
        (32, 3, "bilinear", 1_950_529),
    ],
)
def test_small_unets_have_the_counted_parameters(width, depth, up, count):
    assert parameters(width, depth, up) == count


def stock(name):
    return getattr(keras.applications, name)(include_top=False, weights=None, input_shape=(224, 224, 3))


def segmented(model, maps):
    """The parameters of segmentation_models' U-Net on these maps, one class."""
    features = unet(maps, width=FILTERS, up="nearest")
    outputs = keras.layers.Conv2D(1, 3, padding="same")(features)
    assert outputs.shape == (None, 224, 224, 1)
    return keras.Model(model.input, outputs).count_params()


def test_a_stock_mobilenet_with_the_known_decoder():
    model = stock("MobileNetV2")
    assert segmented(model, taps_of(model)) == 8_047_441


def test_a_stock_efficientnet_with_the_known_decoder():
    model = stock("EfficientNetB0")
    normalization = 3 + 3 + 1  # mean, variance and count of the input, which keras.applications adds
    assert segmented(model, taps_of(model)) == 10_115_501 + normalization


def test_a_stock_vgg_with_the_known_decoder():
    model = stock("VGG16")
    *fine, coarsest = taps_of(model)[1:]  # there the last step has no map beside it
    assert segmented(model, Taps([*fine, double_conv(coarsest, 512)])) == 23_752_273


def test_the_decoder_of_a_stock_resnet_is_as_by_hand():
    model = stock("ResNet50")  # segmentation_models has a ResNet of its own, with other biases
    skips, before, by_hand = (1024, 512, 256, 64, 0), 2048, 9 * FILTERS[-1] + 1
    for filters, skip in zip(FILTERS, skips, strict=True):
        by_hand += 9 * (before + skip) * filters + 9 * filters**2 + 2 * 4 * filters
        before = filters
    assert segmented(model, taps_of(model)) - model.count_params() == by_hand == 9_015_057
