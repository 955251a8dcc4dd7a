"""Parquet files."""

import pandas as pd
import pytest

import kit
from kit.data.readers import Request
from kit.data.readers.parquet import read


def test_a_parquet_file_gives_the_frame_back(tmp_path):
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": pd.to_datetime(["2020-01-01", "2021-01-01"])})
    frame.to_parquet(tmp_path / "a.parquet")
    raw = read(Request(tmp_path / "a.parquet"))
    pd.testing.assert_frame_equal(raw.inputs, frame, check_dtype=False)
    assert raw.names == ["row 0", "row 1"] and "Parquet" in raw.notes[0]


def test_a_damaged_file_is_told(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(kit.DataError, match="a.parquet: not readable as Parquet"):
        read(Request(tmp_path / "a.parquet"))


def test_without_pyarrow_the_command_that_installs_it_is_named(tmp_path, monkeypatch):
    (tmp_path / "a.parquet").write_bytes(b"PAR1")

    def missing(*_, **__):
        raise ImportError

    monkeypatch.setattr(pd, "read_parquet", missing)
    with pytest.raises(kit.KitError, match=r"pip install 'keras-kit\[parquet\]'"):
        read(Request(tmp_path / "a.parquet"))
