"""How many weights a network declares, and whether the numbers that it stores are sound. No Keras."""

import io
import math

import numpy as np

from kit.errors import ArtifactError, KitError

_PLACES = 2**24  # of a detector: one for each pixel of an image of 4096 x 4096
_CHANNELS = 64  # of an image that is whitened


def stored(content, member):
    """How many numbers an HDF5 file of weights holds.

    Args:
        content: the file's bytes.
        member: name of the file in messages.

    Raises:
        ArtifactError: "weights" if they are not plain stored numbers, "nan" if one is not finite.
    """
    try:
        import h5py
    except ImportError:
        raise KitError("h5py is not installed, so weights cannot be checked. Run: pip install h5py") from None
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            return sum(_checked(data, member) for data in _tensors(file, len(content), member))
    except ArtifactError:
        raise
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise _fault("weights", member, f"weights cannot be read ({str(error)[:120]})") from None


def _tensors(file, size, member):
    """The datasets of a file, without links to elsewhere or numbers declared but absent."""
    import h5py

    groups, seen, declared = [file], set(), 0
    while groups:
        group = groups.pop()
        place = h5py.h5o.get_info(group.id).addr
        if place in seen:
            raise _fault("weights", member, f"weights '{group.name}' hold themselves, or are there twice")
        seen.add(place)
        for key in group:
            if not isinstance(group.get(key, getlink=True), h5py.HardLink):
                raise _fault("weights", member, f"weights '{group.name}/{key}' are a link")
            item = group[key]
            if isinstance(item, h5py.Group):
                groups.append(item)
                continue
            if not isinstance(item, h5py.Dataset):
                raise _fault("weights", member, f"weights '{item.name}' are no numbers")
            declared += math.prod(item.shape or ()) * item.dtype.itemsize
            elsewhere = item.chunks or item.external or item.is_virtual
            if elsewhere or declared > size or item.dtype.kind not in "fiub":
                raise _fault("weights", member, f"weights '{item.name}' are not plain stored numbers")
            yield item


def _checked(data, member):
    values = data[()]
    wrong = int((~np.isfinite(values)).sum()) if data.dtype.kind == "f" else 0
    if wrong:
        raise _fault(
            "nan", member, f"weights '{data.name.lstrip('/')}' hold {wrong} numbers that are not finite"
        )
    return int(np.size(values))


def declared(part):
    """How many weights this part of a configuration makes when Keras builds it.

    Raises:
        ValueError, TypeError, KeyError, IndexError: if it is not described as Keras describes it.

    Example:
        >>> config = {"units": 3, "use_bias": True}
        >>> declared({"class_name": "Dense", "config": config, "build_config": {"input_shape": [None, 4]}})
        15
    """
    count = _COUNTS.get(part["class_name"])
    if count is None:
        return 0
    config = part["config"]
    if config.get("lora_rank") or config.get("quantization_config"):
        raise ValueError("adapted weights")
    shape = () if count is _embedding else _shape(part["build_config"])
    return count(config, [None if size is None else whole(size) for size in shape])


def made(part):
    """How many numbers a layer of kit's own makes by itself when it is built, of what it is told.

    Raises:
        ValueError, TypeError, KeyError: if it is not described as kit describes it.

    Example:
        >>> made({"class_name": "BoxesAndScores", "config": {"size": [8, 8], "strides": [4]}})
        4
    """
    config = part["config"]
    if part["class_name"] not in ("BoxesAndScores", "Proposals"):
        return 1
    height, width = map(whole, config["size"])
    places = sum(-(-height // whole(step)) * -(-width // whole(step)) for step in config["strides"])
    places *= max(1, len(config.get("anchors") or ()))
    if places > _PLACES:
        raise ValueError("too many places")
    return places


def _shape(built):
    """The shape that a layer was built for; one that takes several takes them of one width."""
    built = built.get("shapes_dict", built)
    if "query_shape" not in built:
        return built["input_shape"]
    shapes = [built.get(f"{name}_shape") or built["value_shape"] for name in ("query", "value", "key")]
    if len({shape[-1] for shape in shapes}) > 1:
        raise ValueError("attention to steps of another width")
    return shapes[0]


def whole(value):
    """`value`, if it is a whole number from 0.

    Raises:
        ValueError: if it is anything else.
    """
    if type(value) is not int or value < 0:
        raise ValueError(f"{str(value)[:40]!r} for a whole number")
    return value


def _dense(config, shape):
    return shape[-1] * whole(config["units"]) + _bias(config, whole(config["units"]))


def _einsum(config, shape):
    """Letters without "...": their sizes are those of the output, and of the input for the others."""
    taken, kernel, given = config["equation"].replace("->", ",").split(",")
    sizes = dict(zip(taken[1:], shape[1:], strict=True))
    sizes |= dict(zip(given[1:], map(whole, config["output_shape"]), strict=True))
    made = [kernel, config["bias_axes"]] if config.get("bias_axes") else [kernel]
    return sum(math.prod(sizes[letter] for letter in letters) for letters in made)


def _members(config, shape):
    return whole(config["count"]) * shape[-1]


def _embedding(config, shape):
    return whole(config["input_dim"]) * whole(config["output_dim"])


def _conv(config, shape):
    filters, groups = whole(config["filters"]), max(1, whole(config.get("groups", 1)))
    return _kernel(config) * shape[-1] * filters // groups + _bias(config, filters)


def _depthwise(config, shape):
    channels = shape[-1] * whole(config["depth_multiplier"])
    return _kernel(config) * channels + _bias(config, channels)


def _separable(config, shape):
    channels, filters = shape[-1] * whole(config["depth_multiplier"]), whole(config["filters"])
    return _kernel(config) * channels + channels * filters + _bias(config, filters)


def _prelu(config, shape):
    shared = config.get("shared_axes") or []
    return math.prod(size for axis, size in enumerate(shape) if axis and axis not in shared)


def _norm(config, shape):
    factors = bool(config.get("scale", True)) + bool(config.get("center", True))
    return factors * math.prod(shape[axis] for axis in np.ravel(config["axis"]).tolist())


def _batch_norm(config, shape):
    return _norm(config, shape) + 2 * shape[config["axis"]]  # moving mean and variance


def _positions(config, shape):
    return math.prod(shape[1:])


def _channels(config, shape):
    return shape[-1]


def _whiten(config, shape):
    if shape[-1] > _CHANNELS:
        raise ValueError(f"{shape[-1]} channels")
    return 8 * shape[-1]  # biases: 2 x 2 places, both signs


def _gru(config, shape):
    return _recurrent(config, shape, gates=3, biases=2 if config.get("reset_after", True) else 1)


def _lstm(config, shape):
    return _recurrent(config, shape, gates=4, biases=1)


def _recurrent(config, shape, gates, biases):
    units = whole(config["units"])
    return gates * units * (shape[-1] + units) + biases * _bias(config, gates * units)


def _attention(config, shape):
    heads, query = whole(config["num_heads"]), shape[-1] * whole(config["num_heads"])
    key = whole(config["key_dim"])
    value = key if config.get("value_dim") is None else whole(config["value_dim"])
    if config.get("output_shape") is not None:
        raise ValueError("an output of another width")
    biases = _bias(config, heads * (2 * key + value) + shape[-1])
    return query * (2 * key + 2 * value) + biases


def _bias(config, units):
    return units if config.get("use_bias", True) else 0


def _kernel(config):
    return math.prod(map(whole, config["kernel_size"]))


_COUNTS = {
    "BatchNormalization": _batch_norm,
    "Conv1D": _conv,
    "Conv2D": _conv,
    "Conv2DTranspose": _conv,
    "Dense": _dense,
    "DepthwiseConv1D": _depthwise,
    "DepthwiseConv2D": _depthwise,
    "EinsumDense": _einsum,
    "Embedding": _embedding,
    "GRU": _gru,
    "GroupNormalization": _norm,
    "LSTM": _lstm,
    "LayerNormalization": _norm,
    "LayerScale": _channels,
    "Members": _members,
    "MultiHeadAttention": _attention,
    "PReLU": _prelu,
    "Positions": _positions,
    "SeparableConv1D": _separable,
    "SeparableConv2D": _separable,
    "Whiten": _whiten,
}


def _fault(code, member, found):
    return ArtifactError(code, member, found)
