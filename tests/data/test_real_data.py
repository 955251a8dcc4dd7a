"""load_data on real files with real dirt: what is found, in how many samples, with what said."""

import numpy as np
import pytest

import kit

CASES = {  # path: (options, sizes of the parts, task or classes, kind of input)
    "tabular/titanic.csv": ({"target": "survived"}, (624, 134, 133), (0, 1), "14 columns"),
    "tabular/mpg.csv": ({"target": "mpg"}, (279, 60, 59), ("mpg",), "7 columns"),
    "tabular/penguins.csv": (
        {"target": "species"},
        (241, 52, 51),
        ("Adelie", "Chinstrap", "Gentoo"),
        "6 columns",
    ),
    "tabular/penguins_raw.csv": ({"target": "Sex"}, (239, 51, 43), ("FEMALE", "MALE"), "13 columns"),
    "tabular/abalone.csv": ({"target": "-1"}, (2924, 627, 626), ("column_8",), "8 columns"),
    "tabular/daily-min-temperatures.csv": ({"target": "Temp"}, (2555, 547, 548), ("Temp",), "1 columns"),
    "sequence/ECG5000_TRAIN.txt": (
        {"target": 0, "task": "classification"},
        (350, 75, 75),
        None,
        (140, 1),
    ),
    "mnist_t10k": ({}, (7000, 1000, 2000), tuple(range(10)), (28, 28, 1)),
    "smiles": ({}, (250, 44, 56), ("not_smiling", "smiling"), (64, 64, 1)),
    "cifar10_small": ({}, (1100, 200, 450), None, (32, 32, 3)),
}


@pytest.mark.parametrize("path", CASES)
def test_real_files_are_read_in_their_own_parts(real_data, path):
    options, sizes, names, shape = CASES[path]
    skip = {"on_bad": "skip"} if path.endswith("raw.csv") else {}
    data = kit.load_data(real_data / path, **options, **skip)
    found = tuple(len(part) for part in data.parts().values())
    assert found == sizes if not skip else sum(found) == sum(sizes)
    assert names is None or data.task.names == names
    assert (data.input.shape if isinstance(shape, tuple) else f"{len(data.input.columns)} columns") == shape
    for part in data.parts().values():
        x, y = part.arrays()
        arrays = list(x.values()) if isinstance(x, dict) else [x]
        assert all(len(array) == len(y) == len(part) for array in arrays) and np.isfinite(y).all()


def test_alive_gives_survived_away_and_nothing_else_of_titanic_does(real_data):
    data = kit.load_data(real_data / "tabular/titanic.csv", target="survived")
    assert [issue.where for issue in data.issues if "away" in issue.found] == ["column 'alive'"]
    ignored = kit.load_data(real_data / "tabular/titanic.csv", target="survived", ignore=["alive"])
    assert not [issue for issue in ignored.issues if "away" in issue.found]


@pytest.mark.parametrize(
    "name, target", [("penguins", "species"), ("penguins_raw", "Species"), ("mpg", "origin")]
)
def test_honest_columns_are_not_called_leaks(real_data, name, target):
    data = kit.load_data(real_data / f"tabular/{name}.csv", target=target)
    assert not [issue for issue in data.issues if "away" in issue.found]


def test_the_names_of_cars_are_left_out_as_identifiers(real_data):
    data = kit.load_data(real_data / "tabular/mpg.csv", target="mpg")
    assert "name" not in data.train.inputs and any("'name' is left out" in note for note in data.notes)


def test_missing_targets_of_penguins_are_told_row_by_row(real_data):
    with pytest.raises(kit.DataError, match="rows .*: no label"):
        kit.load_data(real_data / "tabular/penguins_raw.csv", target="Sex")


def test_a_mistyped_target_names_the_nearest(real_data):
    with pytest.raises(kit.KitError, match="Did you mean 'survived'"):
        kit.load_data(real_data / "tabular/titanic.csv", target="survved")


def test_other_seeds_draw_other_parts_where_the_file_has_none(real_data):
    import pandas as pd

    frame = pd.read_csv(real_data / "tabular/titanic.csv")
    tests = [set(kit.load_data(frame, target="survived", seed=seed).test.names) for seed in range(3)]
    assert all(120 <= len(names) <= 150 for names in tests) and tests[0] != tests[1] != tests[2]


def test_a_folder_of_tables_names_its_files(real_data):
    with pytest.raises(kit.DataError, match="give the file: abalone.csv"):
        kit.load_data(real_data / "tabular")


def counted(data):
    """How many boxes there are of each class."""
    names = [name for part in data.parts().values() for _, own in part.labels for name in own.tolist()]
    return {name: names.count(name) for name in sorted(set(names))}


def test_blood_cells_are_read_from_voc_with_two_points_among_them(real_data):
    with pytest.raises(kit.DataError) as caught:
        kit.load_data(real_data / "bccd")
    assert [fault.where for fault in caught.value.faults] == [
        "BCCD/Annotations/BloodImage_00338.xml, object 13 (RBC)",
        "BCCD/Annotations/BloodImage_00343.xml, object 4 (RBC)",
    ]
    data = kit.load_data(real_data / "bccd", on_bad="skip")
    assert [len(part) for part in data.parts().values()] == [205, 87, 72]
    assert counted(data) == {"Platelets": 361, "RBC": 4155 - 2, "WBC": 372}
    assert data.input.size == (192, 256) and data.task.classes == ("Platelets", "RBC", "WBC")
    assert max(len(boxes) for part in data.parts().values() for boxes, _ in part.labels) == 30
    own = kit.load_data(real_data / "bccd/BCCD", on_bad="skip")  # its ImageSets hold the same lists
    assert own.fingerprint == data.fingerprint and own.test.names[0].endswith(data.test.names[0][-8:])


def test_apples_are_read_from_coco(real_data):
    data = kit.load_data(real_data / "apples_coco")
    assert [len(part) for part in data.parts().values()] == [40, 40, 20]
    assert counted(data) == {"fresh_apple": 93, "rotten_apple": 64} and data.task.classes == tuple(
        counted(data)
    )


def test_coco128_is_read_from_yolo_with_its_80_classes(real_data):
    data = kit.load_data(real_data / "coco128/object_detection")
    assert [len(part) for part in data.parts().values()] == [40, 18] and len(data.task.classes) == 80
    assert sum(counted(data).values()) == 378 and counted(data)["person"] == 114
    outlined = kit.load_data(real_data / "coco128/instance_segmentation")
    assert any("8 images without boxes are kept" in note for note in outlined.notes)
