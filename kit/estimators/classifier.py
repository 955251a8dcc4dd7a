"""A classifier of tables with scikit-learn's contract."""

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets

from kit import match
from kit.errors import KitError
from kit.estimators import base, rows
from kit.tasks import Classification

_SCORING = ("sign", "largest_score")  # decisions without probabilities


def _gives_scores(estimator):
    return any(row.loss == estimator.loss and row.decide in _SCORING for row in match.table())


def _gives_probabilities(estimator):
    return not _gives_scores(estimator)


class KitClassifier(ClassifierMixin, base.KitEstimator):
    """A neural network that puts rows of a table into classes, as scikit-learn's classifiers do.

    Numbers are scaled, missing values (NaN) filled in and marked, and the columns of a pandas DataFrame
    that hold text, booleans or dates coded, all inside the network.

    Args:
        loss: a name that `kit list matches` shows for binary or multiclass targets.
        backbone: a name in `kit.backbones.names()`; "auto" takes the one for tables.
        activation: hidden activation; None takes the backbone's own, as for the next four.
        width: units of each layer.
        depth: layers.
        normalization: "batch", "layer" or "none".
        dropout: fraction of the features dropped in training, 0 to below 1.
        l1: factor of the sum of the kernels' magnitudes that is added to the loss.
        l2: factor of the sum of the kernels' squares that is added to the loss.
        optimizer: a name in `kit.optimizers.names()`.
        learning_rate: largest step size; None takes the optimizer's own.
        weight_decay: share of each weight taken away, times the step size, at each step.
        epochs: times each row is seen; None decides by the number of rows, or by `minutes`.
        minutes: wall time to train for; None for no limit. Without `epochs` two runs then differ.
        batch_size: rows a step; None decides by the number of rows.
        schedule: of the learning rate, a name in `kit.schedules.names()`.
        validation_fraction: share of the rows, 0 to below 1, that is not learnt: training stops where
            it is predicted no better, and ends with the weights that predicted it best.
        patience: with a validation part: epochs without a better loss after which training stops.
        class_weight: None, "balanced", "auto" (balanced where the largest class has more than twice the
            rows of the smallest), "sampling" (rows drawn so that classes come equally often), a dict
            class -> weight, or one weight a class.
        random_state: int, `numpy.random.RandomState` or None; decides initial weights, order, dropout
            and the validation part.
        verbose: 0 says nothing, 1 shows progress on stderr.

    Attributes:
        classes_: (C,) the classes, sorted.
        model_: the trained `keras.Model`, which `kit.evaluate` and `kit.save` take.
        history_: dict name -> one number an epoch.
        n_iter_: epochs trained.
        n_features_in_: columns that `fit` saw.
        feature_names_in_: their names, where X had names.

    Raises:
        KitError: in `fit`, if a setting is unknown or out of range, or y has one class. It is a ValueError.

    Example:
        >>> X = np.array([[0.0], [0.1], [0.9], [1.0]] * 8)
        >>> y = np.array(["low", "low", "high", "high"] * 8)
        >>> classifier = kit.KitClassifier(width=16, learning_rate=0.05, epochs=20, random_state=0).fit(X, y)
        >>> classifier.predict([[0.05], [0.95]]).tolist()
        ['low', 'high']
    """

    def __init__(
        self,
        *,
        loss="crossentropy",
        backbone="auto",
        activation=None,
        width=None,
        depth=None,
        normalization=None,
        dropout=None,
        l1=0.0,
        l2=0.0,
        optimizer="adamw",
        learning_rate=None,
        weight_decay=None,
        epochs=None,
        minutes=None,
        batch_size=None,
        schedule="cosine",
        validation_fraction=0.0,
        patience=None,
        class_weight=None,
        random_state=None,
        verbose=0,
    ):
        self.loss = loss
        self.backbone = backbone
        self.activation = activation
        self.width = width
        self.depth = depth
        self.normalization = normalization
        self.dropout = dropout
        self.l1 = l1
        self.l2 = l2
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.epochs = epochs
        self.minutes = minutes
        self.batch_size = batch_size
        self.schedule = schedule
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.class_weight = class_weight
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X, y):
        """Trains on rows X, (N, F) numbers or a DataFrame, and their classes y, (N,). -> the estimator."""
        X, y, table = rows.to_fit(self, X, y)
        check_classification_targets(y)
        self._mixed = not isinstance(X, np.ndarray)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise KitError(f"y has 1 class, {self.classes_.tolist()[0]!r}. At least 2 classes are needed.")
        names = _names(self.classes_)
        task = Classification(tuple(names.tolist()), loss=self.loss)
        return self._train(X, names[codes], task, table, self._weights())

    def predict(self, X):
        """The class of each row: (N,)."""
        indices = self._decided(X).indices
        return self.classes_[indices]

    @available_if(_gives_probabilities)
    def predict_proba(self, X):
        """The probability of each class: (N, C), rows sum to 1, in the order of `classes_`."""
        found = self._decided(X).probabilities.astype("float64")
        return found / found.sum(axis=1, keepdims=True)

    @available_if(_gives_scores)
    def decision_function(self, X):
        """What ranks the classes, where there are no probabilities: (N,) for two classes, else (N, C)."""
        scores = self._decided(X).scores
        return scores[:, 1] if len(self.classes_) == 2 else scores

    def _weights(self):
        """`class_weight` as `kit.fit` takes it."""
        if not isinstance(self.class_weight, dict):
            return self.class_weight
        return [float(self.class_weight.get(name, 1)) for name in self.classes_.tolist()]


def _names(classes):
    """(C,) object array: the classes as a task can name them, else their numbers."""
    known = all(isinstance(name, str | int) for name in classes.tolist())
    return np.array(classes.tolist() if known else range(len(classes)), object)
