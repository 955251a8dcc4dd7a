"""What is checked of a Keras file before Keras sees it: the zip, the configuration, the weights."""

import json
import math
import zipfile

from kit.artifact import allowed, weights
from kit.errors import ArtifactError, KitError

MEMBERS = ("config.json", "metadata.json", "model.weights.h5")  # what Keras writes, and no more
LARGEST_FILE = 2**31  # bytes of one file: 500 million weights
LARGEST_CONFIG = 16 * 2**20  # bytes; a network of 1,000 layers has about 1 MB
LARGEST_SHAPE = 2**28  # numbers in one tensor for one sample: 1 GB
DEEPEST = 60  # levels of the configuration; Keras' own have about 10
MOST_CALLS = 20_000  # of layers, in all networks inside of networks; one of 1,000 layers has 1,000
_NETWORKS = ("Functional", "Sequential")


def check_network(path, compiled=False):
    """Refuses a Keras file that could run code, fill the memory or give numbers that are not finite.

    Args:
        path: a `.keras` file.
        compiled: whether it may say how it was compiled; Keras must then be told not to look.

    Returns:
        The configuration, as a dict.

    Raises:
        ArtifactError: code "size", "zip", "config", "class", "shape", "weights" or "nan".
    """
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise ArtifactError("size", path.name, f"has {size} bytes", f"at most {LARGEST_FILE}")
    try:
        with zipfile.ZipFile(path) as archive:
            _check_zip(archive, path, size)
            config = _parsed(archive.read("config.json"), path)
            content = archive.read("model.weights.h5")
    except ArtifactError:
        raise
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError, OverflowError) as error:
        raise _fault("zip", path, f"cannot be read ({str(error)[:120]})") from None
    if compiled:
        config.pop("compile_config", None)
    _check_classes(config, path)
    _check_calls(config, path)
    _check_sizes(config, weights.stored(content, path.name), path)
    return config


def build(path):
    """The `keras.Model` of a file that `check_network` let pass, uncompiled.

    Raises:
        KitError: if Keras is not installed.
        ArtifactError: code "network" or "shape".
    """
    try:
        import keras
    except ImportError:
        raise KitError(
            f"{path.name} needs Keras, which is not installed. Run: pip install keras-kit"
        ) from None
    from kit.registration import register_layers

    register_layers()
    try:
        network = keras.models.load_model(path, compile=False, safe_mode=True)
    except MemoryError:
        raise
    except Exception as error:  # Keras raises many kinds; the cause stands at the end of its text
        raise _fault("network", path, f"Keras cannot build it ({str(error).strip()[-200:]})") from None
    sizes = [_size(tensor.shape) for layer in network.layers for tensor in _tensors(layer)]
    if max(sizes, default=0) > LARGEST_SHAPE:
        expected = f"at most {LARGEST_SHAPE}"
        raise _fault("shape", path, f"makes {max(sizes)} numbers of one sample", expected)
    return network


def parts(value, depth=0):
    """Every dict with a "class_name" at any depth of a configuration.

    Raises:
        RecursionError: if it is nested deeper than any network.
    """
    if depth > DEEPEST:
        raise RecursionError
    if isinstance(value, dict):
        if "class_name" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from parts(item, depth + 1)


def _check_zip(archive, path, size):
    infos = archive.infolist()
    names = sorted(info.filename for info in infos)
    if names != list(MEMBERS):
        raise _fault("zip", path, f"holds {', '.join(names[:6])[:200]!r}", ", ".join(MEMBERS))
    if any(info.flag_bits & 1 or info.compress_type != zipfile.ZIP_STORED for info in infos):
        raise _fault("zip", path, "is encrypted or compressed", "members stored as Keras stores them")
    if sum(info.file_size for info in infos) > size:
        raise _fault("zip", path, "declares more bytes than it holds")
    if archive.getinfo("config.json").file_size > LARGEST_CONFIG:
        raise _fault("config", path, f"has a configuration above {LARGEST_CONFIG >> 20} MB")


def _parsed(text, path):
    try:
        config = json.loads(text)
    except (ValueError, RecursionError):
        raise _fault("config", path, "has a configuration that is not JSON") from None
    if not isinstance(config, dict) or "class_name" not in config:
        raise _fault("config", path, "has a configuration that describes no network")
    return config


def _check_classes(config, path):
    try:
        reason = next(filter(None, map(allowed.refusal, parts(config))), None)
    except RecursionError:
        raise _fault("config", path, f"has a configuration nested deeper than {DEEPEST} levels") from None
    if reason:
        raise ArtifactError("class", path.name, reason, cure="Load only networks that you know.")
    if config["class_name"] not in _NETWORKS:
        raise _fault("config", path, f"describes a {config['class_name'][:60]}", "a whole network")


def _check_calls(config, path):
    """Networks in networks, each called often, are written on a page and never built."""
    try:
        calls = _calls(config)
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise _fault("config", path, f"describes no network of Keras ({error!r:.80})") from None
    if calls > MOST_CALLS:
        raise _fault("config", path, f"calls layers {min(calls, 10**18)} times", f"at most {MOST_CALLS}")


def _calls(part):
    """How many layers are called when this network is."""
    return sum(
        max(1, len(layer.get("inbound_nodes") or ()))
        * (_calls(layer) if layer["class_name"] in _NETWORKS else 1)
        for layer in part["config"]["layers"]
    )


def _check_sizes(config, stored, path):
    """Layers must not declare more weights than are stored: Keras makes them before it looks."""
    declared = 0
    for part in parts(config):
        try:
            declared += weights.declared(part)
            largest = max(_samples_size(part), weights.made(part))
        except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
            found = f"describes {str(part['class_name'])[:60]} in a way that Keras does not ({error!r:.80})"
            raise _fault("config", path, found) from None
        if largest > LARGEST_SHAPE:
            raise _fault("shape", path, f"takes {_short(largest)} numbers for one sample")
        if declared > stored:
            raise _fault("shape", path, f"declares {_short(declared)} weights", f"the {stored} that it holds")


def _samples_size(part):
    """Numbers in one sample of a network's input; 1 for any other part."""
    if part["class_name"] != "InputLayer":
        return 1
    return math.prod(weights.whole(size) for size in part["config"]["batch_shape"] if size is not None)


def _short(count):
    """A whole number as text, cut where it is absurd: Python refuses to print 5,000 digits."""
    return str(count) if count < 10**30 else "10**30 or more"


def _tensors(layer):
    output = layer.output
    return output if isinstance(output, list | tuple) else [output]


def _size(shape):
    return math.prod(size or 1 for size in shape)


def _fault(code, path, found, expected=""):
    return ArtifactError(code, path.name, found, expected)
