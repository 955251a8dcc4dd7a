"""How far a pixel reaches: how many pixels to each side can change what a network says of one."""

import math

_LOCAL_NORMS = ("BatchNormalization", "LayerNormalization")
_GLOBAL = {
    "GroupNormalization", "GlobalAveragePooling2D", "GlobalMaxPooling2D", "Flatten", "Resizing",
    "Attend", "Attention", "AdditiveAttention", "MultiHeadAttention", "GroupQueryAttention",
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
    model = getattr(model, "_functional", None) or model  # what a Sequential is made of
    known = {id(tensor): (1.0, 0.0) for tensor in model.inputs}  # pixels a step, pixels to each side
    for depth in sorted(model._nodes_by_depth, reverse=True):
        for node in model._nodes_by_depth[depth]:
            sources = [known[id(tensor)] for tensor in node.input_tensors if id(tensor) in known]
            if not sources or node.operation is None or node.is_input:
                continue
            found = _after(node.operation, max(step for step, _ in sources), max(side for _, side in sources))
            known.update({id(tensor): found for tensor in node.outputs})
    side = known[id(model.outputs[0])][1]
    return side if math.isinf(side) else math.ceil(side)


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
    if kind == "SpaceToDepth":
        return 2 * step, side + step
    if kind == "DepthToSpace":
        return step / 2, side
    kernel = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    if kernel is None:
        return step, side
    wide = (kernel[0] - 1) * (getattr(layer, "dilation_rate", (1,))[0])
    wide = wide if hasattr(layer, "pool_size") else wide / 2
    return step * (layer.strides or (1,))[0], side + step * wide
