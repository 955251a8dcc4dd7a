"""Samples on which an exported file is proved: made up, or the user's own."""

import dataclasses
import itertools
import math
from collections.abc import Iterator

import numpy as np

from kit.artifact import golden
from kit.errors import KitError
from kit.inputs.findings import in_rows, raise_if_any

MOST = 256  # of the user's samples
FEWEST = 16  # where half of them say how values are rounded, and the other half judges
KEPT = 16  # samples that go along with a file, of at most so many bytes:
_KEPT_BYTES = 4 * 2**20
_COUNT = 16  # made-up samples, of inputs that are not large
_LARGE = 2**18  # numbers in one sample
_NUMBERS = 2**24  # in all samples (64 MB), beyond which there are fewer, but no less than `FEWEST`
_FREE = 64  # length taken for an axis of any length: networks on maps halve it up to five times
_SIDE = 512  # pixels of a picture of any size that are looked at


def made_up(network):
    """Made-up samples, name -> array (N, ...); the first are those whose outputs the artifact holds.

    Args:
        network: a `keras.Model` whose `kit` holds its input and its task.
    """
    specs = [(tensor.name, tensor.shape, tensor.dtype) for tensor in network.inputs]
    return golden.arrays_for(specs, network.kit.input, _FREE, _batch(specs))


def given(network, raw):
    """The user's samples, name -> array (N, ...) as the network takes them: at most 256.

    Of more, and of large ones, some are drawn by chance, the same every time. They are shuffled. Pictures of
    any size are cut to one: 512 x 512 pixels, or what is usual among them if that is less. Of series that
    are read at their end, every window is a sample.

    Args:
        network: as in `made_up`.
        raw: samples as a `Predictor` takes many: list, array, DataFrame, iterator or folder of images.

    Raises:
        KitError: if there are none, or there is only one that is not in a list.
        SchemaError, DataError: if they are not as the model was trained on; names each.
    """
    from kit.data.raw import rows_of

    input = network.kit.input
    raw = _windows(_many(raw, input), input)
    places = np.random.default_rng(0).permutation(len(raw))[: _most(input)]
    names = [f"sample {place}" for place in places]
    chosen = rows_of(raw, places)
    encoded, findings = input.encoded(chosen, names)
    if input.rank == 4 and isinstance(chosen, np.ndarray):  # images of an array are counted from its first
        findings = [_named(finding, names) for finding in findings]
    raise_if_any(findings)
    encoded = _of_one_size(encoded) if getattr(input, "is_ragged", False) else encoded
    arrays = encoded if isinstance(encoded, dict) else {network.inputs[0].name: encoded}
    return {tensor.name: np.asarray(arrays[tensor.name], tensor.dtype) for tensor in network.inputs}


def count(samples):
    """How many samples there are in a dict of arrays."""
    return len(next(iter(samples.values())))


def part(samples, which):
    """Some of the samples.

    Args:
        samples: name -> array (N, ...).
        which: a slice.
    """
    return {name: array[which] for name, array in samples.items()}


def halves(samples):
    """(samples to measure values on, samples to judge by): every other one each."""
    return part(samples, slice(0, None, 2)), part(samples, slice(1, None, 2))


def kept(samples):
    """How many of the samples go along with a file: at most 16, and 4 MB of them, but at least one."""
    size = sum(array[:1].nbytes for array in samples.values())
    return min(count(samples), KEPT, max(1, _KEPT_BYTES // size))


def outputs(run, samples):
    """What a runtime says of samples, a few at a time: float32 (N, ...).

    Args:
        run: function (dict of arrays) -> array.
        samples: name -> array (N, ...).
    """
    size = _batch([(name, array.shape, "") for name, array in samples.items()])
    starts = range(0, count(samples), size)
    return np.concatenate([np.array(run(part(samples, slice(start, start + size)))) for start in starts])


def _batch(specs):
    """How many samples are run at a time."""
    largest = max(np.prod([size or _FREE for size in shape[1:]]) for _, shape, _ in specs)
    return golden.COUNT if largest > _LARGE else _COUNT


def _many(raw, input):
    from kit.artifact.predictor import expanded

    raw = expanded(raw)
    if isinstance(raw, Iterator):
        return list(itertools.islice(raw, MOST))
    if input.is_one(raw):
        raise KitError("samples= takes many samples, as a Predictor does: a list, an array or a DataFrame.")
    if not len(raw):
        raise KitError("samples= holds no sample.")
    return raw


def _named(finding, names):
    where = in_rows(finding.rows, names)
    return dataclasses.replace(finding, fault=dataclasses.replace(finding.fault, where=where))


def _windows(raw, input):
    """Of series whose end is read, all pieces of the length that is read."""
    if not getattr(input, "tail", False) or input.length is None:
        return raw
    steps = input.length
    return [
        one[start : start + steps]
        for one in (each if hasattr(each, "iloc") else np.asarray(each) for each in raw)
        for start in range(max(1, len(one) - steps + 1))
    ]


def _most(input):
    """How many samples are looked at."""
    shape = () if isinstance(input.shape, dict) else input.shape
    if getattr(input, "is_ragged", False):
        shape = (*(min(_SIDE, side) for side in input.usual or (_SIDE, _SIDE)), input.channels)
    numbers = math.prod(size or _FREE for size in shape)
    return min(MOST, max(FEWEST, _NUMBERS // numbers))


def _of_one_size(pictures):
    """The middle of each picture, (N, height, width, channels); small ones go on as at their edge."""
    size = [min(_SIDE, int(np.median([each.shape[axis] for each in pictures]))) for axis in (0, 1)]
    return np.stack([_cut(picture, size) for picture in pictures])


def _cut(picture, size):
    lacking = [max(0, side - have) for side, have in zip(size, picture.shape, strict=False)]
    whole = np.pad(picture, [*((0, each) for each in lacking), (0, 0)], "edge")
    top, left = ((have - side) // 2 for side, have in zip(size, whole.shape, strict=False))
    return whole[top : top + size[0], left : left + size[1]]
