"""A .keras file that kit did not write: loaded under the same guard, with a meaning that the caller gives."""

from pathlib import Path

from kit.artifact import fitting, golden
from kit.artifact.network import check_network
from kit.artifact.verify import check_pin
from kit.errors import ArtifactError, KitError

_SUFFIX = ".keras"
_OTHERS = {  # endings of files that are no .keras archive, and how to get one
    **dict.fromkeys((".h5", ".hdf5"), "Where you trust it, open it in Keras and save it as .keras."),
    **dict.fromkeys((".pt", ".pth", ".pkl", ".ckpt"), "It can run code when it is opened."),
    **dict.fromkeys((".onnx", ".tflite", ".pb"), "Load the model that it was exported from."),
}


def is_lone(path):
    """Is this one file of a model, and not an artifact's folder?

    Example:
        >>> is_lone("model.keras"), is_lone("saved_models/cars")
        (True, False)
    """
    path = Path(path)
    return path.is_file() or (path.suffix in (_SUFFIX, *_OTHERS) and not path.is_dir())


def opened(path, task, input, sha256=None):
    """The `keras.Model` of a file, uncompiled, with its meaning as `model.kit`, after all checks.

    Args:
        path: a `.keras` file. What it says of loss and optimizer is not read.
        task: what goes out.
        input: what comes in, or the shape of one raw sample.
        sha256: of the file, where the origin matters.

    Raises:
        KitError: if task or input is not given.
        ArtifactError: `code` names the cause.
    """
    from kit import inputs
    from kit.artifact.network import build
    from kit.builders.common import Kit

    path = Path(path)
    _check_file(path)
    if task is None or input is None:
        missing = "task" if task is None else "input"
        raise KitError(
            f"{path} does not say what goes in and what comes out: its {missing} is missing.\n"
            'Call kit.load(path, task=kit.Classification(("cat", "dog")), input=(224, 224, 3)), say.'
        )
    check_pin(path, sha256)
    check_network(path, compiled=True)
    input = inputs.as_input(input)
    network = with_named_inputs(build(path), input)
    network.kit = Kit(input, task)
    fitting.check_input([(each.name, each.shape, each.dtype) for each in network.inputs], input)
    fitting.check_width(network.output_shape, task, path.name)
    found = misfit(network, input, task)
    if found:
        cure = "Add the activation as a last layer, or choose a task that fits."
        raise ArtifactError("activation", path.name, f"gives {found}", cure=cure)
    return network


def misfit(network, input, task):
    """Why the outputs of a network are not what a task decides on, as text; None where they are."""
    return fitting.misfit(golden.outputs(network, input, flat=False), _activation(network), task)


def with_named_inputs(network, input):
    """The network, taking a dict where its input gives one: tables name their kinds of columns."""
    import keras

    shapes = input.shape
    if not isinstance(shapes, dict) or isinstance(getattr(network, "input", None), dict):
        return network
    if len(shapes) != len(network.inputs):
        return network  # check_input says so
    named = {
        name: keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=name)
        for name, tensor in zip(shapes, network.inputs, strict=True)
    }
    given = list(named.values())
    return keras.Model(named, network(given if len(given) > 1 else given[0]), name=network.name)


def _check_file(path):
    if not path.is_file():
        raise ArtifactError("absent", str(path), "no such file", cure="")
    if path.suffix != _SUFFIX:
        cure = _OTHERS.get(path.suffix, "Save the model as a .keras file.")
        raise ArtifactError("format", path.name, f"is a file '{path.suffix}'", f"'{_SUFFIX}'", cure)


def _activation(network):
    """The activation of the last layer, by name; None where no function is known."""
    layer = getattr(network.outputs[0], "_keras_history", (None,))[0]
    function = getattr(layer, "activation", None)
    kind = type(layer).__name__.lower()
    return getattr(function, "__name__", None) or (kind if kind in ("softmax", "sigmoid") else None)
