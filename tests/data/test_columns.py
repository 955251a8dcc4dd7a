"""kit.data.columns: the kind of each column, and what a model has no use for."""

import datetime

import numpy as np
import pandas as pd
import pytest

from kit.data.columns import guess_columns


def kinds(**columns):
    return {column.name: column.kind for column in guess_columns(pd.DataFrame(columns)).columns}


@pytest.mark.parametrize(
    "values, kind",
    [
        ([1, 2, 3], "numeric"),
        ([1.5, None, 2.5], "numeric"),
        ([0, 1, 0], "numeric"),
        ([True, False, True], "boolean"),
        ([True, None, False], "boolean"),
        (["a", "b", None], "category"),
        (["2024-01-01", "2024-01-02", None], "date"),
        ([datetime.date(2024, 1, 1), datetime.date(2024, 1, 2), None], "date"),
        (pd.date_range("2024", periods=3), "date"),
        (pd.Categorical([3, 1, 3]), "category"),
        (pd.array([1, 2, None], "Int64"), "numeric"),
        (pd.array([True, False, None], "boolean"), "boolean"),
        (pd.array(["x", "y", None], "string"), "category"),
    ],
)
def test_the_kind_follows_the_values(values, kind):
    assert kinds(x=values) == {"x": kind}


def test_constant_and_empty_columns_are_left_out_and_it_is_said():
    guessed = guess_columns(pd.DataFrame({"a": [1, 2], "same": ["x", "x"], "empty": [None, np.nan]}))
    assert [column.name for column in guessed.columns] == ["a"]
    assert guessed.notes == [
        "Column 'same' is left out: it is the same in every row.",
        "Column 'empty' is left out: it is empty.",
    ]


def test_one_value_or_none_is_no_constant():
    assert kinds(a=[1, 2, 3], b=["x", None, "x"]) == {"a": "numeric", "b": "category"}


def test_texts_that_differ_in_half_of_the_rows_are_identifiers_and_left_out():
    names = [f"name {i // 2}" for i in range(40)]
    guessed = guess_columns(pd.DataFrame({"a": range(40), "name": names}))
    assert [column.name for column in guessed.columns] == ["a"]
    assert "20 different texts in 40 rows" in guessed.notes[0] and "identifier" in guessed.issues[0].found


def test_a_few_different_texts_are_no_identifiers():
    assert kinds(city=list("abcdefghij"))["city"] == "category"


@pytest.mark.parametrize(
    "name", ["id", "Id", "PassengerId", "customer_id", "Unnamed: 0", "index", "row_number"]
)
def test_row_numbers_are_left_out(name):
    guessed = guess_columns(pd.DataFrame({name: [5, 3, 4], "x": [1, 1, 2]}))
    assert guessed.notes == [f"Column {name!r} is left out: it numbers the rows."]


def test_numbers_of_another_name_are_kept_though_they_count():
    assert kinds(day=[1, 2, 3]) == {"day": "numeric"}
    assert kinds(id=[1, 2, 2]) == {"id": "numeric"}


@pytest.mark.parametrize(
    "values, found",
    [
        (["1", "2", "3", "4", "oops"] * 4, "'oops'"),
        ([1.5] * 30 + ["n.a."], "'n.a.'"),
        (["1", "2", "3"], "numbers written as text"),
        ([*"abcd", 5], "5 among texts"),
        ([1, [2], 3], "a list"),
        ([1, b"x", 3], "a bytes"),
    ],
)
def test_values_that_do_not_fit_are_findings_with_their_rows(values, found):
    guessed = guess_columns(pd.DataFrame({"x": pd.Series(values, dtype=object)}))
    (finding,) = guessed.findings
    assert found in finding.fault.found and "ignore 'x'" in finding.fault.cure
    assert finding.rows and finding.fault.where.startswith("column 'x', row")


def test_codes_of_letters_and_digits_are_text():
    assert kinds(ticket=["113", "PC 17", "9", "A/5", "113", "PC 17", "9"])["ticket"] == "category"


def test_infinite_numbers_stay_in_a_column_of_numbers():
    assert kinds(x=[1.0, np.inf]) == {"x": "numeric"}
