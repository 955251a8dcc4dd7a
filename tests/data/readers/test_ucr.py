"""Text files of the UCR archive: the label first, whatever stands between the values."""

import numpy as np
import pytest

import kit
from kit.data import readers
from kit.data.readers import Request


def rows(count=4, steps=24):
    values = np.random.default_rng(0).normal(size=(count, steps))
    return values, np.arange(count) % 2 + 1


def written(folder, separator, name="wave_TRAIN.txt", end=""):
    values, labels = rows()
    lines = [
        separator.join([f"{n:.7e}", *map(str, row)]) + end for n, row in zip(labels, values, strict=True)
    ]
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("separator", [" ", ",", "\t", "   "])
def test_spaces_commas_and_tabs_are_taken(separator, tmp_path):
    raw = readers.read(Request(written(tmp_path, separator)))
    assert raw.series and raw.form == "classification" and raw.labels.tolist() == [1, 2, 1, 2]
    np.testing.assert_allclose(np.stack(raw.inputs)[..., 0], rows()[0])


def test_missing_values_at_the_end_are_no_steps(tmp_path):
    raw = readers.read(Request(written(tmp_path, ",", end=",NaN,NaN")))
    assert [len(one) for one in raw.inputs] == [24] * 4


def test_a_line_with_text_is_named(tmp_path):
    path = written(tmp_path, ",")
    path.write_text(path.read_text() + "1," + ",".join(["0.5"] * 23) + ",high\n")
    raw = readers.read(Request(path))
    assert len(raw) == 4 and "line 5: 'high'; expected a number" in str(raw.findings[0].fault)


@pytest.mark.parametrize("name", ["wave.txt", "other_TRAIN.txt"])
def test_a_plain_table_stays_one(name, tmp_path):
    path = tmp_path / name
    text = "a b c\n1 2 3\n4 5 6\n" if name.startswith("other") else written(tmp_path, " ").read_text()
    path.write_text(text)
    assert not readers.read(Request(path)).series


def test_the_real_file_is_split_as_its_lists_say(real_data):
    data = kit.load_data(real_data / "sequence" / "ECG5000_TRAIN.txt")
    assert data.input.shape == (140, 1) and data.task.classes == (1, 2, 3, 4, 5)
    assert [len(part) for part in data.parts().values()] == [350, 75, 75]
