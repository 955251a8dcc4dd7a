"""ConvNeXt: a convolutional network with the measures of a transformer."""

import functools

import keras

from kit import activations
from kit.backbones import BACKBONES
from kit.blocks.conv import halvings
from kit.blocks.mbconv import drop_connect
from kit.blocks.normalize import normalize
from kit.blocks.scale import LayerScale
from kit.blocks.stage import depthwise_start

_STAGES = 4
_STEM = 2  # halvings at once in the stem, where the image is large enough
_LONG = 2  # the stage that has `depth` blocks; the others have a third of them
_KERNEL, _EXPANSION = 7, 4
_EPSILON = 1e-6  # as in the authors' code: published weights expect it


def convnext(
    x, *, activation="gelu", width=96, depth=9, normalization="layer", dropout=0.1, regularizer=None
):
    """Four stages of blocks: a 7 x 7 depthwise convolution, then each place for itself, 4 times as wide.

    "convnext_tiny" is the smallest of the paper; "convnext_atto", "_femto", "_pico" and "_nano" are as in
    the timm library. Each stage halves the size, and the first takes quarters; images below 128 pixels get
    smaller strides first and fewer stages then, so that no edge is shorter than 4 pixels.

    Source: Liu et al. 2022, A ConvNet for the 2020s (arXiv:2201.03545).

    Args:
        x: (batch, H, W, C) tensor; H and W may be unknown.
        activation: name of the hidden activation.
        width: channels of the first stage; each has twice as many as the one before.
        depth: blocks of the third stage; the others have a third of them, rounded down, at least 1.
        normalization: "layer", "batch", "group" or "none".
        dropout: share of the samples that the last block is left out for in training, of the others in
            proportion, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, h, w, channels) tensor.

    Example:
        >>> convnext(keras.Input((128, 128, 3)), width=8, depth=1).shape
        (None, 4, 4, 64)
        >>> convnext(keras.Input((32, 32, 3)), width=8, depth=1).shape
        (None, 4, 4, 64)
    """
    size, most = x.shape[1:3], _STAGES - 1 + _STEM
    count = most if None in size else halvings(*size, at_most=most)
    last = min(count, _STAGES - 1)
    blocks = [depth if stage == _LONG else max(1, depth // 3) for stage in range(last + 1)]
    done = 0
    for stage, repeats in enumerate(blocks):
        x = _shrunk(
            x, stage, width * 2**stage, 2 if stage else 2 ** (count - last), normalization, regularizer
        )
        for _ in range(repeats):
            drop = dropout * done / max(1, sum(blocks) - 1)
            x = _block(x, drop, activation, normalization, regularizer)
            done += 1
    return normalize(x, normalization, epsilon=_EPSILON)


def _shrunk(x, stage, filters, strides, normalization, regularizer):
    """Patches that do not overlap, as places; normalised before, in the first stage after."""
    if stage:
        x = normalize(x, normalization, epsilon=_EPSILON)
    x = keras.layers.Conv2D(
        filters,
        max(strides, 2) if stage else max(strides, 3),
        strides=strides,
        padding="same",
        kernel_regularizer=regularizer,
    )(x)
    return x if stage else normalize(x, normalization, epsilon=_EPSILON)


def _block(x, drop, activation, normalization, regularizer):
    branch = keras.layers.DepthwiseConv2D(
        _KERNEL,
        padding="same",
        depthwise_initializer=depthwise_start(_KERNEL),
        depthwise_regularizer=regularizer,
    )(x)
    branch = normalize(branch, normalization, epsilon=_EPSILON)
    branch = keras.layers.Dense(_EXPANSION * x.shape[-1], kernel_regularizer=regularizer)(branch)
    branch = activations.get(activation)(branch)
    branch = LayerScale()(keras.layers.Dense(x.shape[-1], kernel_regularizer=regularizer)(branch))
    return keras.layers.Add()([x, drop_connect(branch, drop)])


_SIZES = {"atto": (40, 6), "femto": (48, 6), "pico": (64, 6), "nano": (80, 8), "tiny": (96, 9)}
for _name, (_width, _depth) in _SIZES.items():
    BACKBONES.register(
        f"convnext_{_name}", ranks=(4,), like="convnext_atto", small={"depth": 1}, needs_kit=True
    )(functools.partial(convnext, width=_width, depth=_depth))
