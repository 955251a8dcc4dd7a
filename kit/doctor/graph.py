"""Graphs: walking a Keras graph back from its output to what decides the outputs' range."""

import dataclasses
import math

_INFINITE = math.inf
RANGES = {  # activation -> lowest and highest output; what is not here is not known
    "linear": (-_INFINITE, _INFINITE),
    "leaky_relu": (-_INFINITE, _INFINITE),
    "prelu": (-_INFINITE, _INFINITE),
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "relu": (0.0, _INFINITE),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, _INFINITE),
    "exponential": (0.0, _INFINITE),
    "elu": (-1.0, _INFINITE),
    "selu": (-1.76, _INFINITE),
    "gelu": (-0.17, _INFINITE),
    "silu": (-0.28, _INFINITE),
    "log_softmax": (-_INFINITE, 0.0),
}
_NAMES = {
    "exp": "exponential",
    "swish": "silu",
    "re_lu": "relu",
    "p_re_lu": "prelu",
    "leaky_re_lu": "leaky_relu",
}
_NAMES |= {"log_soft_max": "log_softmax", "ReLU": "relu", "LeakyReLU": "leaky_relu", "PReLU": "prelu"}
_PASSING = {  # operations that move or average outputs, but do not bend them
    *("Reshape", "Flatten", "Permute", "Resizing", "Identity", "Dropout", "SpatialDropout2D", "UpSampling1D"),
    *("UpSampling2D", "UpSampling3D", "ZeroPadding2D", "Cropping1D", "Cropping2D", "GetItem", "Squeeze"),
    *("ExpandDims", "Cast", "Average", "Mean", "Transpose", "Rescaling", "GlobalAveragePooling1D", "Resize"),
    *("GlobalAveragePooling2D", "AveragePooling2D", "GlobalMaxPooling2D", "MaxPooling2D", "RepeatVector"),
    *("GlobalMaxPooling1D", "ActivityRegularization", "GaussianNoise"),
}
_LINEAR = {"BatchNormalization", "LayerNormalization", "GroupNormalization", "Embedding", "Normalization"}
_BENDING = {"Softmax", "ReLU", "LeakyReLU", "PReLU", "ELU", "Sigmoid", "Tanh", "Relu", "Softplus", "Exp"}
_BENDING |= {"Silu", "Gelu", "Elu", "LogSoftmax", "HardSigmoid", "Softsign"}


@dataclasses.dataclass(frozen=True)
class Head:
    """What decides the range of one output of a model.

    Args:
        activation: a key of `RANGES`, or "unknown".
        layer: the layer or operation that applies it.
        after: operations between it and the output, the last one first.
        shape: of the output, as Keras tells it: (None, ..., units).
    """

    activation: str
    layer: object
    after: tuple
    shape: tuple

    @property
    def units(self):
        """Size of the last axis, or None."""
        return self.shape[-1] if len(self.shape) > 1 else 1

    @property
    def range(self):
        """(lowest, highest) output; None where the activation is not known."""
        if self.activation not in RANGES:
            return None
        low, high = RANGES[self.activation]
        for layer in reversed(self.after):
            if type(layer).__name__ == "Rescaling":
                low, high = sorted(_rescaled(end, layer) for end in (low, high))
        return low, high

    @property
    def where(self):
        """The layer as messages name it."""
        return f"layer '{self.layer.name}'"


def _rescaled(value, layer):
    import numpy as np

    scale, offset = (float(np.mean(np.asarray(part))) for part in (layer.scale, layer.offset))
    return value * scale + offset if scale else offset


def head(tensor):
    """The `Head` of an output tensor of a Keras graph.

    Example:
        >>> import keras
        >>> inputs = keras.Input((4,))
        >>> outputs = keras.layers.Reshape((1, 1))(keras.layers.Dense(1, activation="sigmoid")(inputs))
        >>> found = head(outputs)
        >>> found.activation, [type(layer).__name__ for layer in found.after]
        ('sigmoid', ['Reshape'])
    """
    shape, after, place = tuple(tensor.shape), [], Place(tensor)
    while True:
        operation, sources = step(place)
        if operation is None:
            return Head("linear", _Input(), tuple(after), shape)
        activation = activation_of(operation)
        if activation is None and type(operation).__name__ in _PASSING and sources:
            after.append(operation)
            place = sources[0]
            continue
        return Head(activation or "unknown", operation, tuple(after), shape)


class _Input:
    """What stands for the layer where the model hands its input on."""

    name = "input"


@dataclasses.dataclass(frozen=True)
class Place:
    """A tensor of a graph, and the models inside of which it lies.

    Args:
        tensor: of Keras.
        inside: pairs (model, tensors that it was called on), the innermost last.
    """

    tensor: object
    inside: tuple = ()


def step(place):
    """(operation that made a tensor, the places of the tensors that it was made of).

    The operation is None for an input of the whole model.
    """
    while True:
        operation, node, index = place.tensor._keras_history
        if operation is None or type(operation).__name__ == "InputLayer":
            if not place.inside:
                return None, []
            place = _outer(place)
            continue
        sources = list(operation._inbound_nodes[node].input_tensors)
        if not getattr(operation, "layers", None) or not getattr(operation, "outputs", None):
            return operation, [Place(source, place.inside) for source in sources]
        place = Place(operation.outputs[index], (*place.inside, (operation, sources)))


def _outer(place):
    """Where an input of a model inside another comes from."""
    model, sources = place.inside[-1]
    index = next((i for i, each in enumerate(model.inputs) if each is place.tensor), 0)
    return Place(sources[index], place.inside[:-1])


def activation_of(operation):
    """The activation that an operation applies: a name, "unknown", or None where it applies none.

    Example:
        >>> import keras
        >>> activation_of(keras.layers.Dense(3)), activation_of(keras.layers.Flatten())
        ('linear', None)
    """
    operation = getattr(operation, "layer", operation) if _is_wrapper(operation) else operation
    kind = type(operation).__name__
    function = getattr(operation, "activation", None)
    if function is not None:
        name = getattr(function, "__name__", None) or type(function).__name__
        name = _NAMES.get(name, name)
        return _bounded_relu(operation, name) if name in RANGES else "unknown"
    if kind in _BENDING:
        name = _NAMES.get(kind, _NAMES.get(kind.lower(), kind.lower()))
        return _bounded_relu(
            operation, {"logsoftmax": "log_softmax", "hardsigmoid": "hard_sigmoid"}.get(name, name)
        )
    return "linear" if kind in _LINEAR else None


def _bounded_relu(operation, name):
    return "relu6" if name == "relu" and getattr(operation, "max_value", None) == 6 else name


def _is_wrapper(operation):
    return type(operation).__name__ in ("TimeDistributed", "SpectralNormalization")


def layers(model):
    """Every layer of a model, those of models inside it too, each once, in the order of the model.

    Example:
        >>> import keras
        >>> inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="a")])
        >>> [layer.name for layer in layers(keras.Sequential([inner, keras.layers.Dense(1, name="b")]))]
        ['a', 'b']
    """
    found = []
    for layer in model.layers:
        inner = layers(layer) if getattr(layer, "layers", None) else [layer]
        found += [each for each in inner if not any(each is other for other in found)]
    return found


def inputs_as_given(network):
    """The inputs of a graph in the form in which they are given: one tensor, a list or a dict."""
    inputs = getattr(network, "_inputs_struct", None)
    if inputs is not None:
        return inputs
    return network.inputs[0] if len(network.inputs) == 1 else network.inputs


def edges(model):
    """(operation, operation before it) for every edge of a graph, through nested models.

    Example:
        >>> import keras
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Flatten()])
        >>> [(type(late).__name__, type(early).__name__) for late, early in edges(model)]
        [('Flatten', 'Dense')]
    """
    stack, seen = [Place(tensor) for tensor in model.outputs], set()
    while stack:
        place = stack.pop()
        operation, sources = step(place)
        if operation is None or (id(place.tensor), len(place.inside)) in seen:
            continue
        seen.add((id(place.tensor), len(place.inside)))
        for source in sources:
            before = step(source)[0]
            if before is not None:
                yield operation, before
        stack += sources
