"""Activations by name: hidden ones, which the user chooses, and output ones, which the match table does."""

import functools
import re

from kit.registry import Registry

HIDDEN = Registry("activation")
OUTPUTS = Registry("output activation")

# Kernels start so that a signal keeps its size through the activation that follows:
# He et al. 2015 (arXiv:1502.01852), Glorot and Bengio 2010, Klambauer et al. 2017 (arXiv:1706.02515).
_STARTS = {
    "tanh": "glorot_uniform",
    "sigmoid": "glorot_uniform",
    "linear": "glorot_uniform",
    "selu": "lecun_normal",
}
_STOCK = {"relu": "relu", "elu": "elu", "selu": "selu", "gelu": "gelu", "swish": "silu"} | {
    name: name for name in ("mish", "tanh", "sigmoid", "linear")
}


def names():
    """Names of all hidden activations.

    Example:
        >>> "swish" in names()
        True
    """
    return HIDDEN.names()


def get(name):
    """The hidden activation called `name`: tensor -> tensor, with weights of its own where it learns.

    "leaky_relu" may carry its slope, such as "leaky_relu(0.2)".

    Raises:
        KitError: if there is none.

    Example:
        >>> np.asarray(get("leaky_relu(0.5)")(np.array([[-2.0, 2.0]]))).tolist()
        [[-1.0, 2.0]]
        >>> import keras
        >>> get("prelu")(keras.Input((8, 8, 3))).shape
        (None, 8, 8, 3)
    """
    slope = re.fullmatch(r"leaky_relu\((\d*\.?\d+)\)", name)
    if slope:
        return functools.partial(leaky_relu, slope=float(slope[1]))
    return HIDDEN.get(name)


def initializer(name):
    """Name of the kernel initializer that fits the activation after the kernel.

    Example:
        >>> initializer("relu"), initializer("tanh")
        ('he_normal', 'glorot_uniform')
    """
    get(name)
    return _STARTS.get(name, "he_normal")


def output(name, *logits, **sizes):
    """Applies an output activation, in float32.

    Args:
        name: a name in `OUTPUTS`.
        *logits: (batch, units) tensor, and of "regions" their corners, too.
        **sizes: number of "targets" and of "quantiles", where the activation needs them.

    Returns:
        (batch, units) tensor.
    """
    return OUTPUTS.get(name)(*logits, **sizes)


def _register_stock(name, stock):
    @HIDDEN.register(name)
    def apply(x):
        import keras

        return keras.layers.Activation(stock)(x)


def _register_output(name, stock):
    @OUTPUTS.register(name)
    def apply(logits, **_):
        import keras

        return keras.layers.Activation(stock, dtype="float32", name="output")(logits)


for _name, _layer in _STOCK.items():
    _register_stock(_name, _layer)
for _name in ("linear", "sigmoid", "softmax", "softplus", "exponential"):
    _register_output(_name, _name)


@HIDDEN.register("leaky_relu")
def leaky_relu(x, slope=0.1):
    """x above 0, slope x below. Source: Maas et al. 2013, Rectifier Nonlinearities."""
    import keras

    return keras.layers.LeakyReLU(slope)(x)


@HIDDEN.register("prelu")
def prelu(x):
    """x above 0, a x below, one learned a for each channel. Source: He et al. 2015 (arXiv:1502.01852)."""
    import keras

    places = tuple(range(1, len(x.shape) - 1))
    return keras.layers.PReLU(
        alpha_initializer=keras.initializers.Constant(0.25), shared_axes=places or None
    )(x)


@OUTPUTS.register("quantiles")
def quantiles(logits, targets, quantiles):
    """The first quantile of each target, then each next one by a softplus above the one before."""
    from keras import ops

    levels = ops.reshape(logits, (-1, targets, quantiles))
    first, steps = levels[..., :1], ops.softplus(levels[..., 1:])
    rising = ops.concatenate([first, first + ops.cumsum(steps, axis=-1)], axis=-1)
    return ops.reshape(rising, (-1, targets * quantiles))


@OUTPUTS.register("boxes")
def boxes(logits, size=(64, 64), strides=(8, 16), **_):
    """Of each place, four distances by softplus as corners in pixels, and the rest by sigmoid."""
    from kit.places import BoxesAndScores

    return BoxesAndScores(size, strides, name="output")(logits)


@OUTPUTS.register("binned_boxes")
def binned_boxes(logits, size=(64, 64), strides=(8, 16), **_):
    """As "boxes"; each distance is the mean of 16 bins by softmax, and the bins follow at the end."""
    from kit.objects import BINS
    from kit.places import BoxesAndScores

    return BoxesAndScores(size, strides, BINS, name="output")(logits)


@OUTPUTS.register("anchored_boxes")
def anchored_boxes(logits, size=(64, 64), strides=(8, 16), anchors=None, **_):
    """Of each anchor, four deltas as corners in pixels, and the rest by sigmoid."""
    from kit.anchors import typical
    from kit.places import AnchoredBoxes

    return AnchoredBoxes(size, strides, anchors or typical(size), name="output")(logits)


@OUTPUTS.register("regions")
def regions(corners, logits, size=(64, 64), **_):
    """Of each region, four deltas as corners in pixels, and the rest by softmax, without background."""
    from kit.regions import RegionsAndScores

    return RegionsAndScores(size, name="output")([corners, logits])


@OUTPUTS.register("gaussian")
def gaussian(logits, targets, **_):
    """Of each two outputs, the first as it is, the second by softplus, above 0.001."""
    from keras import ops

    pairs = ops.reshape(logits, (-1, targets, 2))
    spread = ops.softplus(pairs[..., 1:]) + 1e-3  # never 0: the loss divides by it
    return ops.reshape(ops.concatenate([pairs[..., :1], spread], axis=-1), (-1, targets * 2))
