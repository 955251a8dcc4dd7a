"""A regressor of tables with scikit-learn's contract."""

import numpy as np
from sklearn.base import RegressorMixin

from kit.estimators import base, rows
from kit.tasks import Regression


class KitRegressor(RegressorMixin, base.KitEstimator):
    """A neural network that predicts one number or several for each row of a table, as scikit-learn's do.

    Inputs are as in `KitClassifier`; targets are in the user's own units and scaled inside the network.

    Args:
        loss: a name that `kit list matches` shows for numeric targets.
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
        random_state: int, `numpy.random.RandomState` or None; decides initial weights, order, dropout
            and the validation part.
        verbose: 0 says nothing, 1 shows progress on stderr.

    Attributes:
        model_, history_, n_iter_, n_features_in_, feature_names_in_: as in `KitClassifier`.

    Raises:
        KitError: in `fit`, if a setting is unknown or out of range. It is a ValueError.

    Example:
        >>> X = np.linspace(0, 1, 64)[:, None]
        >>> regressor = kit.KitRegressor(epochs=30, random_state=0).fit(X, 1000 * X[:, 0])
        >>> regressor.score(X, 1000 * X[:, 0]) > 0.9
        True
    """

    def __init__(
        self,
        *,
        loss="mse",
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
        self.random_state = random_state
        self.verbose = verbose

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X, y):
        """Trains on X, (N, F) numbers or a DataFrame, and numbers y, (N,) or (N, T). -> the estimator."""
        X, y, table = rows.to_fit(self, X, y, multi_output=True, y_numeric=True)
        self._mixed = not isinstance(X, np.ndarray)
        self._flat = y.ndim == 1
        task = Regression(("y",) if self._flat else tuple(f"y{i}" for i in range(y.shape[1])), loss=self.loss)
        return self._train(X, y.astype("float64"), task, table)

    def predict(self, X):
        """The number, or the T numbers, of each row: (N,) or (N, T), as y was in `fit`."""
        values = self._decided(X).values.astype("float64")
        return values[:, 0] if self._flat else values
