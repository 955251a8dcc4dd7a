"""Models that are served: each with its name, its queue, and what requests may ask of it."""

import functools
import re
import typing
from pathlib import Path

import numpy as np

from kit.errors import KitError, unknown
from kit.inputs.table import unseen
from kit.serving import kinds
from kit.serving.batching import Batcher
from kit.serving.limits import Limits
from kit.serving.refusals import Refused

BATCH = 64  # samples that are predicted together; what Keras compiles for, see `kit.artifact.runtime`
_LIGHT = 8_192  # bytes
_NAME = re.compile(r"[^\W_][\w.-]{0,99}")


class Asked(typing.NamedTuple):
    """What one request asks: its raw inputs, and the same as the network takes them (None for maps)."""

    raw: list
    encoded: object


class Model:
    """A loaded model that answers many requests at once.

    Args:
        name: letters, digits, ".", "_" and "-".
        predictor: what `kit.load` gave.
        limits: a `Limits`.
        seen: function (samples) that is told the size of each batch.
    """

    def __init__(self, name, predictor, limits=None, seen=None):
        self.name, self.predictor, self.limits = name, predictor, limits or Limits()
        self.kind = kinds.of(predictor.input, self.limits)
        self.example = self._tried()
        most = 1 if predictor.task.is_dense else BATCH  # maps are made image by image
        bounds = {"waiting": self.limits.waiting, "samples": self.limits.samples}
        self.queue = Batcher(self._run, most=most, seen=seen, **bounds)

    def asked(self, instances):
        """Instances of JSON, checked and encoded.

        Raises:
            Refused, DataError: says what is wrong with which.
        """
        return self._asked(instances, self.kind.read)

    def asked_by_files(self, contents):
        """Contents of uploaded files, checked and encoded."""
        return self._asked(contents, self.kind.of_files)

    def asked_by_tensors(self, tensors):
        """Tensors by name, each (datatype, shape, flat list), checked and encoded."""
        return self._asked(tensors, self.kind.of_tensors)

    def is_light(self, body):
        """Whether a request of these bytes is read in less than a millisecond: no images, and not much."""
        return len(body) < _LIGHT and not self.kind.takes_files and not self.predictor.task.is_dense

    def submit(self, asked, seconds=60.0):
        """A future of the list of decisions on what was asked."""
        return self.queue.submit(asked, len(asked.raw), seconds)

    def notes(self, asked):
        """What the client should know of its inputs: categories that training did not have."""
        return unseen(self.predictor.input, asked.raw)

    @functools.cached_property
    def facts(self):
        """What `GET /v1/models/NAME` says, as JSON."""
        task, card = self.predictor.task, self.predictor.card
        return {
            "name": self.name,
            "task": type(task).__name__,
            "form": task.form,
            "names": list(task.names),
            "describe": {"task": task.describe(), "input": self.predictor.input.describe()},
            "input": self.kind.facts(),
            "metrics": card.get("metrics") or {},
            "runtime": self.predictor.runtime,
        }

    def close(self):
        """Answers what waits, and takes nothing more."""
        self.queue.close()

    def _asked(self, given, read):
        raw = read(given)
        if not raw:
            raise Refused(422, "There is no input; expected at least one.")
        if len(raw) > self.limits.instances:
            most = f"at most {self.limits.instances} in one request"
            raise Refused(413, f"There are {len(raw)} inputs; {most}.")
        is_dense = self.predictor.task.is_dense
        return Asked(raw, None if is_dense else self.predictor.input.encode(raw))

    def _run(self, works):
        if self.predictor.task.is_dense:
            return [_outcome(self.predictor, work.raw) for work in works]
        if len({_shape(work.encoded) for work in works}) > 1:  # series of several lengths
            return [result for work in works for result in self._batch([work])]
        return self._batch(works)

    def _batch(self, works):
        outputs = self.predictor.forward(_joined([work.encoded for work in works]))
        ends = np.cumsum([len(work.raw) for work in works])
        pairs = zip(np.split(outputs, ends[:-1]), works, strict=True)
        return [_outcome(self.predictor.decide, part, work.raw) for part, work in pairs]

    def _tried(self):
        """A decision on an example; compiles what requests will need."""
        one = self.kind.read([self.kind.example()])
        decision = self.predictor(one)[0]
        if not self.predictor.task.is_dense:
            for count in (8, BATCH):
                self.predictor.forward(self.predictor.input.encode(one * count))
        return decision


class Models:
    """All models of a server, by name.

    Args:
        models: `Model`s of different names.
    """

    def __init__(self, models):
        self._models = {model.name: model for model in models}

    def get(self, name):
        """The model called `name`.

        Raises:
            Refused: 404; names the nearest.
        """
        if name not in self._models:
            raise Refused(404, str(unknown("model", name[:64], self._models)))
        return self._models[name]

    def __iter__(self):
        return iter(self._models.values())

    def __len__(self):
        return len(self._models)


def opened(paths, limits=None, seen=None):
    """The models saved in these folders, each named as its folder.

    Args:
        paths: folders that `kit.save` wrote.
        limits: a `Limits`.
        seen: function (name) -> function (samples), told the size of each batch.

    Raises:
        ArtifactError: if one is not there, damaged or not to be trusted.
        KitError: if names cannot be served, or two are equal.
    """
    import kit

    names = _checked([Path(path).resolve().name for path in paths])
    loaded = [kit.load(path) for path in paths]
    parts = zip(names, loaded, strict=True)
    return Models([Model(name, predictor, limits, seen and seen(name)) for name, predictor in parts])


def _checked(names):
    """Names that can stand in an address, each once.

    Raises:
        KitError: if one cannot, or two are equal.
    """
    for name in names:
        if not _NAME.fullmatch(name):
            wanted = "letters, digits, '.', '_' and '-', at most 100, a letter or digit first"
            raise KitError(f"Model {name!r}: names of served models are of {wanted}. Rename the folder.")
        if names.count(name) > 1:
            raise KitError(f"Two models are called {name!r}. Rename one of the folders.")
    return names


def _joined(parts):
    if len(parts) == 1:
        return parts[0]
    if isinstance(parts[0], dict):
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return np.concatenate(parts)


def _shape(encoded):
    """What all samples of one batch must share."""
    if isinstance(encoded, dict):
        return tuple(sorted((name, array.shape[1:]) for name, array in encoded.items()))
    return encoded.shape[1:]


def _outcome(function, *arguments):
    """What a function returns, or the exception that it raises."""
    try:
        return function(*arguments)
    except Exception as error:  # of one request; the others of its batch have their answers
        return error
