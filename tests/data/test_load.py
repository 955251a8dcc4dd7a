"""kit.load_data: any source -> samples in parts; one scenario a test."""

import warnings

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import kit
from kit.data import cache


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def frame(count=60, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=count)
    return pd.DataFrame(
        {"x": x, "colour": rng.choice(["red", "blue"], size=count), "y": np.where(x > 0, "high", "low")}
    )


def flowers(folder, classes=("rose", "tulip"), count=8, size=(4, 4)):
    rng = np.random.default_rng(0)
    for label in classes:
        (folder / label).mkdir(parents=True)
        for i in range(count):
            pixels = rng.integers(0, 256, size=(*size, 3)).astype("uint8")
            Image.fromarray(pixels).save(folder / label / f"{i}.png")
    return folder


def sizes(data):
    return [len(part) for part in data.parts().values()]


def test_a_frame_is_split_and_described_and_its_parts_encode():
    data = kit.load_data(frame(), target="y")
    assert data.task.classes == ("high", "low") and sizes(data) == [42, 9, 9]
    x, y = data.train.arrays()
    assert x["numeric"].shape == (42, 1) and x["categorical"].shape == (42, 1) and y.shape == (42, 1)


def test_statistics_come_from_the_training_part_only():
    x = np.arange(30.0)[:, None]
    y = np.arange(30) % 2
    data = kit.load_data(((x[:10], y[:10]), (x[10:], y[10:])))
    assert data.input.columns[0].center == 4.5 and data.task.prior == pytest.approx((0.5, 0.5))


def test_levels_come_from_the_training_part_and_others_are_noted():
    table = frame()
    table.loc[59, "colour"] = "green"
    rows = np.arange(60)
    pairs = [(table.loc[r, ["x", "colour"]], table.loc[r, "y"]) for r in (rows[:40], rows[40:])]
    data = kit.load_data(tuple(pairs))
    assert data.input.columns[1].levels == ("blue", "red")
    assert any("'green' of the validation part" in note for note in data.notes)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_seed_decides_the_parts_and_nothing_else_the_fingerprint(seed):
    first, again, other = (kit.load_data(frame(), target="y", seed=s) for s in (seed, seed, seed + 1))
    assert first.test.names == again.test.names != other.test.names
    assert first.fingerprint == again.fingerprint == other.fingerprint
    assert kit.load_data(frame(seed=9), target="y").fingerprint != first.fingerprint


def test_labels_count_for_the_fingerprint():
    x = np.random.default_rng(0).normal(size=(20, 2))
    y = np.arange(20) % 2
    assert kit.load_data((x, y)).fingerprint != kit.load_data((x, 1 - y)).fingerprint


def test_identical_rows_are_never_on_both_sides_of_a_drawn_split():
    table = frame(40)
    data = kit.load_data(pd.concat([table, table]), target="y")
    part_of = {name: part for part, samples in data.parts().items() for name in samples.names}
    assert all(part_of[f"row {i}"] == part_of[f"row {i + 40}"] for i in range(40))
    assert not data.issues


def test_rows_that_must_repeat_are_no_copies_so_that_each_part_sees_every_class():
    frame = pd.DataFrame({"sex": ["f", "m"] * 60, "class": ["first", "second", "third"] * 40})
    frame["survived"] = np.where(frame["sex"] == "f", "yes", "no")
    data = kit.load_data(frame, target="survived")
    assert {name: len(part) for name, part in data.parts().items()} == {
        "train": 84,
        "validation": 18,
        "test": 18,
    }
    assert all(set(part.labels) == {"yes", "no"} for part in data.parts().values())
    assert not any("identical" in str(issue) for issue in data.issues)
    assert "Equal rows are no copies" in repr(data)


def test_identical_rows_across_given_parts_are_an_issue_that_names_both():
    x = np.random.default_rng(0).normal(size=(10, 2))
    y = np.arange(10) % 2
    data = kit.load_data(((x, y), (x[3:5], y[3:5])))
    assert [issue.where for issue in data.issues] == [
        "row 3 (train), row 10 (validation)",
        "row 4 (train), row 11 (validation)",
    ]
    assert any("identical" in note for note in data.notes)


@pytest.mark.parametrize("own", [False, True], ids=["no parts", "own parts"])
def test_undivided_data_are_one_part_that_holds_every_sample(own, rng):
    x, y = rng.normal(size=(9, 3)), np.arange(9) % 3
    data = kit.load_data(((x, y), (x + 1, y)) if own else (x, y), divide=False)
    assert list(data.parts()) == ["train"] and len(data.train) == (18 if own else 9)
    assert "in one part, as you said" in repr(data)


def test_groups_stay_together_and_are_no_input():
    table = frame().assign(patient=np.repeat(np.arange(12), 5))
    data = kit.load_data(table, target="y", groups="patient")
    patients = [{int(name.split()[1]) // 5 for name in part.names} for part in data.parts().values()]
    assert not patients[0] & patients[1] and not patients[1] & patients[2] and not patients[0] & patients[2]
    assert "patient" not in data.train.inputs


def test_in_time_order_the_test_part_is_the_latest():
    table = frame().assign(day=pd.date_range("2024-01-01", periods=60)[::-1])
    data = kit.load_data(table, target="y", time="day")
    assert sorted(int(name.split()[1]) for name in data.test.names) == list(range(9))
    assert any("in time" in note for note in data.notes)


def test_ignored_columns_are_no_inputs():
    data = kit.load_data(frame(), target="y", ignore=["colour"])
    assert [column.name for column in data.input.columns] == ["x"]


def test_a_leak_is_the_first_issue_and_a_note():
    table = frame().assign(answer=lambda t: t["y"].str.upper())
    data = kit.load_data(table, target="y")
    assert data.issues[0].where == "column 'answer'" and "--ignore answer" in data.issues[0].cure
    assert any(note.startswith("Column 'answer' gives 'y' away") for note in data.notes)


def test_several_targets_are_one_regression():
    table = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 4)), columns=list("abcd"))
    data = kit.load_data(table, target=["a", "b"])
    assert data.task.targets == ("a", "b") and data.train.arrays()[1].shape == (28, 2)


@pytest.mark.parametrize(
    "labels, classes",
    [(["no", "yes"], ("no", "yes")), ([False, True], (False, True)), ([0, 1], (0, 1))],
)
def test_classes_keep_their_type(labels, classes):
    data = kit.load_data((np.random.default_rng(0).normal(size=(20, 2)), np.array(labels * 10)))
    assert data.task.classes == classes and all(
        type(a) is type(b) for a, b in zip(data.task.classes, classes, strict=True)
    )


def test_a_task_that_is_misspelt_is_refused_before_the_source_is_read():
    with pytest.raises(kit.KitError, match="Unknown task 'denosing'. Did you mean 'denoising'"):
        kit.load_data("no such file", task="denosing")


@pytest.mark.parametrize(
    ("task", "told"),
    [
        ("segmentation", "wine holds no masks. Segmentation reads masks named as their images"),
        (kit.Segmentation(2), "wine holds no masks"),
        ("denoising", "wine holds no images to clean. Denoising reads noisy/ and clean/"),
        ("detection", "wine holds no boxes. Detection reads Pascal VOC XML"),
    ],
)
def test_data_without_the_labels_of_a_task_say_what_it_reads(task, told):
    with pytest.raises(kit.KitError, match=told):
        kit.load_data("wine", task=task)


def test_a_task_of_the_user_is_fitted_to_the_training_part():
    x = np.random.default_rng(0).normal(size=(40, 2))
    data = kit.load_data((x, x[:, 0] ** 2), task=kit.Regression(("square",), loss="huber"))
    assert data.task.loss == "huber" and data.task.targets == ("square",) and data.task.mean is not None


def test_an_input_and_a_task_that_are_fitted_are_kept_so_that_new_data_is_read_as_the_old():
    old = kit.load_data(frame(), target="y")
    new = kit.load_data(
        frame(30, seed=5).assign(x=lambda t: t.x + 100), target="y", input=old.input, task=old.task
    )
    assert new.input == old.input and new.task == old.task
    assert new.test.arrays()[0]["numeric"].min() > 90


def test_new_data_for_a_fitted_task_may_lack_classes():
    old = kit.load_data(frame(), target="y")
    data = kit.load_data(frame().query("y == 'low'"), target="y", input=old.input, task=old.task)
    assert any("no samples of high" in str(issue) for issue in data.issues)


def test_all_faults_of_labels_and_inputs_come_in_one_error():
    table = frame()
    table.loc[3, "y"] = None
    table.loc[[5, 6], "x"] = np.inf
    with pytest.raises(kit.DataError) as error:
        kit.load_data(table, target="y")
    assert [fault.where for fault in error.value.faults] == ["column 'x', rows 5, 6", "row 3"]


def test_skipped_samples_are_left_out_and_listed():
    table = frame()
    table.loc[3, "y"] = None
    table.loc[[5, 6], "x"] = np.inf
    data = kit.load_data(table, target="y", on_bad="skip")
    assert sum(sizes(data)) == 57 and {issue.where for issue in data.issues} == {
        "column 'x', rows 5, 6",
        "row 3",
    }
    assert not {"row 3", "row 5", "row 6"} & {name for part in data.parts().values() for name in part.names}


def test_text_among_numbers_is_an_error_or_skipped(tmp_path):
    rows = [f"{i},{i % 2}" for i in range(30)]
    rows[7], rows[11] = "oops,1", "3,4,5"
    (tmp_path / "a.csv").write_text("\n".join(["x,y", *rows]))
    with pytest.raises(kit.DataError) as error:
        kit.load_data(tmp_path / "a.csv", target="y")
    assert [fault.where for fault in error.value.faults] == ["a.csv, line 13", "column 'x', row 7"]
    data = kit.load_data(tmp_path / "a.csv", target="y", on_bad="skip")
    assert sum(sizes(data)) == 28 and data.input.columns[0].kind == "numeric"


def test_the_number_of_a_row_is_that_of_the_file(tmp_path):
    rows = [f"{i},{i % 2}" for i in range(30)]
    rows[2], rows[20] = "1,2,3", "-1.5,"
    (tmp_path / "a.csv").write_text("\n".join(["x,y", *rows]))
    with pytest.raises(kit.DataError, match="row 20: no label"):
        kit.load_data(tmp_path / "a.csv", target="y")


@pytest.mark.parametrize(
    "labels, message",
    [
        (["a"] * 20, "1 class .'a'.; expected at least 2"),
        (["a"] * 19 + ["b"], r"class 'b': 1 sample \(row 19\)"),
        ([None] * 20, "no label"),
    ],
)
def test_too_few_classes_or_samples_of_one_are_told(labels, message):
    with pytest.raises(kit.DataError, match=message):
        kit.load_data((np.random.default_rng(0).normal(size=(20, 2)), np.array(labels, object)))


def test_halves_are_no_classes():
    x, y = np.random.default_rng(0).normal(size=(6, 2)), np.array([0, 1, 0.5, 1, 0, 1])
    with pytest.raises(kit.DataError, match="row 2: label 0.5; expected 0, 1"):
        kit.load_data((x, y), task=kit.Classification(2))


@pytest.mark.parametrize("source", [(np.zeros((0, 2)), []), pd.DataFrame({"a": [], "y": []})])
def test_no_rows_are_told(source):
    with pytest.raises(kit.DataError, match="no samples"):
        kit.load_data(source, target="y" if hasattr(source, "columns") else None)


def test_one_row_is_told():
    with pytest.raises(kit.DataError, match="1 different samples cannot be split into 3 parts"):
        kit.load_data((np.zeros((1, 2)) + [1, 2], [0.5]), input=kit.inputs.as_input((2,)))


def test_floats_up_to_one_name_the_cure_and_the_cure_works():
    x = np.random.default_rng(0).random((20, 4, 4, 1))
    y = np.arange(20) % 2
    with pytest.raises(kit.DataError, match=r"kit.Images\(\(4, 4\), 1, scale=1\)"):
        kit.load_data((x, y))
    data = kit.load_data((x, y), input=kit.Images((4, 4), 1, scale=1))
    assert data.input.mean is not None and data.train.arrays()[0].dtype == np.float32


def test_a_groups_array_of_another_length_is_told():
    with pytest.raises(kit.DataError, match="groups: 3 values; expected 20"):
        kit.load_data((np.zeros((20, 2)), np.arange(20) % 2), groups=[1, 2, 3])


def test_a_folder_of_classes_is_split_by_class(tmp_path):
    data = kit.load_data(flowers(tmp_path / "flowers", count=20))
    assert data.task.classes == ("rose", "tulip") and data.name == "flowers"
    assert sizes(data) == [28, 6, 6] and data.train.arrays()[0].dtype == np.uint8
    assert all(name.startswith(label) for name, label in zip(data.test.names, data.test.labels, strict=True))


def test_folders_of_parts_are_kept_and_a_missing_validation_part_is_drawn(tmp_path):
    flowers(tmp_path / "f" / "train", count=20)
    flowers(tmp_path / "f" / "test", count=3)
    data = kit.load_data(tmp_path / "f")
    assert sizes(data) == [34, 6, 6] and all(name.startswith("test/") for name in data.test.names)
    assert any("15 % of the training part are drawn" in note for note in data.notes)


def test_identical_files_of_a_folder_share_a_part(tmp_path):
    root = flowers(tmp_path / "f", count=20)
    for i in range(20):
        (root / "rose" / f"copy{i}.png").write_bytes((root / "rose" / f"{i}.png").read_bytes())
    data = kit.load_data(root)
    part_of = {name: part for part, samples in data.parts().items() for name in samples.names}
    assert all(part_of[f"rose/{i}.png"] == part_of[f"rose/copy{i}.png"] for i in range(20))


def test_every_bad_file_is_told_at_once_or_skipped(tmp_path):
    root = flowers(tmp_path / "f", count=12)
    (root / "rose" / "0.png").write_bytes(b"")
    (root / "rose" / "1.png").write_text("text")
    (root / "tulip" / "2.png").write_bytes((root / "tulip" / "2.png").read_bytes()[:-30])
    before = {path: path.read_bytes() for path in root.rglob("*.png")}
    with pytest.raises(kit.DataError) as error:
        kit.load_data(root)
    assert [fault.where for fault in error.value.faults] == ["rose/0.png", "rose/1.png", "tulip/2.png"]
    data = kit.load_data(root, on_bad="skip")
    assert sum(sizes(data)) == 21 and len(data.issues) == 3
    assert {path: path.read_bytes() for path in root.rglob("*.png")} == before


def test_a_folder_that_does_not_fit_in_memory_streams_from_the_disk(tmp_path, monkeypatch):
    root = flowers(tmp_path / "f", count=12)
    small, large = kit.load_data(root, memory=0), kit.load_data(root)
    for part in ("train", "validation", "test"):
        x, y = getattr(small, part).arrays()
        assert isinstance(x, np.memmap)
        assert (x == getattr(large, part).arrays()[0]).all() and (y == getattr(large, part).arrays()[1]).all()
    assert small.fingerprint == large.fingerprint and small.input == large.input
    monkeypatch.setattr(kit.Images, "decode", None)  # a second run decodes nothing
    assert kit.load_data(root, memory=0).fingerprint == small.fingerprint
    assert (cache.folder()).is_dir()


def test_image_size_is_obeyed(tmp_path):
    data = kit.load_data(flowers(tmp_path / "f"), image_size=(6, 5))
    assert data.train.arrays()[0].shape[1:] == (6, 5, 3)


def test_lists_of_paths_in_splits_are_obeyed(tmp_path):
    root = flowers(tmp_path / "f", count=4)
    (root / "splits").mkdir()
    lists = {"train": ["0", "1"], "val": ["2"], "test": ["3"]}
    for part, stems in lists.items():
        lines = [f"{label}/{stem}.png" for label in ("rose", "tulip") for stem in stems]
        (root / "splits" / f"{part}.txt").write_text("\n".join(lines))
    data = kit.load_data(root)
    assert sizes(data) == [4, 2, 2] and data.test.names == ["rose/3.png", "tulip/3.png"]


def test_a_bad_image_of_an_array_is_skipped_and_the_others_stay():
    x = np.random.default_rng(0).integers(0, 256, size=(21, 4, 4, 1)).astype("float32")
    x[3] = np.nan
    y = np.arange(21) % 2
    with pytest.raises(kit.DataError, match="image 3: NaN"):
        kit.load_data((x, y))
    data = kit.load_data((x, y), on_bad="skip")
    assert sum(sizes(data)) == 20 and data.train.arrays()[0].max() > 0


@pytest.mark.parametrize("column", [[{"k": 1}, [2]] * 10, pd.to_timedelta(range(20), unit="h")])
def test_columns_of_other_things_are_told(column):
    table = pd.DataFrame({"x": column, "z": range(20), "y": [0, 1] * 10})
    with pytest.raises(kit.DataError, match="1 fault in the data:\n  column 'x', rows 0, 1"):
        kit.load_data(table, target="y")


def test_a_target_of_dates_is_told():
    table = pd.DataFrame({"x": range(20), "y": pd.date_range("2024", periods=20)})
    with pytest.raises(kit.DataError, match="15 more: targets such as .2024-01-01.*expected finite numbers"):
        kit.load_data(table, target="y")


def test_labels_and_a_target_column_are_one_too_many():
    with pytest.raises(kit.KitError, match="Leave one out"):
        kit.load_data((np.zeros((4, 2)), [0, 1, 0, 1]), target="x0")


@pytest.mark.parametrize("option", [{"on_bad": "ignore"}, {"task": "clasification"}])
def test_unknown_options_are_refused(option):
    with pytest.raises(kit.KitError):
        kit.load_data("wine", **option)


@pytest.mark.parametrize("source", ["digits", "breast_cancer", "wine", "diabetes"])
def test_built_in_data_have_no_issues_and_warn_of_nothing(source):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = kit.load_data(source)
        for part in data.parts().values():
            part.arrays()
    assert not data.issues and sum(sizes(data)) in (1797, 569, 178, 442)


def test_digits_are_the_digits():
    data = kit.load_data("digits")
    assert data.task.classes == tuple(range(10)) and data.input.shape == (8, 8, 1)
    assert data.train.arrays()[0].max() == 16


def test_a_class_of_which_all_samples_were_skipped_is_told(tmp_path):
    root = flowers(tmp_path / "f", classes=("rose", "tulip", "weed"), count=4)
    for path in (root / "weed").iterdir():
        path.write_bytes(b"")
    with pytest.raises(kit.DataError, match="class 'weed': no samples are left"):
        kit.load_data(root, on_bad="skip")


def test_a_class_that_only_the_user_knows_is_an_issue(tmp_path):
    root = flowers(tmp_path / "f")
    data = kit.load_data(root, task=kit.Classification(("rose", "tulip", "weed")))
    assert any("no samples of weed" in issue.found for issue in data.issues)


def test_tiff_files_of_several_pages_are_told(tmp_path, rng):
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for number in range(4):
            pages = [Image.fromarray(rng.integers(0, 256, (8, 8)).astype("uint8")) for _ in range(3)]
            several = {"save_all": True, "append_images": pages[1:]} if name == "dog" and not number else {}
            pages[0].save(tmp_path / name / f"{number}.tif", **several)
    (issue,) = [each for each in kit.load_data(tmp_path).issues if "pages" in each.found]
    assert issue.where == "dog/0.tif" and "up to 3 pages, of which the first is read" in issue.found
