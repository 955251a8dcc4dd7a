"""Made-up samples whose outputs are stored, so that a loaded network can prove itself."""

import numpy as np

COUNT = 3  # samples
SHOWN = 64  # outputs stored of each sample
TOLERANCE = 1e-3  # of the largest output: processors and backends round differently
_STEP = 0.6180339887498949  # multiples of it, modulo 1, cover 0 to 1 evenly and never repeat
_FREE = 32  # length taken for an axis of any length
UNEVEN = 37  # sides of an image that no halving divides


def outputs(model, input, flat=True):
    """What `model` says of the made-up samples: float32 (COUNT, at most SHOWN), finite.

    Args:
        model: a `keras.Model`.
        input: what it takes.
        flat: False for all outputs as they are, (COUNT, ...).
    """
    import keras

    found = keras.ops.convert_to_numpy(model(samples(model, input), training=False))
    return shown(found) if flat else found.astype("float32")


def shown(found):
    """The part of outputs (N, ...) that is stored: float32 (N, at most SHOWN), finite."""
    flat = np.asarray(found, "float32").reshape(len(found), -1)[:, :SHOWN]
    return np.clip(np.nan_to_num(flat), -1e30, 1e30)


def samples(model, input):
    """Made-up samples in the form that `model` takes: an array (COUNT, ...) or a dict of them."""
    arrays = arrays_for([(tensor.name, tensor.shape, tensor.dtype) for tensor in model.inputs], input)
    return arrays if len(arrays) > 1 or _takes_dict(model) else next(iter(arrays.values()))


def arrays_for(specs, input, free=_FREE, count=COUNT):
    """Made-up samples as a dict name -> array (count, ...); of more, the first are the same.

    Args:
        specs: (name, shape with the batch, type of numbers) of each input of a network.
        input: what the network takes.
        free: length taken for an axis of any length.
        count: how many samples.
    """
    low, width = _range(input)
    made = {name: _sample((count, *shape[1:]), kind, low, width, free) for name, shape, kind in specs}
    if getattr(input, "ends", False):
        for array in made.values():
            _end_earlier(array)
    return made


def agree(found, stored, tolerance=TOLERANCE):
    """Are these outputs those that were stored, within rounding?"""
    stored = np.asarray(stored, "float32")
    if found.shape != stored.shape:
        return False
    return bool(np.allclose(found, stored, rtol=0, atol=tolerance * max(1e-6, np.abs(stored).max(initial=0))))


def _end_earlier(series):
    """Each series ends a step before the one above it, so that a mask has something to do."""
    for row in range(1, len(series)):
        series[row, max(1, series.shape[1] - row) :] = np.nan


def _sample(shape, kind, low, width, free):
    shape = tuple(size or free for size in shape)
    even = (np.arange(1, 1 + np.prod(shape)) * _STEP % 1).reshape(shape)
    if "float" not in kind:
        return (even < 0.5).astype(kind)
    return (low + even * width).astype("float32")


def _range(input):
    """(lowest, width) of the numbers: about the centers of columns and channels, of images 0 to white."""
    if input.rank == 3:
        mean, std = input.moments()
        return mean - 2 * std, 4 * std
    if not hasattr(input, "columns"):
        return 0.0, float(getattr(input, "scale", 1.0))
    standards = [s for column in input.columns if not column.categorical for s in column.standards()]
    center, spread = np.array([standard[:2] for standard in standards] or [(0.0, 1.0)]).T
    return center - 2 * spread, 4 * spread


def _takes_dict(model):
    import keras

    return not isinstance(model, keras.Sequential) and isinstance(model.input, dict)
