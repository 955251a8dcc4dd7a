"""kit.data.class_names: what the values of masks are called."""

import pytest

import kit
from kit.data.class_names import class_names, of_yaml

SKY = {0: "sky", 1: "road"}


@pytest.mark.parametrize(
    "file, text, names",
    [
        ("classes.txt", "sky\nroad\n", SKY),
        ("codes.txt", "\ufeffsky\r\n\r\nroad", SKY),
        ("labels.txt", "0 sky\n7 traffic light", {0: "sky", 7: "traffic light"}),
        ("labels.txt", "0: sky\n1: road", SKY),
        ("labels.txt", "# value name\n0,sky\n1,road", SKY),
        (
            "label_colors.txt",
            "64 128 64\tAnimal\n192 0 128\tArchway",
            {"#408040": "Animal", "#c00080": "Archway"},
        ),
        ("class_dict.csv", "name,r,g,b\nAnimal,64,128,64\n", {"#408040": "Animal"}),
        ("classes.json", '["sky", "road"]', SKY),
        ("classes.json", '{"0": "sky", "1": "road"}', SKY),
        ("classes.json", '{"sky": 0, "road": 1}', SKY),
        ("data.yaml", "nc: 2\nnames: ['sky', \"road\"]\n", SKY),
        ("data.yaml", "names:\n- sky\n- road\nnc: 2\n", SKY),
        ("data.yaml", "train: a\nnames:\n  0: sky  # above\n  1: road\n\nnc: 2\n", SKY),
        ("config.yaml", "classes:\n  0: sky\n  200: rug-merged\n", {0: "sky", 200: "rug-merged"}),
    ],
)
def test_names_are_read_as_data_sets_write_them(tmp_path, file, text, names):
    (tmp_path / file).write_text(text, "utf-8")
    assert class_names(tmp_path) == (names, tmp_path / file)


@pytest.mark.parametrize(
    "file, text",
    [
        ("labels.txt", "\n".join(f"{n}.jpg" for n in range(300))),
        ("config.yaml", "path: .\ntrain: images/train\n"),
        ("classes.json", "17"),
        ("classes.txt", ""),
    ],
)
def test_files_of_something_else_hold_no_names(tmp_path, file, text):
    (tmp_path / file).write_text(text)
    assert class_names(tmp_path) == ({}, None)


def test_no_file_is_no_names_and_the_first_file_wins(tmp_path):
    assert class_names(tmp_path) == ({}, None)
    (tmp_path / "data.yaml").write_text("names: [a, b]")
    (tmp_path / "classes.txt").write_text("sky\nroad")
    assert class_names(tmp_path)[0] == SKY


def test_damaged_json_is_a_fault_that_names_the_file(tmp_path):
    (tmp_path / "classes.json").write_text("{")
    with pytest.raises(kit.DataError, match="classes.json: not readable as JSON"):
        class_names(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        'names: [\n  "zebra",  # striped, wild\n  "ant",  # small]\n]',
        "names:\n- zebra  # striped\n# a line\n- ant",
        "names: ['zebra', 'ant']  # two",
        "names:\n  0: zebra  # striped\n  # more\n  1: ant",
    ],
)
def test_comments_of_yaml_are_no_names(text):
    assert of_yaml(text) == {0: "zebra", 1: "ant"}
