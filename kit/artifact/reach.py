"""How far a pixel reaches: how many pixels to each side can change what a network says of one.

And how far apart images may begin that are halved alike: by whole steps of its coarsest map.
"""

import math

_LOCAL_NORMS = ("BatchNormalization", "LayerNormalization")
_ATTENTION = {"Attend", "Attention", "AdditiveAttention", "MultiHeadAttention", "GroupQueryAttention"}
_GLOBAL = _ATTENTION | {
    "GroupNormalization", "GlobalAveragePooling2D", "GlobalMaxPooling2D", "Flatten", "Resizing",
}  # fmt: skip


def reach(model):
    """Pixels to each side that a network's outputs depend on; infinite where it sees the whole image.

    Follows each layer's kernel, dilation and stride from the input to the output. What is not known
    to look at its own place only counts as nothing.

    Args:
        model: a built `keras.Model` with a graph, from one image to one map.

    Example:
        >>> import keras
        >>> image = keras.Input((None, None, 1))
        >>> x = keras.layers.Conv2D(4, 3, padding="same")(keras.layers.MaxPooling2D(2)(image))
        >>> reach(keras.Model(image, x))  # one pixel of the pool, two of the convolution
        3
    """
    known, output = _followed(model)
    side = known[output][1]
    return side if math.isinf(side) else math.ceil(side)


def stride(model):
    """Pixels from one place of a network's coarsest map to the next.

    Args:
        model: as for `reach`.

    Example:
        >>> import keras
        >>> image = keras.Input((None, None, 1))
        >>> x = keras.layers.MaxPooling2D(2)(keras.layers.MaxPooling2D(2)(image))
        >>> stride(keras.Model(image, keras.layers.UpSampling2D(4)(x)))
        4
    """
    return math.ceil(max(step for step, _ in _followed(model)[0].values()))


def _followed(model):
    """({id of a tensor: (pixels a step, pixels to each side)}, the output's id)."""
    model = getattr(model, "_functional", None) or model  # what a Sequential is made of
    known = {id(tensor): (1.0, 0.0) for tensor in model.inputs}
    for depth in sorted(model._nodes_by_depth, reverse=True):
        for node in model._nodes_by_depth[depth]:
            sources = [known[id(tensor)] for tensor in node.input_tensors if id(tensor) in known]
            if not sources or node.operation is None or node.is_input:
                continue
            steps = [step for step, _ in sources]
            step = steps[0] if type(node.operation).__name__ in _ATTENTION else max(steps)  # the queries'
            found = _after(node.operation, step, max(side for _, side in sources))
            known.update({id(tensor): found for tensor in node.outputs})
    return known, id(model.outputs[0])


def _after(layer, step, side):
    """(pixels a step, pixels to each side) after a layer."""
    kind = type(layer).__name__
    if kind in _GLOBAL:
        return step, math.inf
    if kind in _LOCAL_NORMS:
        return step, side
    if kind == "UpSampling2D":
        finer = step / layer.size[0]
        return finer, side + (step if layer.interpolation == "bilinear" else 0)
    if kind == "Conv2DTranspose":
        return step / layer.strides[0], side + step * (layer.kernel_size[0] - 1) / 2
    if kind == "Enlarge":
        return step / layer.factor, side + step
    if kind == "SpaceToDepth":
        return layer.block * step, side + (layer.block - 1) * step
    if kind == "DepthToSpace":
        return step / layer.block, side
    kernel = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    if kernel is None:
        return step, side
    wide = (kernel[0] - 1) * (getattr(layer, "dilation_rate", (1,))[0])
    wide = wide if hasattr(layer, "pool_size") else wide / 2
    return step * (layer.strides or (1,))[0], side + step * wide
