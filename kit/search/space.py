"""SearchSpace: what is searched, written as plain ranges and lists."""

import dataclasses
import itertools
import json

from kit.errors import KitError
from kit.search import dimensions


class SearchSpace:
    """Hyperparameters and the values that they may take.

    Args:
        ranges: dict name -> one of
            `(low, high)`, a range: of whole numbers where both are whole;
            `(low, high, "log")`, the same by magnitude;
            `(low, high, step)`, every `step` of it;
            `[a, b, ...]`, choices: numbers, texts, booleans, or lists; None may be among them;
            `{"values": one of these, "when": {other: value or list of values}}`, searched only
            where another hyperparameter has one of these values.

    Raises:
        KitError: if a range is empty, or by magnitude and not above 0, if choices are of mixed kinds or
            doubled, or if a condition can never hold; all of them at once.

    Example:
        >>> space = kit.SearchSpace({"learning_rate": (1e-4, 1e-2, "log"), "batch_size": [16, 32]})
        >>> space.names
        ('learning_rate', 'batch_size')
    """

    def __init__(self, ranges):
        if isinstance(ranges, SearchSpace):
            ranges = ranges.ranges
        if not isinstance(ranges, dict) or not ranges:
            raise KitError(
                "A search space is a dict: name -> range or choices, and has at least one name. "
                f"Received: {ranges!r}."
            )
        self.ranges = dict(ranges)
        self.dimensions = tuple(dimensions.every(self.ranges))

    @classmethod
    def parse(cls, texts):
        """The space of what the command line says.

        Args:
            texts: "learning_rate=1e-5:1e-2:log", "batch_size=16,32,64", "width=8:64:8",
                "momentum=0:0.99@optimizer=sgd" for a hyperparameter under a condition.

        Raises:
            KitError: if a text is of another form.

        Example:
            >>> SearchSpace.parse(["dropout=0:0.5", "average=true,false"]).ranges
            {'dropout': (0, 0.5), 'average': [True, False]}
        """
        return cls(dict(map(_parsed, texts)))

    @property
    def names(self):
        """The names of all hyperparameters, those under a condition after what they depend on."""
        return tuple(dimension.name for dimension in self.dimensions)

    def __getitem__(self, name):
        return next(dimension for dimension in self.dimensions if dimension.name == name)

    def __contains__(self, name):
        return name in self.names

    def __repr__(self):
        return f"SearchSpace({self.ranges!r})"

    def without(self, name):
        """This space without one hyperparameter, or None where nothing is left."""
        left = {each: range for each, range in self.ranges.items() if each != name}
        return SearchSpace(left) if left else None

    def hyperparameters(self):
        """KerasTuner's `HyperParameters` of this space."""
        import keras_tuner

        hp = keras_tuner.HyperParameters()
        for dimension in self.dimensions:
            _declared(hp, dimension, list(dimension.when), self)
        return hp

    def decoded(self, values):
        """KerasTuner's values as builders and `kit.fit` take them; names of its own are left out."""
        known = {dimension.name: dimension for dimension in self.dimensions}
        return {name: known[name].decoded(value) for name, value in values.items() if name in known}

    def facts(self):
        """name -> kind and whether it is by magnitude, for leaderboard and report."""
        return {each.name: {"kind": each.kind, "log": each.log} for each in self.dimensions}

    def config(self):
        """The space as JSON holds it: equal configs are equal spaces."""
        return json.loads(json.dumps([dataclasses.asdict(each) for each in self.dimensions]))


def _declared(hp, dimension, conditions, space):
    """Declares a hyperparameter inside the scopes of its conditions."""
    if not conditions:
        dimension.declare(hp)
        return
    (parent, values), *others = conditions
    coded = [json.dumps(value) for value in values] if space[parent].is_coded else list(values)
    with hp.conditional_scope(parent, coded):
        _declared(hp, dimension, others, space)


def _parsed(text):
    """(name, range) of NAME=RANGE[@OTHER=VALUE,...]."""
    name, equals, value = text.partition("=")
    value, *conditions = value.split("@")
    if not equals or not name.isidentifier() or not value:
        raise KitError(
            f"'{text}' is not of the form NAME=LOW:HIGH, NAME=LOW:HIGH:log, NAME=LOW:HIGH:STEP or NAME=A,B,C."
        )
    if not conditions:
        return name, _read(name, value)
    when = {}
    for condition in conditions:
        parent, _, values = condition.partition("=")
        when[parent] = [_json(each) for each in values.split(",")]
    return name, {"values": _read(name, value), "when": when}


def _read(name, text):
    if text.startswith("["):  # choices that are lists: written as JSON
        return _json(text)
    if ":" in text:
        return tuple(_json(each) for each in text.split(":"))
    return [_json(each) for each in text.split(",")]


def _json(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def count(space):
    """How many combinations a space of choices has, or None where a range makes them countless.

    Example:
        >>> count(SearchSpace({"width": [8, 16], "depth": [1, 2, 3]}))
        6
    """
    sizes = [len(each.values) for each in space.dimensions]
    if not all(sizes) or any(each.when for each in space.dimensions):
        return None
    return len(list(itertools.product(*(range(size) for size in sizes))))
