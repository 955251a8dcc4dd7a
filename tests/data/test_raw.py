"""kit.data.raw: samples as they were found."""

import numpy as np
import pandas as pd

from kit.data.raw import Raw, renumbered, rows_of


def test_rows_of_a_frame_an_array_and_a_list_agree():
    assert rows_of(pd.DataFrame({"a": [5, 6, 7]}), [2, 0])["a"].tolist() == [7, 5]
    assert rows_of(np.array([5, 6, 7]), [2, 0]).tolist() == [7, 5]
    assert rows_of([5, 6, 7], [2, 0]) == [7, 5]


def test_a_taken_frame_counts_its_rows_anew():
    assert rows_of(pd.DataFrame({"a": [5, 6, 7]}), [2, 0]).index.tolist() == [0, 1]


def test_parts_lose_the_dropped_samples_and_are_renumbered():
    parts = renumbered({"train": np.array([0, 3]), "test": np.array([1])}, np.array([0, 2, 3]), 4)
    assert parts["train"].tolist() == [0, 2] and parts["test"].tolist() == []
    assert renumbered(None, np.array([0]), 1) is None


def test_keeping_samples_keeps_all_that_belongs_to_them():
    raw = Raw("r", [10, 11, 12], np.array([0, 1, 2]), ["a", "b", "c"], groups=np.array([7, 8, 9]))
    raw.parts = {"train": np.array([0, 2])}
    raw.keep(np.array([1, 2]))
    assert (raw.inputs, raw.labels.tolist(), raw.names, raw.groups.tolist()) == (
        [11, 12],
        [1, 2],
        ["b", "c"],
        [8, 9],
    )
    assert raw.parts["train"].tolist() == [1]


def test_what_has_columns_is_a_table():
    assert Raw("r", pd.DataFrame()).is_table and not Raw("r", np.zeros(3)).is_table
