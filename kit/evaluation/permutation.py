"""Permutation importance: how much worse a model is when one column of a table says nothing any more."""

import numpy as np

from kit.errors import KitError
from kit.evaluation import misses
from kit.evaluation.outcome import outcome_of
from kit.evaluation.parts import forward_of, parts_of, seen_by
from kit.inputs import Table

MOST = 1000  # samples that are looked at
SHARE = 0.95
COLUMNS = ("column", "importance", "low", "high")


def importance(model, samples, *, repeats=5, seed=0):
    """How much larger the error is when the values of a column are dealt out anew among the samples.

    What counts is what the model makes of a column, not what could be made of it; two columns that say
    the same share their importance.

    Args:
        model: a model of a `Table` that kit built, or a `Predictor`.
        samples: `Samples`, such as `data.test`; of more than 1000, 1000 are drawn.
        repeats: how often each column is dealt out.
        seed: of the draws.

    Returns:
        DataFrame, a row a column, the most important first: column, importance (growth of the share
        wrong, or of the absolute error), low and high (its 95 % interval over samples).

    Raises:
        KitError: if the input is no table.
        DataError: if samples do not fit the model.

    Source: Breiman 2001, Random Forests, section 10.

    Example:
        >>> data = kit.load_data("wine")
        >>> model = kit.build(data.task, data.input, width=16)
        >>> len(kit.importance(model, data.test, repeats=1)) == len(data.input.columns)
        True
    """
    import pandas as pd

    network, input, task = parts_of(model)
    if not fits(input):
        raise KitError(f"Importance is of the columns of a table. The input is {input.describe()}.")
    rng = np.random.default_rng(seed)
    samples = seen_by(samples, input, task)
    if len(samples) > MOST:
        samples = samples.subset(np.sort(rng.choice(len(samples), MOST, replace=False)))
    encoded, forward = samples.arrays()[0], forward_of(network)

    def errors(inputs):
        return misses.by_sample(outcome_of(task, samples.labels, forward(inputs)))

    usual = errors(encoded)
    rows = []
    for column, (key, places) in _places(input).items():
        shuffled = [_shuffled(encoded, key, places, rng) for _ in range(repeats)]
        grown = np.mean([errors(inputs) for inputs in shuffled], axis=0) - usual
        rows.append((column, float(grown.mean()), *_interval(grown)))
    rows.sort(key=lambda row: -row[1])
    return pd.DataFrame(rows, columns=list(COLUMNS))


def fits(input):
    """Whether an input is a table, whose columns can be dealt out.

    Example:
        >>> fits(kit.Table.of_numbers(2)), fits(kit.Images((8, 8)))
        (True, False)
    """
    return isinstance(input, Table)


def _interval(grown):
    if len(grown) < 2:
        return np.nan, np.nan
    return misses.mean_interval(grown, SHARE)


def _places(input):
    """Name of each column -> (key of the encoded array, its columns there)."""
    places, starts = {}, {"numeric": 0, "categorical": 0}
    for column in input.columns:
        key = "categorical" if column.categorical else "numeric"
        width = 1 if column.categorical else len(column.standards())
        places[column.name] = key, slice(starts[key], starts[key] + width)
        starts[key] += width
    return places


def _shuffled(encoded, key, places, rng):
    """The encoded table with one column dealt out anew."""
    array = encoded[key].copy()
    array[:, places] = array[rng.permutation(len(array)), places]
    return {**encoded, key: array}
