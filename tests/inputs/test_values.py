"""kit.inputs.values: values of one column -> clean arrays and problems."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pytest

from kit.inputs import values


def objects(*items):
    array = np.empty(len(items), object)
    array[:] = items
    return array


def rows(problems):
    return [problem.rows.tolist() for problem in problems]


def test_numbers_of_every_type_are_read():
    column = objects(1, 2.5, np.float32(3), True, decimal.Decimal("4"), None, np.nan, pd.NA, "")
    numbers, problems = values.numbers(column)
    assert numbers[:5].tolist() == [1, 2.5, 3, 1, 4] and np.isnan(numbers[5:]).all() and not problems


@pytest.mark.parametrize("wrong", ["12", "x", b"1", datetime.date(2024, 1, 1), [1], {}])
def test_what_is_no_number_is_a_problem_of_its_row(wrong):
    numbers, problems = values.numbers(objects(1, wrong))
    assert rows(problems) == [[1]] and problems[0].schema and np.isnan(numbers[1])


def test_spans_of_time_are_no_numbers():
    assert rows(values.numbers(np.array([1, 2], "timedelta64[h]"))[1]) == [[0, 1]]


def test_things_that_are_neither_text_nor_number_are_no_names():
    names, problems = values.names(objects("a", [1], {}), ())
    assert names == ["a", None, None] and rows(problems) == [[1, 2]]


def test_infinite_and_huge_numbers_are_problems_but_not_of_kind():
    for column in (np.array([1, np.inf, 1e39]), objects(1.0, np.inf, 1e39)):
        numbers, problems = values.numbers(column)
        assert rows(problems) == [[1, 2]] and not problems[0].schema and np.isnan(numbers[1:]).all()


def test_arrays_of_numbers_are_not_changed():
    column = np.array([1, np.inf])
    values.numbers(column)
    assert np.isinf(column[1])


def test_booleans_are_also_zero_and_one():
    booleans, problems = values.booleans(objects(True, 0, 1.0, None))
    assert booleans[:3].tolist() == [1, 0, 1] and np.isnan(booleans[3]) and not problems
    assert rows(values.booleans(objects("yes", 2, False))[1]) == [[0, 1]]


@pytest.mark.parametrize(
    "date",
    [
        "1970-01-03",
        "1970/01/03",
        " 1970-01-03 ",
        "1970-01-03T00:00:00",
        "1970-01-03 01:00+01:00",
        datetime.date(1970, 1, 3),
        datetime.datetime(1970, 1, 3),
        datetime.datetime(1970, 1, 3, tzinfo=datetime.UTC),
        np.datetime64("1970-01-03"),
        pd.Timestamp("1970-01-03"),
        pd.Timestamp("1970-01-03", tz="UTC"),
    ],
)
def test_a_date_is_its_day_since_1970_however_it_is_written(date):
    days, problems = values.days(objects(date))
    assert days.tolist() == [2.0] and not problems


def test_month_and_hour_are_read():
    assert values.days(objects("1970-02", "1970-01-01 12:00"))[0].tolist() == [31.0, 0.5]


@pytest.mark.parametrize("wrong", ["monday", "01.02.2024", "2024-13-01", 20240101, 5.0, True, "2024"])
def test_what_is_no_iso_date_is_a_problem(wrong):
    assert rows(values.days(objects("2024-01-01", wrong))[1]) == [[1]]


def test_arrays_of_datetime64_are_read_fast_and_nat_is_missing():
    days, _ = values.days(np.array(["1970-01-02", "NaT"], "datetime64[ns]"))
    assert days[0] == 1 and np.isnan(days[1])


def test_names_keep_their_type_and_missing_ones_are_none():
    names, problems = values.names(objects("a", np.int64(3), np.nan, None, ""), ())
    assert names == ["a", 3, None, None, None] and isinstance(names[1], int) and not problems


def test_numbers_in_a_column_of_text_are_problems():
    _, problems = values.names(objects("a", 3, None), ("a", "b"))
    assert rows(problems) == [[1]] and "text such as 'a'" in problems[0].expected


def test_text_in_a_column_of_numbered_levels_is_a_problem():
    assert rows(values.names(objects(1, "1"), (1, 2))[1]) == [[1]]


@pytest.mark.parametrize(
    "column", [np.array([1.0, np.nan]), np.array(["2020", "NaT"], "datetime64[D]"), objects("a", None)]
)
def test_presence_is_seen_in_every_type(column):
    assert values.present(column).tolist() == [True, False]


def test_integers_are_all_there():
    assert values.present(np.array([0, 1])).all()


def test_many_problems_show_a_few_examples():
    problem = values.numbers(objects(*"abcdef"))[1][0]
    assert problem.found == "'a', 'b', 'c', ..."
