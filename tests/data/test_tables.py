"""kit.data.tables: from a frame to columns and labels."""

import numpy as np
import pandas as pd
import pytest

import kit
from kit.data import tables
from kit.data.raw import Raw
from kit.data.readers import Request


@pytest.fixture
def frame():
    return pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "x"], "who": [7, 7, 8], "c": [0.5, 1.5, 2.5]})


def taken(frame, **wishes):
    raw = Raw("data", frame, names=["row 0", "row 1", "row 2"])
    tables.take_out(raw, Request("data", **wishes))
    return raw


def test_the_target_leaves_the_inputs(frame):
    raw = taken(frame, target="c")
    assert list(raw.inputs.columns) == ["a", "b", "who"] and raw.labels.tolist() == [0.5, 1.5, 2.5]
    assert raw.target == ("c",)


def test_several_targets_are_a_matrix(frame):
    raw = taken(frame, target=["a", "c"])
    assert raw.labels.tolist() == [[1, 0.5], [2, 1.5], [3, 2.5]] and raw.target == ("a", "c")


@pytest.mark.parametrize("name, found", [("c", "c"), (-1, "c"), ("-1", "c"), (0, "a"), ("1", "b")])
def test_columns_are_found_by_name_or_position(frame, name, found):
    assert tables.column(name, frame) == found


@pytest.mark.parametrize("name", ["d", 9, "-9"])
def test_an_unknown_column_names_the_known_ones(frame, name):
    with pytest.raises(kit.KitError, match=f"Unknown column '{name}'.*Known: a, b, c, who"):
        tables.column(name, frame)


def test_a_numbered_name_wins_over_a_position():
    assert tables.column("0", pd.DataFrame({"1": [1], "0": [2]})) == "0"


def test_without_a_target_the_columns_are_listed_and_the_option_named(frame):
    with pytest.raises(kit.KitError, match="--target NAME.*\nColumns: a, b, who, c"):
        taken(frame)


def test_a_column_called_target_is_the_target(frame):
    raw = taken(frame.rename(columns={"a": "Target"}))
    assert raw.target == ("Target",) and "by its name" in raw.notes[0]


def test_groups_times_and_ignored_columns_are_no_inputs(frame):
    raw = taken(frame, target="c", groups="who", time="a", ignore="b")
    assert (
        list(raw.inputs.columns) == []
        and raw.groups.tolist() == [7, 7, 8]
        and raw.times.tolist() == [1, 2, 3]
    )
    assert len(raw.notes) == 4


def test_groups_may_be_an_array(frame):
    raw = taken(frame, target="c", groups=[1, 1, 2])
    assert raw.groups.tolist() == [1, 1, 2] and "who" in raw.inputs


def test_rows_have_equal_keys_where_all_values_are_equal():
    raw = Raw("data", pd.DataFrame({"a": [1, 1, 2, np.nan, np.nan], "b": ["x", "x", "x", None, None]}))
    keys = tables.keys(raw)
    assert keys[0] == keys[1] != keys[2] and keys[3] == keys[4]


def test_a_table_of_the_user_is_obeyed(frame):
    raw = taken(frame, target="c")
    table = kit.Table((kit.inputs.as_input((1,)).columns[0],))
    with pytest.raises(kit.SchemaError, match="column 'x0': missing"):
        tables.described(raw, Request("data", input=table))


def test_images_cannot_read_a_table(frame):
    with pytest.raises(kit.KitError, match="is a table and cannot be read as colour images"):
        tables.described(taken(frame, target="c"), Request("data", input=kit.Images((2, 2))))


def test_no_column_left_is_told_with_the_reasons(frame):
    raw = taken(frame.assign(a=1)[["a", "c"]], target="c")
    with pytest.raises(kit.DataError, match="no column is left.*'a' is left out: it is the same"):
        tables.described(raw, Request("data"))


@pytest.mark.parametrize(
    "times",
    [
        [3, 1, 2],
        ["2024-03-01", "2024-01-01", "2024-02-01"],
        pd.to_datetime(["2024-03-01", "2024-01-01", "2024-02-01"]),
    ],
)
def test_times_are_numbers_or_dates(times):
    assert np.argsort(tables.moments(np.asarray(times), ["row 0", "row 1", "row 2"])).tolist() == [1, 2, 0]


def test_times_that_are_missing_or_no_times_are_named():
    with pytest.raises(kit.DataError, match="time, row 1: 'soon'; expected dates") as error:
        tables.moments(np.array(["2024-01-01", "soon", None], object), ["row 0", "row 1", "row 2"])
    assert "time, row 2: missing" in str(error.value)


def test_targets_are_matched_to_a_task_by_their_names():
    frame = pd.DataFrame({"a": range(40), "z": np.arange(40) + 1000.0, "y": np.arange(40.0)})
    data = kit.load_data(frame, kit.Regression(("y", "z")), target=["z", "y"])
    assert data.task.mean[0] < 50 < data.task.mean[1]


def test_classes_of_an_ordered_column_keep_their_order():
    steps = ["low", "mid", "high"]
    column = pd.Categorical(steps * 20, [*steps, "never"], ordered=True)
    data = kit.load_data(pd.DataFrame({"a": range(60), "g": column}), target="g")
    assert data.task.classes == ("low", "mid", "high")


def test_groups_that_time_divides_are_told():
    frame = pd.DataFrame({"a": range(60), "t": range(60), "who": [0, 1, 2] * 20, "y": [0, 1] * 30})
    issues = kit.load_data(frame, target="y", groups="who", time="t").issues
    assert any(issue.found.startswith("3 groups with rows in several parts") for issue in issues)
