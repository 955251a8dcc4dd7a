"""Recurrent layers in an ONNX file: the network is cut at each, and ONNX's own operators join the ends.

Keras exports a recurrent layer as a loop with a graph inside, which `kit.artifact.graph` lets no file
hold. ONNX's GRU and LSTM say the same in one node, which ends with the steps that it is given.
Source: https://onnx.ai/onnx/operators/onnx__GRU.html and onnx__LSTM.html (gates, their order and the biases)
"""

import dataclasses
import itertools

import numpy as np

_ACTIVATIONS = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh"}
_ABLE = "relu, sigmoid or tanh"
_GATES = {"GRU": (0, 1, 2), "LSTM": (0, 3, 1, 2)}  # of Keras in the order of ONNX: z r h, and i o f c
_STEPS_FIRST = (1, 0, 2)  # axes; again, the batch comes first
_LAST_FIRST = (-1, -(2**31), 1, -1)  # start, end, axis and step of a slice
_INT64 = 7  # onnx.TensorProto.INT64
_AFTER_ALL = 2**31 - 1  # sorts after every step


@dataclasses.dataclass(frozen=True)
class Joint:
    """One place where a network was cut: a layer and the tensors of the cut network around it.

    Attributes:
        layer: a `keras.layers.GRU` or `LSTM`.
        x: place among the outputs of what the layer takes.
        mask: place among the outputs of its mask, or None.
        y: name of the input that stands for what the layer gives.
    """

    layer: object
    x: int
    mask: int | None
    y: str


def obstacle(network):
    """Why a recurrent layer of this network is no operator of ONNX, as text; None where each is one.

    Example:
        >>> import keras
        >>> series = keras.Input((9, 2))
        >>> obstacle(keras.Model(series, keras.layers.GRU(4, activation="elu", name="gru")(series)))
        "layer 'gru' has the activation 'elu'; ONNX's GRU takes relu, sigmoid or tanh"
        >>> obstacle(keras.Model(series, keras.layers.GRU(4, name="gru")(series)))
    """
    import keras

    calls = _calls(network)
    for layer in network.layers if calls else ():
        if isinstance(layer, keras.layers.Masking) or getattr(layer, "mask_zero", False):
            return f"layer '{layer.name}' hands a mask on unseen; give recurrent layers theirs as mask=..."
    return next(filter(None, map(_obstacle, calls)), None)


def cut(network):
    """The network without its recurrent layers, and where they were.

    Args:
        network: a built `keras.Model` to which `obstacle` has no objection.

    Returns:
        (network, joints). What the layers give are further inputs; what they take, further outputs after
        the first. A network without any is given back as it is.
    """
    import keras

    if not _calls(network):
        return network, ()
    whole = keras.models.clone_model(network)  # what is cut cannot be saved any more
    whole.set_weights(network.get_weights())
    calls = _calls(whole)
    inputs, outputs = [*whole.inputs, *(call.output_tensors[0] for call in calls)], [*whole.outputs]
    places = [[_place(each, outputs) for each in _taken(call)] for call in calls]
    through = {id(each) for each in inputs}  # Keras takes no output that is an input
    outputs = [keras.layers.Identity()(each) if id(each) in through else each for each in outputs]
    without = keras.Model(inputs, outputs, name=network.name)
    names = [tensor.name for tensor in without.inputs[len(whole.inputs) :]]
    return without, [Joint(call.operation, *at, y) for call, at, y in zip(calls, places, names, strict=True)]


def join(graph, joints):
    """Puts the recurrent layers into the graph of a network that was cut.

    Args:
        graph: a `kit.artifact.onnx_graph.OnnxGraph`; it is changed.
        joints: what `cut` gave.
    """
    for joint in joints:
        mask = None if joint.mask is None else graph.outputs[joint.mask]
        _add(graph, joint.layer, graph.outputs[joint.x], mask, joint.y)
    if joints:
        graph.narrow({joint.y for joint in joints}, graph.outputs[1:])


def _add(graph, layer, x, mask, y):
    """What a recurrent layer does: (batch, steps, channels) and a mask (batch, steps) or None -> y."""
    if layer.go_backwards:  # Keras gives its results in this order, too
        x, mask = (each and _turned_round(graph, each) for each in (x, mask))
    places = None if mask is None else _Places(graph, mask)
    x = x if places is None else places.first(x)
    weights = [graph.constant(array, "float32") for array in _weights(layer)]
    x = graph.add("Transpose", x, perm=_STEPS_FIRST)
    every, last = graph.add(type(layer).__name__, x, *weights, outputs=2, **_attributes(layer))
    if places is None and not layer.return_sequences:
        graph.add("Squeeze", last, graph.constant([0]), gives=y)
        return
    every = graph.add("Squeeze", every, graph.constant([1]))
    every = graph.add("Transpose", every, perm=_STEPS_FIRST)
    every = every if places is None else places.back(every, layer.return_sequences)
    graph.add("Identity", every, gives=y)


def _turned_round(graph, x):
    return graph.add("Slice", x, *(graph.constant([each]) for each in _LAST_FIRST))


class _Places:
    """Nodes for a mask (batch, steps): Keras keeps the state where it is false, ONNX keeps it nowhere.

    So the steps that count go to the front, in their order. What the operator gives for them goes back,
    to each step that counts and to those after it that do not. ONNX's own numbers of steps are not used:
    they know no gaps, and OpenVINO reads them otherwise than ONNX Runtime.
    """

    def __init__(self, graph, mask):
        self._graph = graph
        ones = graph.add("Cast", mask, to=_INT64)
        self._until = graph.add("CumSum", ones, graph.constant(1))  # steps that count, up to each
        self._count = graph.add("ReduceSum", ones, graph.constant([1]), keepdims=0)
        key = graph.add("Where", mask, self._until, graph.constant(_AFTER_ALL))
        size = graph.add("Slice", graph.add("Shape", mask), *(graph.constant([each]) for each in (1, 2)))
        _, self._order = graph.add("TopK", key, size, outputs=2, largest=0)

    def first(self, x):
        """x with the steps that count in front."""
        return self._taken(x, self._order)

    def back(self, y, every):
        """What was found for the steps in front -> for every step, or at the last that counts.

        It is 0 where no step counts up to there, as in Keras.
        """
        y = self._graph.add("Pad", y, self._graph.constant([0, 1, 0, 0, 0, 0]))
        return self._taken(y, self._until if every else self._count)

    def _taken(self, x, places):
        """x at one place of each row, (batch,), or at several, (batch, steps)."""
        axis = self._graph.constant([-1])
        return self._graph.add("GatherND", x, self._graph.add("Unsqueeze", places, axis), batch_dims=1)


def _calls(network):
    """The nodes of a network at which a layer steps over series."""
    import keras

    kinds = (keras.layers.GRU, keras.layers.LSTM, keras.layers.SimpleRNN)
    nodes = itertools.chain.from_iterable(network._nodes_by_depth.values())
    return [node for node in nodes if isinstance(node.operation, kinds)]


def _taken(call):
    """The series and the mask that a call takes, or None for the mask."""
    return call.arguments.args[0], call.arguments.kwargs.get("mask")


def _obstacle(call):
    layer, kind = call.operation, type(call.operation).__name__
    if kind not in _GATES:
        return f"layer '{layer.name}' is a {kind}; take a GRU or an LSTM"
    for name in (layer.activation.__name__, layer.recurrent_activation.__name__):
        if name not in _ACTIVATIONS:
            return f"layer '{layer.name}' has the activation '{name}'; ONNX's {kind} takes {_ABLE}"
    if layer.stateful or layer.return_state:
        return f"layer '{layer.name}' keeps its state or hands it on"
    if len(call.input_tensors) > sum(each is not None for each in _taken(call)):
        return f"layer '{layer.name}' starts from a state that is given to it"
    if layer.zero_output_for_mask:
        return f"layer '{layer.name}' has zero_output_for_mask"
    return None


def _place(tensor, outputs):
    """Where among the outputs a tensor stands, to which it is added where it does not; None for None."""
    if tensor is None:
        return None
    if not any(other is tensor for other in outputs):
        outputs.append(tensor)
    return next(place for place, other in enumerate(outputs) if other is tensor)


def _weights(layer):
    """Kernels (1, gates * units, ...) and bias (1, 2 * gates * units) in ONNX's order, float32."""
    import keras

    gates, units = _GATES[type(layer).__name__], layer.units
    kernel, recurrent = (
        keras.ops.convert_to_numpy(each) for each in (layer.cell.kernel, layer.cell.recurrent_kernel)
    )
    bias = np.zeros((2, len(gates) * units), "float32")  # what is added to the input, and to the state
    if layer.use_bias:
        given = keras.ops.convert_to_numpy(layer.cell.bias)
        bias[: given.ndim] = given  # of one axis: that of the input alone

    def turned(array):
        parts = np.split(array, len(gates), axis=-1)
        return np.concatenate([parts[gate] for gate in gates], axis=-1).astype("float32")

    return turned(kernel).T[None], turned(recurrent).T[None], turned(bias).reshape(1, -1)


def _attributes(layer):
    gate, state = (_ACTIVATIONS[each.__name__] for each in (layer.recurrent_activation, layer.activation))
    names = [gate, state] if type(layer).__name__ == "GRU" else [gate, state, state]
    reset = {"linear_before_reset": int(layer.reset_after)} if type(layer).__name__ == "GRU" else {}
    return {"hidden_size": layer.units, "activations": names, **reset}
