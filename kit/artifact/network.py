"""What is checked of model.keras before Keras sees it: the zip, the configuration, the weights."""

import io
import json
import math
import zipfile

import numpy as np

from kit.artifact import allowed
from kit.errors import ArtifactError

MEMBERS = ("config.json", "metadata.json", "model.weights.h5")  # what Keras writes, and no more
LARGEST_CONFIG = 16 * 2**20  # bytes; a network of 1,000 layers has about 1 MB
LARGEST_SHAPE = 2**30  # numbers in one tensor for one sample
DEEPEST = 60  # levels of the configuration; Keras' own have about 10


def check_network(path):
    """Refuses a Keras file that could run code, fill the memory or give numbers that are not finite.

    Args:
        path: a `.keras` file.

    Returns:
        The configuration, as a dict.

    Raises:
        ArtifactError: code "zip", "config", "class", "shape", "weights" or "nan".
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_zip(archive, path)
            config = _parsed(archive.read("config.json"), path)
            weights = archive.read("model.weights.h5")
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _fault("zip", path, error) from None
    _check_parts(config, path)
    sizes = _checked_weights(weights, path)
    _check_declared(config, sum(sizes.values()), path)
    return config


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


def _fault(code, path, found):
    return ArtifactError(code, path.name, f"{found}. Restore the artifact from a copy, or train it again.")


def _check_zip(archive, path):
    infos = archive.infolist()
    names = sorted(info.filename for info in infos)
    if names != list(MEMBERS):
        raise _fault("zip", path, f"holds {', '.join(names[:6])[:200]}; expected {', '.join(MEMBERS)}")
    if any(info.flag_bits & 1 or info.compress_type != zipfile.ZIP_STORED for info in infos):
        raise _fault("zip", path, "is encrypted or compressed; Keras stores without either")
    if sum(info.file_size for info in infos) > path.stat().st_size:
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


def _check_parts(config, path):
    try:
        for part in parts(config):
            reason = allowed.refusal(part)
            if reason:
                raise ArtifactError("class", path.name, f"{reason}. Load only networks that kit saved.")
    except RecursionError:
        raise _fault("config", path, f"has a configuration nested deeper than {DEEPEST} levels") from None


def _checked_weights(content, path):
    """Numbers in each stored tensor, by name; all of them are finite."""
    import h5py

    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            return {name: _checked_tensor(name, data, path) for name, data in _tensors(file, len(content), path)}
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        if isinstance(error, ArtifactError):
            raise
        raise _fault("weights", path, f"weights cannot be read ({str(error)[:120]})") from None


def _tensors(file, size, path):
    """(name, dataset) of a file without links to elsewhere and without declared but absent numbers."""
    import h5py

    groups, stored = [file], 0
    while groups:
        group = groups.pop()
        for key in group:
            if not isinstance(group.get(key, getlink=True), h5py.HardLink):
                raise _fault("weights", path, f"weights '{group.name}/{key}' are a link")
            item = group[key]
            if isinstance(item, h5py.Group):
                groups.append(item)
                continue
            stored += math.prod(item.shape or ()) * item.dtype.itemsize
            elsewhere = item.chunks or item.external or item.is_virtual
            if elsewhere or stored > size or item.dtype.kind not in "fiub":
                raise _fault("weights", path, f"weights '{item.name}' are not plain stored numbers")
            yield item.name.lstrip("/"), item


def _checked_tensor(name, data, path):
    if data.dtype.kind == "f" and not np.isfinite(data[()]).all():
        count = int((~np.isfinite(data[()])).sum())
        raise _fault("nan", path, f"weights '{name}' hold {count} numbers that are not finite")
    return max(data.size, 1)


def _check_declared(config, stored, path):
    """Layers must not declare more weights than the file holds: Keras would make them before it looks."""
    declared = 0
    for part in parts(config):
        try:
            shape = (part.get("build_config") or {}).get("input_shape")
            declared += _weights_of(part, shape)
            largest = math.prod(size or 1 for size in _shape_of(part, shape))
        except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            raise _fault("config", path, f"{part['class_name']} is not described well ({error!r:.80})") from None
        if largest > LARGEST_SHAPE:
            raise _fault("shape", path, f"{part['class_name']} takes {largest} numbers for one sample")
        if declared > stored:
            raise _fault("shape", path, f"layers up to {part['class_name']} declare {declared} weights; it holds {stored}")


def _shape_of(part, shape):
    given = part["config"].get("batch_shape") if part["class_name"] == "InputLayer" else shape
    return given if isinstance(given, list) and all(isinstance(n, int | None) for n in given) else ()


def _weights_of(part, shape):
    """How many weights the layer makes when it is built; 0 for a part without weights."""
    name, config = part["class_name"], part.get("config")
    if name in ("Conv1D", "Conv2D", "Conv2DTranspose"):
        return math.prod(config["kernel_size"]) * shape[-1] * config["filters"] // config.get("groups", 1)
    if name.startswith("DepthwiseConv"):
        return math.prod(config["kernel_size"]) * shape[-1] * config["depth_multiplier"]
    if name.startswith("SeparableConv"):
        channels = shape[-1] * config["depth_multiplier"]
        return math.prod(config["kernel_size"]) * channels + channels * config["filters"]
    if name == "Dense":
        return shape[-1] * config["units"]
    if name == "Embedding":
        return config["input_dim"] * config["output_dim"]
    if name == "PReLU":
        shared = config.get("shared_axes") or []
        return math.prod(size for axis, size in enumerate(shape[1:], 1) if axis not in shared)
    if name in ("BatchNormalization", "LayerNormalization", "GroupNormalization"):
        return math.prod(shape[axis] for axis in np.ravel(config["axis"]).tolist()) * _trainables(config)
    return 0


def _trainables(config):
    return int(bool(config.get("scale"))) + int(bool(config.get("center")))
