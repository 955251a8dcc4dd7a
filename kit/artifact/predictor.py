"""Predictor: raw inputs -> decisions, with nothing to remember in between."""

import collections
import dataclasses
import functools
import itertools
import math
import numbers
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kit.artifact.twin import Twin
from kit.errors import DataError, Fault, SchemaError
from kit.tasks.common import check_mirror

CHUNK = 256  # raw inputs decoded at a time, so that memory does not grow with their number
_FEWEST, _NUMBERS = 8, 2**26  # of large inputs fewer: these, or as many numbers (256 MB)


class Predictor:
    """A loaded model that takes what the user has and returns what the user wants.

    Args:
        network: a built `keras.Model` whose `kit` holds its input and its task, or its `Twin`.
        card: the model card, a dict.

    Attributes:
        input, task: what comes in and what goes out.
        card: the model card: metrics, settings, versions.
        runtime: what runs the network: "onnxruntime 1.32.0", or "keras on tensorflow".
        model: the `keras.Model`, compiled as when it was trained; read from the disk when asked for.
        milliseconds: of one sample by each runtime, where `kit.load` was asked for the fastest.

    Any number of threads may call it at once.

    Example:
        >>> path = kit.save(kit.build_classifier(kit.Classification(("no", "yes")), (2,)), folder / "m")
        >>> predictor = kit.load(path)
        >>> predictor({"x0": 1.0, "x1": 2.0}).label in ("no", "yes")
        True
        >>> len(predictor([{"x0": 1.0, "x1": 2.0}] * 3))
        3
    """

    def __init__(self, network, card=None):
        self.input, self.task = network.kit.input, network.kit.task
        self.card, self.milliseconds = card or {}, {}
        self._network = network

    @functools.cached_property
    def model(self):
        """The `keras.Model`, compiled through the row of the match table stored with it."""
        from kit.builders import compiled

        network = self._network
        return compiled(network.network if isinstance(network, Twin) else network, "adam")

    @property
    def runtime(self):
        """What runs the network, as text."""
        if isinstance(self._network, Twin):
            return self._network.runtime
        import keras

        return f"keras on {keras.backend.backend()}"

    def __call__(self, inputs, *, mirror=False):
        """Decides on one input, or on many.

        Args:
            inputs: one input (a file, an array, a dict, a row) -> one `Decision`; a list of
                them, an iterator, a folder, an array or a DataFrame -> a list.
            mirror: tasks on maps: whether to take the mean over each image and its mirror image; over
                all eight sides where patches were turned in training (tissue, noise).

        Raises:
            SchemaError, DataError: if inputs are not as the model was trained on; names each.
        """
        self._check(inputs, mirror)
        inputs = expanded(inputs)
        if not isinstance(inputs, Iterator) and self.input.is_one(inputs):
            return self._decide(_batch_of(inputs), mirror)[0]
        decisions, faults = [], []
        for start, found in self._by_chunks(inputs, mirror):
            if isinstance(found, DataError):
                kind, faults = type(found), [*faults, *_counted_from(start, found.faults)]
            else:
                decisions += found
        if faults:
            raise kind(dict.fromkeys(faults))
        return decisions

    def stream(self, inputs, *, mirror=False):
        """Decides on any number of inputs one by one, at constant memory.

        While the network runs on one chunk, the next is read and decoded.

        Args:
            inputs: an iterator over inputs; or a list, a folder, an array or a DataFrame.
            mirror: as for a call.

        Yields:
            A `Decision` for each input.

        Raises:
            SchemaError, DataError: when a chunk holds inputs that are not as the model was trained on.
        """
        self._check(inputs, mirror)
        for start, found in self._by_chunks(expanded(inputs), mirror):
            if isinstance(found, DataError):
                raise type(found)(_counted_from(start, found.faults))
            yield from found

    def predict_frame(self, inputs):
        """Decides on many inputs.

        Args:
            inputs: as for a call.

        Returns:
            A `pandas.DataFrame` with one row an input: label, probability and one column of
            probability a class; or value, low and high. Of boxes one row a box: label, score, x1, y1,
            x2, y2, with the input's place in the index.
        """
        import pandas as pd

        decisions = self(inputs)
        decisions = decisions if isinstance(decisions, list) else [decisions]
        index = inputs.index if isinstance(inputs, pd.DataFrame) else range(len(decisions))
        return frame(index, decisions)

    def outputs(self, inputs):
        """The network's outputs for a list, an array or a DataFrame of inputs: float32 (N, units)."""
        return self.forward(self.input.encode(inputs))

    @functools.cached_property
    def forward(self):
        """Function: what `input.encode` gave -> the network's outputs, float32 (N, ...). Not for maps."""
        from kit.artifact.runtime import compiled

        return compiled(self._network, largest=CHUNK)

    def decide(self, outputs, inputs):
        """Decides on outputs that `forward` gave; one `Decision` a row.

        Args:
            outputs: (N, ...).
            inputs: the N raw inputs that they are of: boxes are said in pixels of these.
        """
        decisions = self.task.decide(outputs)
        return decisions if self.task.form != "boxes" else self._in_their_pixels(decisions, inputs)

    def one_sample(self):
        """(the network's function, one made-up sample, encoded): to warm it up, or to time it."""
        from kit.artifact import golden

        if isinstance(self._network, Twin):
            return self.forward, golden.arrays_for(self._network.inputs, self.input, count=1)
        x = golden.samples(self._network, self.input)
        return self.forward, {name: a[:1] for name, a in x.items()} if isinstance(x, dict) else x[:1]

    def _check(self, inputs, mirror):
        check_mirror(self.task, mirror)
        if inputs is None or isinstance(inputs, numbers.Number):
            raise SchemaError([Fault("input", repr(inputs), self.input.describe())])

    def _decide(self, inputs, mirror):
        return self._decided(inputs, self._encoded(inputs), mirror)

    def _encoded(self, inputs):
        """Inputs as the network takes them; maps are decoded one by one, when their turn comes."""
        return None if self.task.is_dense else self.input.encode(inputs)

    def _decided(self, inputs, encoded, mirror):
        if self.task.is_dense:
            from kit.artifact import dense

            run = self._sides if mirror else self._tiles
            return [dense.decided(self.input, self.task, run, each) for each in inputs]
        return self.decide(self.forward(encoded), inputs)

    def _in_their_pixels(self, decisions, inputs):
        """Boxes in pixels of the images that came in, cut at their edges."""
        from kit import boxes
        from kit.inputs import pixels

        moved = []
        for decision, item in zip(decisions, inputs, strict=True):
            size = pixels.size(item)
            found = boxes.clipped(self.input.frame(size).outward(decision.boxes_xyxy), size)
            moved.append(dataclasses.replace(decision, boxes_xyxy=found))
        return moved

    def _by_chunks(self, inputs, mirror):
        """(place of the first input, its decisions or the DataError) of each chunk."""
        for (start, chunk), encoded in _one_ahead(lambda item: self._encoded(item[1]), self._chunks(inputs)):
            try:
                yield start, self._decided(chunk, encoded(), mirror)
            except DataError as error:
                yield start, error

    def _chunks(self, inputs):
        """(place of the first input, inputs) of each chunk."""
        size = self._chunk
        if not isinstance(inputs, Iterator):
            for start in range(0, len(inputs), size):
                end = start + size
                yield start, inputs.iloc[start:end] if hasattr(inputs, "iloc") else inputs[start:end]
            return
        start = 0
        while chunk := list(itertools.islice(inputs, size)):
            yield start, chunk
            start += len(chunk)

    @property
    def _chunk(self):
        shape = self.input.shape
        numbers = 1 if isinstance(shape, dict) else math.prod(size or 1 for size in shape)
        return min(CHUNK, max(_FEWEST, _NUMBERS // numbers))

    @functools.cached_property
    def _tiles(self):
        from kit.artifact.runtime import tiled

        return tiled(self._network)

    @functools.cached_property
    def _sides(self):
        from kit.artifact.runtime import tiled
        from kit.artifact.sides import sided

        return tiled(self._network, around=sided(self.input, self.task))


def _one_ahead(function, items):
    """(item, function () -> function(item)) of each item; the next is computed meanwhile in a thread."""
    items = iter(items)
    first, second = next(items, None), next(items, None)
    if second is None:  # nothing to be ahead of
        if first is not None:
            yield first, lambda: function(first)
        return
    with ThreadPoolExecutor(1) as pool:
        waiting = collections.deque()
        for item in itertools.chain((first, second), items):
            waiting.append((item, pool.submit(function, item).result))
            if len(waiting) > 1:
                yield waiting.popleft()
        yield from waiting


def expanded(inputs):
    """A folder as the sorted list of its images; anything else as it is.

    Raises:
        DataError: if there is no image in it.
    """
    if not isinstance(inputs, str | Path) or not Path(inputs).is_dir():
        return inputs
    from kit.inputs.pixels import SUFFIXES

    found = sorted(path for path in Path(inputs).rglob("*") if path.suffix.lower() in SUFFIXES)
    if not found:
        raise DataError(f"{inputs}: no image in this folder. Known endings: {', '.join(sorted(SUFFIXES))}.")
    return found


def _batch_of(one):
    """One input as a batch of one."""
    if hasattr(one, "to_dict"):  # a row of a DataFrame, or all of it: the steps of a series
        return [one.to_dict()] if one.ndim == 1 else [one]
    return one[None] if hasattr(one, "ndim") else [one]


def frame(names, decisions):
    """Decisions as a DataFrame, a row each or, of boxes, a row a box; `names` are the index.

    Example:
        >>> boxes = kit.Decision(labels=["cat"], scores=np.ones(1), boxes_xyxy=np.array([[0, 0, 4, 2]]))
        >>> frame(["a.png", "b.png"], [boxes, boxes]).loc["b.png"].to_dict()
        {'label': 'cat', 'score': 1.0, 'x1': 0.0, 'y1': 0.0, 'x2': 4.0, 'y2': 2.0}
    """
    import pandas as pd

    found = rows(names, decisions)
    index, columns = [name for name, _ in found], columns_of(decisions) or None
    return pd.DataFrame([each for _, each in found], index=index, columns=columns)


def rows(names, decisions):
    """(name, flat row) of each decision or, of boxes, of each box; `names` name the decisions."""
    return [(name, each) for name, decision in zip(names, decisions, strict=True) for each in _rows(decision)]


def columns_of(decisions):
    """The columns that a table of these decisions has even where it has no row."""
    return _BOX if decisions and decisions[0].boxes_xyxy is not None else ()


def _rows(decision):
    if decision.boxes_xyxy is None:
        return [row(decision)]
    found = zip(decision.labels, decision.scores, decision.boxes_xyxy, strict=True)
    values = ((label, float(score), *map(float, box)) for label, score, box in found)
    return [dict(zip(_BOX, each, strict=True)) for each in values]


def row(decision):
    """A decision as one flat row: text, numbers, and a column for each class, label or target.

    Example:
        >>> row(kit.Decision(label="cat", probability=0.9, probabilities={"cat": 0.9, "dog": 0.1}))
        {'label': 'cat', 'probability': 0.9, 'probability of cat': 0.9, 'probability of dog': 0.1}
        >>> row(kit.Decision(value=2.0, interval=(1.0, 3.0)))
        {'value': 2.0, 'low': 1.0, 'high': 3.0}
    """
    flat = {}
    for name, value in decision.to_json().items():
        flat.update(_FLAT[name](value) if name in _FLAT else {name: value})
    return flat


def _bounds(interval):
    if not isinstance(interval, dict):
        return dict(zip(("low", "high"), interval, strict=True))
    ends = {name: _bounds(pair) for name, pair in interval.items()}
    return {f"{end} of {name}": number for name, pair in ends.items() for end, number in pair.items()}


def _each(kind):
    return lambda numbers: {f"{kind} of {name}": number for name, number in numbers.items()}


_BOX = ("label", "score", "x1", "y1", "x2", "y2")
_FLAT = {
    "probabilities": _each("probability"),
    "scores": _each("score"),
    "labels": lambda labels: {"labels": ";".join(map(str, labels))},
    "values": _each("value"),
    "interval": _bounds,
    "classes": lambda shares: {f"share of {name}": share for name, share in shares.items()},
    "mask": lambda mask: {},
    "image": lambda image: {},
}


def _counted_from(start, faults):
    """Faults of a later chunk, with their rows counted from the first input."""
    places = [_ROWS.sub(lambda at: _moved(at, start), fault.where) for fault in faults]
    return [dataclasses.replace(fault, where=at) for fault, at in zip(faults, places, strict=True)]


def _moved(found, start):
    rows = ", ".join(str(int(row) + start) for row in found["rows"].split(", "))
    return f"{found['kind']} {rows}"


_ROWS = re.compile(r"\b(?P<kind>rows?|images?) (?P<rows>\d+(, \d+)*)")
