"""DataFrames."""

import pandas as pd
import pytest

import kit
from kit.data.readers import Request
from kit.data.readers.frames import read


def test_the_index_is_not_used_and_the_frame_not_changed():
    frame = pd.DataFrame({0: [1, 2], "b": [3, 4]}, index=[7, 9])
    raw = read(Request(frame))
    assert list(raw.inputs.columns) == ["0", "b"] and raw.inputs.index.tolist() == [0, 1]
    assert frame.index.tolist() == [7, 9] and list(frame.columns) == [0, "b"]


def test_names_that_occur_twice_are_refused():
    frame = pd.DataFrame([[1, 2, 3]], columns=["a", "a", "b"])
    with pytest.raises(kit.DataError, match="column 'a': there more than once"):
        read(Request(frame))
