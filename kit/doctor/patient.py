"""The patient: a model and data as the rules look at them, each fact found once and only when asked for."""

import dataclasses
import functools

import numpy as np

from kit.doctor import compiled, graph, views

PROBED = 256  # samples that are sent through the model
MOST_CLASSES = 100


@dataclasses.dataclass(frozen=True)
class Output:
    """One output of a model with what belongs to it.

    Args:
        name: of the output.
        head: its `graph.Head`, or None where the graph is not known.
        loss: its `compiled.Loss`, or None.
        metrics: what was given as its metrics, a list.
        y: its targets as they are given to `fit`, an array, or None.
        place: its number among the outputs.
    """

    name: str
    head: object = None
    loss: object = None
    metrics: tuple = ()
    y: object = None
    place: int = 0


@dataclasses.dataclass(eq=False)
class Patient:
    """What the rules look at; a fact that there is not is None.

    Args:
        model: a `keras.Model`, or None.
        parts: (x, y) of each part by name, "train" first: arrays, or dicts or lists of arrays.
        frames: DataFrames of raw inputs by part.
        names: (N,) labels of the training part as the user has them; None to take the targets.
        groups: the group of each sample by part, or None.
        folder: path of an artifact.
        fills: whether the first layers of the network put something in place of missing inputs.
        batch_size: samples a step.
        steps: of training that may be tried on a copy; 0 for none.
        seed: of whatever is drawn.
    """

    model: object = None
    parts: dict = dataclasses.field(default_factory=dict)
    frames: dict = dataclasses.field(default_factory=dict)
    names: object = None
    groups: object = None
    folder: object = None
    fills: bool = False
    batch_size: int = 32
    steps: int = 0
    seed: int = 0

    @property
    def x(self):
        """Inputs of the training part, or None."""
        return self.parts["train"][0] if self.parts else None

    @property
    def y(self):
        """Targets of the training part, or None."""
        return self.parts["train"][1] if self.parts else None

    @property
    def others(self):
        """The other parts, (x, y) by name; None if there is none."""
        return {name: part for name, part in self.parts.items() if name != "train"} or None

    @functools.cached_property
    def labels(self):
        """(N,) a class or number of each training sample as the user has it, or None."""
        return as_labels(self.y if self.names is None else self.names)

    @property
    def names_given(self):
        """Whether labels are known as the user has them, beside the targets."""
        return self.names is not None

    @functools.cached_property
    def classes(self):
        """(N,) labels that are classes: text, booleans or few integers; None for numbers."""
        labels = self.labels
        if labels is None or not len(labels):
            return None
        few = len(np.unique(labels)) <= max(2, min(MOST_CLASSES, len(labels) // 3))
        whole = labels.dtype.kind in "iubUS" or bool(np.all(labels == np.round(labels)))
        return labels if few and whole else None

    @functools.cached_property
    def tables(self):
        """Raw inputs as a DataFrame by part, or None where they are no table."""
        if self.frames:
            return self.frames
        return views.as_frames(self.parts)

    @functools.cached_property
    def table(self):
        """Raw inputs of the training part as a DataFrame, or None."""
        return self.tables["train"] if self.tables else None

    @functools.cached_property
    def images(self):
        """Images of the training part, float32 (N, H, W, C), or None."""
        return views.as_images(self.x)

    @functools.cached_property
    def matrix(self):
        """Inputs of the training part as one finite number a column, float32 (N, F), or None."""
        return views.as_matrix(self.x, self.table)

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
        targets = _each(self.y, names, many)
        return [
            Output(names[i], heads[i], losses[i], tuple(metrics[i]), targets[i], i)
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
    def trial(self):
        """A `Trial` on the first samples, or None where nothing can or shall be tried."""
        from kit.doctor.trial import trial_of

        return trial_of(self)

    @functools.cached_property
    def hidden(self):
        """(layer, what it says of the first samples) of each hidden layer that has an activation, or None."""
        if self.network is None or self.x is None or self.forward[0] is None:
            return None
        return hidden_outputs(self.network, head_of(self.x, PROBED))

    @functools.cached_property
    def count(self):
        """Number of training samples, or None."""
        return None if self.x is None else len(views.first(self.x))

    @functools.cached_property
    def forward(self):
        """(outputs of the first samples, a list of arrays; None), or (None, what the model raised)."""
        from keras import ops, tree

        try:
            said = self._run(head_of(self.x, PROBED))
        except Exception as error:  # the rule `model_runs` tells it
            return None, error
        return [np.asarray(ops.convert_to_numpy(each)) for each in tree.flatten(said)], None

    def said(self, output):
        """What the model says of the first samples, an array, or None where it cannot run."""
        arrays = self.forward[0] if self.x is not None and self.model is not None else None
        return arrays[output.place] if arrays is not None and output.place < len(arrays) else None

    def _run(self, x):
        import keras

        if keras.backend.backend() == "jax":  # step by step, each operation would be compiled alone
            return self.model.predict_on_batch(x)
        return self.model(x, training=False)


def hidden_outputs(network, x):
    """(layer, outputs) of each hidden layer of a graph that has an activation, a list.

    Example:
        >>> from kit.doctor import toys
        >>> [(layer.name[:5], said.shape) for layer, said in hidden_outputs(toys.model(), toys.numbers(9))]
        [('dense', (9, 8))]
    """
    import keras
    from keras import ops

    bent = [
        layer for layer in network.layers if graph.activation_of(layer) not in (None, "linear", "unknown")
    ]
    bent = [layer for layer in bent if not any(layer.output is each for each in network.outputs)]
    if not bent:
        return []
    said = keras.Model(graph.inputs_as_given(network), [layer.output for layer in bent])
    said = said.predict_on_batch(x) if keras.backend.backend() == "jax" else said(x, training=False)
    said = said if isinstance(said, list | tuple) else [said]
    return [(layer, ops.convert_to_numpy(each)) for layer, each in zip(bent, said, strict=True)]


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


def as_labels(y):
    """(N,) labels where there is one a sample, else None.

    Example:
        >>> as_labels(np.array([[1], [2]])).tolist(), as_labels(np.ones((2, 3)))
        ([1, 2], None)
    """
    if y is None or isinstance(y, dict | list):
        return None
    y = np.asarray(y)
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    if y.ndim != 1:
        return None
    if y.dtype != object:
        return y
    return y.astype(str) if all(isinstance(each, str | int | float) for each in y.tolist()) else None


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
