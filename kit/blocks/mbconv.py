"""Inverted residual blocks: wide inside, narrow between, one channel at a time in the middle."""

import keras

from kit import activations
from kit.blocks.conv import conv, norm_act
from kit.blocks.normalize import normalize
from kit.blocks.stage import depthwise_start

EPSILON = 1e-3  # added to the variance, as in the authors' code: published weights expect it
_SQUEEZE = 4  # times fewer channels inside a squeeze than come into the block


def mbconv(x, filters, *, kernel_size=3, strides=1, expand=6, drop=0.0, **style):
    """`expand` times the channels, a depthwise convolution, channels weighed, and few channels again.

    What came in is added where the shape stays the same.

    Source: Sandler et al. 2018, MobileNetV2 (arXiv:1801.04381), with squeeze-and-excitation as in
    Tan and Le 2019, EfficientNet (arXiv:1905.11946).

    Args:
        x: (batch, H, W, C) tensor.
        filters: channels of the result.
        kernel_size: side of the depthwise kernel, pixels.
        strides: step of the depthwise convolution, pixels.
        expand: times the channels that are used inside; 1 leaves the first convolution out.
        drop: share of the samples whose block is left out in training, 0 to below 1.
        **style: activation, normalization, regularizer, as in `kit.blocks.stage.conv_norm_act`.

    Returns:
        (batch, ceil(H / strides), ceil(W / strides), filters) tensor.

    Example:
        >>> mbconv(keras.Input((8, 8, 16)), 24, strides=2).shape
        (None, 4, 4, 24)
    """
    channels = x.shape[-1]
    inner = x if expand == 1 else pointwise(x, expand * channels, **style)
    inner = _depthwise(inner, kernel_size, strides, **style)
    squeezed = max(1, channels // _SQUEEZE)
    inner = squeeze_excite(inner, squeezed, style.get("activation", "relu"), style.get("regularizer"))
    inner = pointwise(inner, filters, **{**style, "activation": "linear"})
    if strides > 1 or filters != channels:
        return inner
    return keras.layers.Add()([drop_connect(inner, drop), x])


def squeeze_excite(x, filters, activation="relu", regularizer=None):
    """Each channel times a number in 0 to 1 that follows from the means of all channels.

    Source: Hu et al. 2018, Squeeze-and-Excitation Networks (arXiv:1709.01507).

    Args:
        x: (batch, H, W, C) tensor.
        filters: channels between the means and the numbers.
        activation: name of the hidden activation between them.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, H, W, C) tensor.

    Example:
        >>> squeeze_excite(keras.Input((None, None, 16)), 4).shape
        (None, None, None, 16)
    """
    options = {"use_bias": True, "regularizer": regularizer}
    means = keras.layers.GlobalAveragePooling2D(keepdims=True)(x)
    means = activations.get(activation)(conv(means, filters, 1, activation=activation, **options))
    weights = conv(means, x.shape[-1], 1, activation="sigmoid", **options)
    return keras.layers.Multiply()([x, keras.layers.Activation("sigmoid")(weights)])


def drop_connect(x, share):
    """Leaves the whole of `x` out for this share of the samples, in training; the rest grows to make up.

    Source: Huang et al. 2016, Deep Networks with Stochastic Depth (arXiv:1603.09382).

    Args:
        x: (batch, H, W, C) tensor, a branch that is to be added to something.
        share: 0 to below 1.

    Returns:
        A tensor of the same shape.

    Example:
        >>> branch = drop_connect(np.ones((1, 2, 2, 1)), 0.5)  # not in training
        >>> float(keras.ops.sum(branch))
        4.0
    """
    return keras.layers.Dropout(share, noise_shape=(None, 1, 1, 1))(x) if share else x


def pointwise(x, filters, *, activation="relu", normalization="batch", regularizer=None):
    """A 1 x 1 convolution, normalised, and activated where the activation is not "linear".

    Args:
        x: (batch, H, W, C) tensor.
        filters: channels of the result.
        activation: name of a hidden activation.
        normalization: "batch", "layer", "group" or "none".
        regularizer: a Keras regularizer of the kernel, or None.

    Returns:
        (batch, H, W, filters) tensor.

    Example:
        >>> pointwise(keras.Input((None, None, 16)), 4).shape
        (None, None, None, 4)
    """
    options = {"activation": activation, "regularizer": regularizer, "use_bias": normalization == "none"}
    x = conv(x, filters, 1, **options)
    if activation == "linear":
        return normalize(x, normalization, epsilon=EPSILON)
    return norm_act(x, activation=activation, normalization=normalization, epsilon=EPSILON)


def _depthwise(x, kernel_size, strides, *, activation="relu", normalization="batch", regularizer=None):
    x = keras.layers.DepthwiseConv2D(
        kernel_size,
        strides=strides,
        padding="same",
        use_bias=normalization == "none",
        depthwise_initializer=depthwise_start(kernel_size),
        depthwise_regularizer=regularizer,
    )(x)
    return norm_act(x, activation=activation, normalization=normalization, epsilon=EPSILON)
