"""kit.Table: rows of named columns."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest

import kit
from kit.inputs import Table, from_json
from kit.inputs.columns import Boolean, Category, Date, Numeric


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "age": [20.0, 30.0, np.nan, 50.0],
            "member": [True, False, True, None],
            "city": ["Rome", "Oslo", "Rome", None],
            "since": pd.to_datetime(["2020-01-01", "2021-01-01", "2022-01-01", None]),
        }
    )


@pytest.fixture
def table(frame):
    return Table((Numeric("age"), Boolean("member"), Category("city"), Date("since"))).fitted(frame)


def same(left, right):
    return left.keys() == right.keys() and all(
        np.array_equal(left[k], right[k], equal_nan=True) for k in left
    )


def test_numbers_and_categories_are_two_arrays(table, frame):
    encoded = table.encode(frame)
    assert encoded["numeric"].shape == (4, 9) and encoded["numeric"].dtype == np.float32
    assert (
        encoded["categorical"].tolist() == [[2], [1], [2], [0]] and encoded["categorical"].dtype == np.int32
    )
    assert table.shape == {"numeric": (9,), "categorical": (1,)}


def test_a_key_is_absent_where_no_column_is_of_its_kind():
    assert Table.of_numbers(2).encode(np.zeros((3, 2))).keys() == {"numeric"}
    assert Table((Category("c", ("a",)),)).encode([{"c": "a"}]).keys() == {"categorical"}


def test_columns_are_found_by_name_in_any_order(table, frame):
    assert same(table.encode(frame), table.encode(frame[["since", "city", "age", "member"]]))


def test_a_list_of_dicts_is_a_table(table, frame):
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    assert same(table.encode(frame), table.encode(rows))


def test_frames_of_any_pandas_types_give_the_same(table, frame):
    assert same(table.encode(frame), table.encode(frame.convert_dtypes()))


def test_a_missing_column_names_the_nearest(table, frame):
    with pytest.raises(kit.SchemaError, match="column 'city': missing. Did you mean 'citi'"):
        table.encode(frame.rename(columns={"city": "citi"}))


def test_all_missing_columns_are_named_at_once(table, frame):
    with pytest.raises(kit.SchemaError) as error:
        table.encode(frame[["age"]])
    assert len(error.value.faults) == 3


def test_extra_columns_are_ignored_with_a_warning(table, frame):
    with pytest.warns(UserWarning, match="'shoe'"):
        assert same(table.encode(frame.assign(shoe=44)), table.encode(frame))


def test_names_are_compared_in_composed_unicode():
    table = Table((Numeric("caf\u00e9"),))
    assert table.encode(pd.DataFrame({"cafe\u0301": [1.0]}))["numeric"].tolist() == [[1]]


def test_text_in_a_column_of_numbers_names_column_and_rows(table, frame):
    frame["age"] = frame["age"].astype(object)
    frame.loc[[1, 3], "age"] = ["old", "12"]
    with pytest.raises(kit.SchemaError, match="column 'age', rows 1, 3: 'old', '12'; expected numbers"):
        table.encode(frame)


def test_infinite_numbers_name_column_and_rows(table, frame):
    frame.loc[2, "age"] = np.inf
    with pytest.raises(kit.DataError, match="column 'age', row 2: infinite") as error:
        table.encode(frame)
    assert not isinstance(error.value, kit.SchemaError)


def test_all_faults_of_all_columns_are_told_at_once(table, frame):
    frame = frame.astype(object)
    frame.loc[0, :] = ["x", "x", 5, "x"]
    with pytest.raises(kit.SchemaError) as error:
        table.encode(frame)
    assert [fault.where for fault in error.value.faults] == [
        f"column {name!r}, row 0" for name in ("age", "member", "city", "since")
    ]


def test_a_dict_that_lacks_a_value_is_named(table):
    with pytest.raises(kit.SchemaError, match="row 1: no value for column 'b'"):
        Table((Numeric("a"), Numeric("b"))).encode([{"a": 1, "b": 2}, {"a": 1}])


def test_lists_of_other_things_are_refused(table):
    with pytest.raises(kit.SchemaError, match="list of dicts"):
        table.encode([1, 2])


def test_arrays_are_taken_by_position_and_their_width_is_checked():
    assert Table.of_numbers(2).encode(np.array([[1, 2]]))["numeric"].tolist() == [[1, 2]]
    with pytest.raises(kit.SchemaError, match=r"\(1, 3\); expected \(N, 2\)"):
        Table.of_numbers(2).encode(np.zeros((1, 3)))


def test_no_rows_give_empty_arrays(table, frame):
    assert table.encode(frame[:0])["numeric"].shape == (0, 9)


def test_unseen_categories_are_unknown_and_counted(table, frame):
    frame.loc[0, "city"] = "Bonn"
    assert table.encode(frame)["categorical"][0] == 0
    assert table.unseen(frame) == {"city": {"Bonn": 1}}


@pytest.mark.parametrize("raw, one", [({"a": 1}, True), (pd.Series({"a": 1}), True), (np.zeros(3), True)])
def test_one_row_is_told_from_many(table, frame, raw, one):
    assert table.is_one(raw) is one
    assert not any(table.is_one(many) for many in (frame, [{"a": 1}], np.zeros((1, 3))))


def test_it_comes_back_from_json(table):
    assert from_json(json.loads(json.dumps(table.to_json()))) == table


@pytest.mark.parametrize("columns", [(), (Numeric("a"), Category("a"))])
def test_each_column_needs_a_name_of_its_own(columns):
    with pytest.raises(kit.KitError, match="at least one column"):
        Table(columns)


def test_it_describes_itself(table):
    assert table.describe() == "a table of 1 numeric, 1 boolean, 1 date, 1 category columns"


def test_fitted_tables_know_it(table):
    assert table.is_fitted and not Table.of_numbers(3).is_fitted


def test_encoding_warns_of_nothing_on_good_data(table, frame):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table.encode(frame)
