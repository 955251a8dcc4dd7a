"""What is checked of model.keras before Keras sees it: the zip, the configuration, the weights."""

import json
import math
import zipfile

from kit.artifact import allowed, weights
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
            content = archive.read("model.weights.h5")
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise _fault("zip", path, f"cannot be read ({error})") from None
    _check_classes(config, path)
    _check_sizes(config, weights.stored(content, path.name), path)
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


def _check_classes(config, path):
    try:
        reasons = filter(None, map(allowed.refusal, parts(config)))
        reason = next(reasons, None)
    except RecursionError:
        raise _fault("config", path, f"has a configuration nested deeper than {DEEPEST} levels") from None
    if reason:
        raise ArtifactError("class", path.name, f"{reason}. Load only networks that kit saved.")


def _check_sizes(config, stored, path):
    """Layers must not declare more weights than are stored: Keras makes them before it looks."""
    declared = 0
    for part in parts(config):
        try:
            declared += weights.declared(part)
            largest = _samples_size(part)
        except (TypeError, ValueError, LookupError, AttributeError) as error:
            found = f"describes {part['class_name']} in a way that Keras does not ({error!r:.80})"
            raise _fault("config", path, found) from None
        if largest > LARGEST_SHAPE:
            raise _fault("shape", path, f"takes {largest} numbers for one sample")
        if declared > stored:
            raise _fault("shape", path, f"declares {declared} weights and holds {stored}")


def _samples_size(part):
    """Numbers in one sample of a network's input; 1 for any other part."""
    if part["class_name"] != "InputLayer":
        return 1
    return math.prod(weights.whole(size) for size in part["config"]["batch_shape"] if size is not None)


def _fault(code, path, found):
    return ArtifactError(code, path.name, f"{found}. {weights.CURE}")
