"""`.ts` files: what the head says, several channels, gaps, and lines at fault."""

import numpy as np
import pytest

import kit
from kit.data.readers import Request
from kit.data.readers.ts import read
from kit.errors import DataError

HEAD = "#a comment\n@problemName toy\n@univariate false\n@classLabel true up down\n@data\n"


def written(folder, text, name="toy.ts"):
    path = folder / name
    path.write_text(text)
    return path


def of(path):
    return read(Request(path))


def test_channels_stand_between_colons_and_the_label_last(tmp_path):
    raw = of(written(tmp_path, HEAD + "1,2,3:4,5,6:up\n1,2:3,?:down\n"))
    assert raw.series and raw.form == "classification" and raw.labels.tolist() == ["up", "down"]
    np.testing.assert_array_equal(raw.inputs[0], [[1, 4], [2, 5], [3, 6]])
    np.testing.assert_array_equal(raw.inputs[1], [[1, 3], [2, np.nan]])


def test_labels_that_are_whole_numbers_stay_numbers(tmp_path):
    raw = of(written(tmp_path, "@classLabel true 1 2\n@data\n1,2:1\n3,4:2\n"))
    assert raw.labels.tolist() == [1, 2]


def test_numbers_to_predict_are_a_regression(tmp_path):
    raw = of(written(tmp_path, "@targetLabel true\n@data\n1,2:0.5\n3,4:2\n"))
    assert raw.form == "regression" and raw.labels.tolist() == [0.5, 2.0]


def test_the_sibling_is_the_test_part(tmp_path):
    path = written(tmp_path, HEAD + "1:1:up\n2:2:down\n", "toy_TRAIN.ts")
    written(tmp_path, HEAD + "3:3:up\n", "toy_TEST.ts")
    raw = of(path)
    assert {part: rows.tolist() for part, rows in raw.parts.items()} == {"train": [0, 1], "test": [2]}
    assert raw.names[2] == "toy_TEST.ts row 0"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("1,x:2,3:up", "line 7: 'x'; expected numbers"),
        ("1,2:3:up", "channels of 1 to 2 steps; expected as many"),
        ("1,2:3,4:left", "label 'left'; expected one of up, down"),
        ("1,2:up", "1 channels; expected 2"),
    ],
)
def test_a_line_at_fault_is_named_and_the_others_are_read(line, words, tmp_path):
    raw = of(written(tmp_path, HEAD + f"1,2:3,4:up\n{line}\n5,6:7,8:down\n"))
    assert raw.labels.tolist() == ["up", "down"]
    assert words in str(raw.findings[0].fault)


def test_a_series_of_no_steps_is_told_when_it_is_encoded(tmp_path):
    lines = "".join(f"{n},2:up\n{n},4:down\n" for n in range(4))
    path = written(tmp_path, "@classLabel true up down\n@data\n" + lines + ":up\n")
    with pytest.raises(DataError, match="row 8: 0 steps; expected at least 1"):
        kit.load_data(path)
    skipped = kit.load_data(path, on_bad="skip")
    assert sum(map(len, skipped.parts().values())) == 8 and "0 steps" in str(skipped.issues)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,2,3\n", "no line @data"),
        ("@timeStamps true\n@data\n(0,1),(1,2):a\n", "times beside the values"),
    ],
)
def test_what_is_no_such_file_is_refused(text, words, tmp_path):
    with pytest.raises(DataError, match=words):
        of(written(tmp_path, text))


def test_real_files_have_the_series_that_their_archive_counts(real_data):
    gun = kit.load_data(real_data / "sequence" / "GunPoint_TRAIN.ts")
    vowels = kit.load_data(real_data / "sequence" / "JapaneseVowels_TRAIN.ts")
    assert (len(gun.train) + len(gun.validation), len(gun.test)) == (50, 150)
    assert (len(vowels.train) + len(vowels.validation), len(vowels.test)) == (270, 370)
    assert gun.input.shape == (150, 1) and not gun.input.variable
    assert vowels.input.shape == (29, 12) and vowels.input.variable
    assert vowels.task.classes == tuple(range(1, 10))
