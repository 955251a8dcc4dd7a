"""kit.data.leaks: columns that give the target away, and columns that only predict it well."""

import numpy as np
import pandas as pd
import pytest

from kit.data.leaks import give_away

Y = np.array([0, 1] * 20)


def leaks(labels=Y, **columns):
    return [issue.where for issue in give_away(pd.DataFrame(columns), labels, "y")]


@pytest.mark.parametrize(
    "values",
    [
        ["no", "yes"] * 20,
        [False, True] * 20,
        [5, 7] * 20,
        [None, "yes"] * 20,
        ["a", "b", "c", "d"] * 10,  # each value has one label, though a label has several
    ],
    ids=["text", "boolean", "codes", "missing is a value", "finer"],
)
def test_a_column_that_determines_the_class_is_told(values):
    assert leaks(x=values) == ["column 'x'"]


@pytest.mark.parametrize(
    "values",
    [
        ["no", "yes"] * 19 + ["yes", "yes"],
        [f"person {i}" for i in range(40)],
        [f"pair {i // 2 * 2 + i % 2}" for i in range(40)],
        np.arange(40) % 2 + np.arange(40) / 100,
        ["same"] * 40,
        list(range(10)) * 4,
    ],
    ids=["one exception", "identifier", "almost identifier", "separable number", "constant", "coarse number"],
)
def test_a_column_that_predicts_well_or_names_rows_is_not(values):
    assert leaks(x=values) == []


def test_the_target_in_other_units_is_told():
    rng = np.random.default_rng(0)
    y = rng.normal(size=50)
    noisy = y + 1e-3 * rng.normal(size=50)
    assert leaks(y, fahrenheit=32 + 1.8 * y, noisy=noisy, other=rng.normal(size=50)) == [
        "column 'fahrenheit'"
    ]


def test_missing_numbers_do_not_hide_it():
    y = np.arange(30.0)
    x = -y.copy()
    x[3] = np.nan
    assert leaks(y, x=x) == ["column 'x'"]


def test_the_message_names_column_target_and_option():
    issue = give_away(pd.DataFrame({"is alive": ["no", "yes"] * 20}), Y, "survived")[0]
    assert str(issue) == (
        "column 'is alive': gives 'survived' away (each of its 2 values goes with one label). "
        "If it is not known before the target is, ignore it: --ignore 'is alive'"
    )
