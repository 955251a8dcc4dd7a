"""What both estimators share: training by `kit.fit`, predicting, and a state of plain values and arrays."""

import contextlib

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from kit.data.raw import rows_of
from kit.data.samples import Data, Samples
from kit.errors import KitError
from kit.estimators import rows

BUILDER = (
    "backbone",
    "activation",
    "width",
    "depth",
    "normalization",
    "dropout",
    "l1",
    "l2",
    "optimizer",
    "learning_rate",
    "weight_decay",
)
FIT = ("epochs", "minutes", "batch_size", "schedule", "verbose")
SIZE = 256  # rows of every call: a row's output must not depend on how many others there are


class KitEstimator(BaseEstimator):
    """An estimator whose `fit` sets `model_`, a `keras.Model` that `kit.save` takes, and `history_`."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def __getstate__(self):
        state = dict(super().__getstate__())
        if "model_" in state:
            state["model_"] = _stored(state["model_"])
        return state

    def __setstate__(self, state):
        state = dict(state)
        if "model_" in state:
            state["model_"] = _restored(state["model_"], state["_built"])
        super().__setstate__(state)

    def _train(self, X, labels, task, table, class_weight=None):
        """Builds a model for the task and trains it; everything random follows from `random_state`."""
        import kit
        from kit.training import initial

        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        data = self._data(X, labels, task, table, seed)
        built = {name: getattr(self, name) for name in BUILDER}
        model = kit.build(data.task, data.input, **built)
        initial.reset(model, seed)
        patience = self.patience if data.validation else 0
        settings = {name: getattr(self, name) for name in FIT}
        more = {"precision": "float32", "patience": patience, "class_weight": class_weight}
        history = kit.fit(model, data, seed=seed, **more, **settings)
        self._built, self.model_ = built, _ready(model)
        self.history_, self.n_iter_ = history.history, len(history.epoch)
        return self

    def _data(self, X, labels, task, table, seed):
        """Rows and labels as `kit.fit` takes them, with a validation part where one is asked for."""
        chosen = {"train": np.arange(len(labels)), "validation": None}
        if self.validation_fraction:
            strata = labels if task.is_classification else None
            parts = _divided(chosen["train"], self.validation_fraction, seed, strata)
            chosen = dict(zip(chosen, parts, strict=True))
        task, table = task.fitted(labels[chosen["train"]]), table.fitted(rows_of(X, chosen["train"]))
        parts = {
            name: Samples(
                rows_of(X, places), labels[places], [f"row {place}" for place in places], table, task
            )
            for name, places in chosen.items()
            if places is not None
        }
        return Data(type(self).__name__, table, task, **parts)

    def _decided(self, X):
        """What the model decides on each row, as arrays (`kit.decisions.Decided`)."""
        check_is_fitted(self)
        table, task = self.model_.kit.input, self.model_.kit.task
        x = table.encode(rows.to_predict(self, X, table, self._mixed))
        count = len(next(iter(x.values())))
        places = np.minimum(np.arange(-(-count // SIZE) * SIZE), count - 1)  # the last row fills the call
        outputs = self.model_.forward({name: array[places] for name, array in x.items()})
        return task.decided(outputs[:count])


def _divided(places, share, seed, strata):
    """(training, validation) places, each class in both where it has samples enough."""
    if not 0 < share < 1:
        raise KitError(f"validation_fraction is a share, 0 to below 1. Received: {share!r}.")
    with contextlib.suppress(ValueError):
        return train_test_split(places, test_size=share, random_state=seed, stratify=strata)
    return train_test_split(places, test_size=share, random_state=seed)


def _ready(model):
    from kit.artifact import runtime

    runtime.keep(model)
    return model


def _stored(model):
    """A model as plain values and arrays."""
    return {
        "input": model.kit.input.to_json(),
        "task": model.kit.task.to_json(),
        "weights": [np.array(weight) for weight in model.get_weights()],
    }


def _restored(stored, built):
    """The model that `_stored` described."""
    import kit
    from kit import inputs, tasks

    model = kit.build(tasks.from_json(stored["task"]), inputs.from_json(stored["input"]), **built)
    model.set_weights(stored["weights"])
    return _ready(model)
