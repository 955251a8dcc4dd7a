"""What scikit-learn's users pass as X and y, as the rows and the table that kit trains on."""

import numpy as np
from sklearn.utils.validation import check_X_y, validate_data

from kit.data.columns import guess_columns
from kit.errors import DataError, Fault
from kit.inputs import Table
from kit.inputs.columns import Numeric
from kit.inputs.findings import raise_if_any


def to_fit(estimator, X, y, **checks):
    """(rows, y, the `Table` of the rows, not fitted); the estimator learns names and number of columns.

    Args:
        estimator: in fitting.
        X: (N, F) numbers, NaN where missing; or a pandas DataFrame with columns of any kind.
        y: (N,) labels, or (N,) or (N, T) numbers.
        **checks: what is asked of y, as `sklearn.utils.validation.check_X_y` takes it.

    Raises:
        ValueError: as scikit-learn words it.
        DataError: names column and rows of values that do not fit their column.
    """
    if not is_mixed(X):
        X, y = validate_data(estimator, X, y, ensure_all_finite="allow-nan", **checks)
        names = getattr(estimator, "feature_names_in_", [f"x{place}" for place in range(X.shape[1])])
        return X, y, Table(tuple(map(Numeric, names)))
    validate_data(estimator, X, skip_check_array=True)
    _, y = check_X_y(np.arange(len(X))[:, None], y, **checks)
    frame = X.rename(columns=str)
    guessed = guess_columns(frame)
    raise_if_any(guessed.findings)
    if not guessed.columns:
        raise DataError([Fault("X", "no column is left to learn from", cure=" ".join(guessed.notes))])
    table = Table(tuple(guessed.columns))
    return _known(frame, table), y, table


def to_predict(estimator, X, table, mixed):
    """The rows in the form that `table` encodes.

    Args:
        estimator: fitted.
        X: as in `to_fit`.
        table: what the estimator's model takes.
        mixed: whether `fit` was given columns of several kinds.

    Raises:
        ValueError: if names or number of columns are not those of `fit`.
    """
    if not mixed:
        return validate_data(estimator, X, reset=False, ensure_all_finite="allow-nan")
    validate_data(estimator, X, skip_check_array=True, reset=False)
    if hasattr(X, "iloc"):
        return _known(X.rename(columns=str), table)
    places = {name: place for place, name in enumerate(estimator.feature_names_in_)}
    return np.asarray(X, object)[:, [places[column.name] for column in table.columns]]


def is_mixed(X):
    """Is this a DataFrame with a column that holds anything but numbers?

    Example:
        >>> is_mixed(pd.DataFrame({"age": [1, 2], "town": ["a", "b"]})), is_mixed(np.zeros((2, 2)))
        (True, False)
    """
    if not hasattr(X, "iloc") or not hasattr(X, "columns"):
        return False
    return not all(getattr(kind, "kind", "O") in "biuf" for kind in X.dtypes)


def _known(frame, table):
    return frame[[column.name for column in table.columns]]
