"""CSV files and their kin."""

import pytest

import kit
from kit.data.readers import Request
from kit.data.readers.delimited import read
from kit.inputs.columns import Category


@pytest.fixture
def table(tmp_path):
    def write(text, name="data.csv", encoding="utf-8"):
        (tmp_path / name).write_bytes(text.encode(encoding))
        return read(Request(tmp_path / name))

    return write


def test_a_plain_file_is_read(table):
    raw = table("a,b\n1,x\n2,y\n")
    assert raw.inputs.to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}
    assert raw.names == ["row 0", "row 1"] and raw.name == "data"
    assert raw.notes[0] == "Took data.csv for a table of cells separated by commas, with a header, 2 rows."


def test_a_file_without_header_numbers_its_columns(table):
    raw = table("M,0.5\nF,0.7\n")
    assert list(raw.inputs.columns) == ["column_0", "column_1"] and len(raw) == 2
    assert "without a header" in raw.notes[0]


@pytest.mark.parametrize(
    "name, text", [("a.tsv", "a\tb\n1,5\t2\n"), ("a.txt", "a;b\n1,5;2\n"), ("a.csv", "sep=;\na;b\n1,5;2\n")]
)
def test_decimal_commas_of_european_files_are_numbers(table, name, text):
    assert table(text, name).inputs.to_dict("list") == {"a": [1.5], "b": [2]}


def test_files_of_spaces_are_read(table):
    assert table("  1.5   2\n  3.5   4\n", "a.data").inputs.to_numpy().tolist() == [[1.5, 2], [3.5, 4]]


@pytest.mark.parametrize("cell", ["", "NA", "nan", "?", "null"])
def test_the_usual_signs_of_a_missing_value_are_missing(table, cell):
    assert table(f"a,b\n1,x\n{cell},y\n").inputs["a"].isna().tolist() == [False, True]


def test_latin_text_is_read_and_said(table):
    raw = table("name,age\nJos\u00e9,3\nAnn,4\n", encoding="cp1252")
    assert raw.inputs["name"][0] == "Jos\u00e9" and "Windows-1252" in raw.notes[0]


def test_rows_that_do_not_fit_are_findings_by_line_and_the_others_keep_their_numbers(table):
    raw = table("a,b\n1,2\n3\n\n4,5,6\n7,8\n")
    assert raw.inputs["a"].tolist() == [1, 7] and raw.names == ["row 0", "row 3"]
    assert [(f.fault.where, f.fault.found) for f in raw.findings] == [
        ("data.csv, line 3", "1 cells"),
        ("data.csv, line 5", "3 cells"),
    ]


def test_cells_may_hold_separators_quotes_and_line_ends(table):
    raw = table('a,b\n"1,5","he said ""no""\nand left"\n2,y\n')
    assert raw.inputs["b"].tolist() == ['he said "no"\nand left', "y"]


def test_names_that_occur_twice_are_told_apart(table):
    assert list(table("a,b,a\n1,2,3\n").inputs.columns) == ["a", "b", "a.1"]


@pytest.mark.parametrize("text", ["", "\n", "  \n"])
def test_an_empty_file_is_told(table, text):
    with pytest.raises(kit.DataError, match="empty file"):
        table(text)


def test_a_header_alone_is_no_rows(table):
    assert len(table("a,b\n")) == 0


def test_lists_of_parts_beside_the_file_are_used(table, tmp_path):
    (tmp_path / "splits").mkdir()
    for part, rows in {"train": "0\n3", "test": "2"}.items():
        (tmp_path / "splits" / f"data_{part}.txt").write_text(rows)
    raw = table("a,b\n1,2\n3\n5,6\n7,8\n")  # row 1 cannot be read
    assert raw.parts["train"].tolist() == [0, 2] and raw.parts["test"].tolist() == [1]


def test_the_file_is_not_changed(table, tmp_path):
    table("a,b\n1,2\n")
    assert (tmp_path / "data.csv").read_text() == "a,b\n1,2\n" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("odd", ["", "1,777", "1,888,x,y,z"])
def test_cells_of_several_lines_do_not_move_the_lines_that_are_left_out(tmp_path, odd, ending):
    rows = [f'{n % 2},{n},"first{ending}second"' for n in range(60)]
    text = ending.join(["y,x,note", *rows[:30], odd, *rows[30:]])
    (tmp_path / "t.csv").write_bytes(text.encode())
    data = kit.load_data(tmp_path / "t.csv", target="y", on_bad="skip")
    assert sorted(int(x) for part in data.parts().values() for x in part.inputs.x) == list(range(60))


@pytest.mark.parametrize("separator, quote", [("\t", ""), (";", ""), (",", '"')])
def test_commas_between_thousands_are_no_decimal_commas(tmp_path, separator, quote):
    incomes = ["850", "1,200", "999", "23,500", "1,234,000"] * 12
    rows = [f"{quote}{income}{quote}{separator}{30 + place}" for place, income in enumerate(incomes)]
    (tmp_path / "t.txt").write_text("\n".join([f"income{separator}age", *rows]))
    raw = read(Request(tmp_path / "t.txt"))
    assert raw.inputs.income.tolist()[:5] == [850, 1200, 999, 23500, 1234000]
    assert "commas between thousands" in raw.notes[0]


@pytest.mark.parametrize(
    "cells", [["0,567", "1,234"], ["1,25", "1,234"], ["1,234", "2,345"], ["2020", "1,234"]]
)
def test_other_commas_are_decimal(tmp_path, cells):
    (tmp_path / "t.txt").write_text("\n".join(["a;b", *(f"{cell};{n}" for n, cell in enumerate(cells * 9))]))
    expected = [float(cell.replace(",", ".")) for cell in cells]
    assert read(Request(tmp_path / "t.txt")).inputs.a.tolist()[: len(cells)] == expected


def test_columns_that_were_texts_in_training_are_texts_of_digits_too(table, tmp_path):
    assert table("code,message,said\n007,0800,1\n12,5,2\n").inputs["code"].tolist() == [7, 12]
    codes = kit.Table((Category("code", ("007", "A1")),))
    again = read(Request(tmp_path / "data.csv", input=codes)).inputs
    assert again.to_dict("list") == {"code": ["007", "12"], "message": [800, 5], "said": [1, 2]}
    task = kit.Classification(("1", "2", "x"))
    again = read(Request(tmp_path / "data.csv", task, "said", input=kit.Texts("message"))).inputs
    assert again.to_dict("list") == {"code": [7, 12], "message": ["0800", "5"], "said": ["1", "2"]}


@pytest.mark.parametrize(
    ("target", "task", "labels"),
    [
        ("kind", None, ["001", "010", "002"]),
        (-1, "classification", ["001", "010", "002"]),
        ("kind", "regression", [1, 10, 2]),
        ("zip", None, [1, 10, 2]),
        ("size", None, [1, 10, 2]),
    ],
)
def test_a_target_of_numbers_padded_with_zeros_names_classes(tmp_path, target, task, labels):
    (tmp_path / "data.csv").write_text("zip,size,kind\n01234,3,001\n20000,12,010\n00501,7,002\n")
    assert read(Request(tmp_path / "data.csv", task, target)).inputs["kind"].tolist() == labels
