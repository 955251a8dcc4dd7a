"""The patient: a model and data as the rules look at them, each fact found once and only when asked for."""

import dataclasses
import functools

import numpy as np

from kit.doctor import compiled, graph

PROBED = 256  # samples that are sent through the model


@dataclasses.dataclass(frozen=True)
class Output:
    """One output of a model with what belongs to it.

    Args:
        name: of the output.
        head: its `graph.Head`, or None where the graph is not known.
        loss: its `compiled.Loss`, or None.
        metrics: what was given as its metrics, a list.
        y: its targets as they are given to `fit`, an array, or None.
        said: outputs of the first samples, an array, or None.
    """

    name: str
    head: object = None
    loss: object = None
    metrics: tuple = ()
    y: object = None
    said: object = None


@dataclasses.dataclass(eq=False)
class Patient:
    """What the rules look at; a fact that there is not is None.

    Args:
        model: a `keras.Model`, or None.
        x: inputs of the training part: an array, or a dict or list of arrays.
        y: targets of the training part, as `x`.
        validation: (x, y) of the validation part.
        test: (x, y) of the test part.
        frame: DataFrame of raw inputs of the training part.
        labels: (N,) classes or numbers of the training part, as the user has them.
        groups: dict of the group of each sample by part, or None.
        folder: path of an artifact.
        batch_size: samples a step.
        seed: of whatever is drawn.
    """

    model: object = None
    x: object = None
    y: object = None
    validation: object = None
    test: object = None
    frame: object = None
    labels: object = None
    groups: object = None
    folder: object = None
    batch_size: int = 32
    seed: int = 0

    @functools.cached_property
    def network(self):
        """The model if its graph is known; one of a class of its own is traced; else None."""
        if self.model is None or getattr(self.model, "outputs", None):
            return self.model
        return _traced(self.model, self.x)

    @functools.cached_property
    def layers(self):
        """Layers of the model, those of models inside it too, or None."""
        return None if self.model is None else graph.layers(self.model)

    @functools.cached_property
    def edges(self):
        """Pairs (operation, the operation before it), or None."""
        return None if self.network is None else list(graph.edges(self.network))

    @functools.cached_property
    def outputs(self):
        """An `Output` for each output of the model, or None."""
        if self.model is None:
            return None
        heads = (
            [graph.head(tensor) for tensor in self.network.outputs] if self.network is not None else [None]
        )
        many = len(heads)
        losses = compiled.losses(self.model) or [None] * many
        metrics = compiled.metrics(self.model) or [[]] * many
        names = getattr(self.network, "output_names", None) or ["output"] * many
        targets, said = _each(self.y, names, many), self._said(many)
        return [
            Output(names[i], heads[i], losses[i], tuple(metrics[i]), targets[i], said[i])
            for i in range(min(many, len(losses), len(metrics)))
        ]

    @property
    def judged(self):
        """The outputs with a head and a loss that are both known."""
        return [each for each in self.outputs or () if each.head is not None and each.loss is not None]

    @property
    def taught(self):
        """The outputs with a loss and targets."""
        return [each for each in self.outputs or () if each.loss is not None and each.y is not None]

    @functools.cached_property
    def count(self):
        """Number of training samples, or None."""
        return None if self.x is None else len(_first(self.x))

    def _said(self, many):
        """The outputs of the first samples, or None where the model cannot run on them."""
        if self.x is None:
            return [None] * many
        try:
            said = self.model(head_of(self.x, PROBED), training=False)
        except Exception:  # the rule `model_runs` says why
            return [None] * many
        from keras import ops, tree

        found = [np.asarray(ops.convert_to_numpy(each)) for each in tree.flatten(said)]
        return found if len(found) == many else [None] * many


def head_of(x, count):
    """The first samples of inputs or targets of any structure.

    Example:
        >>> head_of({"a": np.arange(9)}, 2)["a"].tolist()
        [0, 1]
    """
    if isinstance(x, dict):
        return {name: head_of(each, count) for name, each in x.items()}
    if isinstance(x, list | tuple):
        return [head_of(each, count) for each in x]
    return x[:count]


def _first(x):
    while isinstance(x, dict | list | tuple):
        x = next(iter(x.values() if isinstance(x, dict) else x))
    return x


def _each(y, names, many):
    """The targets of each output."""
    if isinstance(y, dict):
        return [y.get(name) for name in names]
    if many > 1:
        return list(y) if isinstance(y, list | tuple) and len(y) == many else [None] * many
    return [y]


def _traced(model, x):
    """The graph of a model of a class of its own, or None."""
    import keras

    if x is None:
        return None
    try:
        inputs = keras.tree.map_structure(lambda each: keras.Input(each.shape[1:], dtype=str(each.dtype)), x)
        return keras.Model(inputs, model.call(inputs))
    except Exception:  # whatever its `call` does with a tensor that has no values
        return None
