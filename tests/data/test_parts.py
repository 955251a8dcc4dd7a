"""kit.data.parts: the parts that a source itself has."""

import pandas as pd
import pytest

from kit.data import parts
from kit.errors import DataError


def lists(folder, **lines):
    (folder / "splits").mkdir()
    for name, content in lines.items():
        (folder / "splits" / f"{name}.txt").write_text("\n".join(content), "utf-8")
    return folder


def read(path):
    frame = pd.read_csv(path)
    return frame, range(len(frame)), len(frame)


@pytest.mark.parametrize(
    "name, part",
    [
        ("train", "train"),
        ("TRAIN", "train"),
        ("val", "validation"),
        ("valid", "validation"),
        ("Validation", "validation"),
    ]
    + [("test", "test"), ("splits", None), ("trains", None)],
)
def test_folders_are_known_by_their_usual_names(name, part):
    assert parts.part_named(name) == part


def test_lists_are_found_with_and_without_the_stem(tmp_path):
    lists(tmp_path, train="0", val="1", test="2")
    assert list(parts.split_files(tmp_path)) == ["test", "train", "validation"]
    assert parts.split_files(tmp_path, "other")["train"].name == "train.txt"


def test_lists_of_another_file_are_not_used(tmp_path):
    lists(tmp_path, mpg_train="0", mpg_test="1")
    assert parts.split_files(tmp_path, "titanic") == {}
    assert len(parts.split_files(tmp_path, "mpg")) == 2


def test_without_a_list_for_training_there_are_no_parts(tmp_path):
    assert parts.split_files(lists(tmp_path, test="0")) == {}
    assert parts.split_files(tmp_path / "nowhere") == {}


def test_rows_are_sorted_and_blank_lines_skipped(tmp_path):
    files = parts.split_files(lists(tmp_path, train=["3", "", " 1 "], test=["0"]))
    found = parts.from_rows(files, 4)
    assert found["train"].tolist() == [1, 3] and found["test"].tolist() == [0]


def test_every_bad_line_is_named(tmp_path):
    files = parts.split_files(lists(tmp_path, train=["0", "9", "x"], test=["0"]))
    with pytest.raises(DataError) as error:
        parts.from_rows(files, 3)
    assert [fault.where for fault in error.value.faults] == [
        "splits/train.txt, line 1",
        "splits/train.txt, line 2",
        "splits/train.txt, line 3",
    ] or len(error.value.faults) == 3
    assert "a row from 0 to 2" in str(error.value) and "It is also in splits/test.txt, line 1" in str(
        error.value
    )


def test_paths_may_be_whole_or_unique_names_or_stems(tmp_path):
    files = parts.split_files(lists(tmp_path, train=["a/1.jpg", "./b/1.jpg", "2.png"], test=["3"]))
    found = parts.from_paths(files, ["a/1.jpg", "b/1.jpg", "b/2.png", "b/3.jpg"])
    assert found["train"].tolist() == [0, 1, 2] and found["test"].tolist() == [3]


def test_a_name_that_two_samples_share_is_refused(tmp_path):
    files = parts.split_files(lists(tmp_path, train=["1.jpg"]))
    with pytest.raises(DataError, match="line 1: '1.jpg'; expected the path of a sample"):
        parts.from_paths(files, ["a/1.jpg", "b/1.jpg"])


def test_paths_are_compared_in_composed_unicode(tmp_path):
    files = parts.split_files(lists(tmp_path, train=["caf\u00e9/1.jpg"]))
    assert parts.from_paths(files, ["cafe\u0301/1.jpg"])["train"].tolist() == [0]


def test_siblings_are_parts_with_rows_named_by_file(tmp_path):
    (tmp_path / "gun_TRAIN.csv").write_text("a,b\n1,2\n3,4\n")
    (tmp_path / "gun_TEST.csv").write_text("b,a\n6,5\n")
    frame, names, found, notes = parts.of_table(tmp_path / "gun_TRAIN.csv", read)
    assert frame.values.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert names[2] == "gun_TEST.csv row 0" and found["test"].tolist() == [2] and "gun_TEST.csv" in notes[0]


def test_siblings_of_other_columns_are_told(tmp_path):
    (tmp_path / "gun_TRAIN.csv").write_text("a,b\n1,2\n")
    (tmp_path / "gun_TEST.csv").write_text("a\n6\n")
    with pytest.raises(DataError, match="gun_TEST.csv: columns a; expected a, b"):
        parts.of_table(tmp_path / "gun_TRAIN.csv", read)


def test_a_file_called_train_alone_has_no_parts(tmp_path):
    (tmp_path / "gun_TRAIN.csv").write_text("a,b\n1,2\n")
    assert parts.of_table(tmp_path / "gun_TRAIN.csv", read)[2] is None


def test_rows_that_could_not_be_read_keep_the_numbers_of_the_others(tmp_path):
    lists(tmp_path, data_train=["0", "2"], data_test=["1", "3"])

    def without_row_1(path):
        return pd.DataFrame({"a": [10, 12, 13]}), [0, 2, 3], 4

    _, names, found, _ = parts.of_table(tmp_path / "data.csv", without_row_1)
    assert names == ["row 0", "row 2", "row 3"]
    assert found["train"].tolist() == [0, 1] and found["test"].tolist() == [2]


def test_lists_named_without_train_are_found_for_a_file_called_train(tmp_path):
    lists(tmp_path, gun_train=["0"], gun_test=["1"])
    (tmp_path / "gun_TRAIN.csv").write_text("a,b\n1,2\n3,4\n")
    assert parts.of_table(tmp_path / "gun_TRAIN.csv", read)[2]["test"].tolist() == [1]
