"""kit predict: every input once, as CSV or JSON, on stdout or in a file."""

import csv
import io
import json

import pytest

import kit


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_files_and_folders_give_a_row_each(call, of_images, pictures):
    done = call("predict", of_images, pictures / "b.png", pictures)
    rows = rows_of(done.out)
    assert done.status == 0
    assert [row["input"] for row in rows] == [
        *(str(pictures / name) for name in ("b.png", "a.png", "b.png", "deep/c.png"))
    ]
    assert list(rows[0]) == ["input", "label", "probability", "probability of =cat", "probability of dog"]
    expected = kit.load(of_images)(pictures / "a.png").probability
    assert float(rows[1]["probability"]) == pytest.approx(expected, abs=1e-6)


def test_json_is_one_object_with_all_predictions(call, of_images, pictures):
    done = call("predict", of_images, pictures, "--json")
    predictions = done.json["predictions"]
    assert [each["label"] in ("=cat", "dog") for each in predictions] == [True] * 3
    assert set(predictions[0]) == {"input", "label", "probability", "probabilities"}
    assert json.loads(call("predict", of_images, pictures, "--as", "json").out) == done.json


def test_a_cell_that_a_spreadsheet_would_run_is_made_inert(call, of_images, pictures, tmp_path):
    formula = tmp_path / "=cmd.png"
    formula.write_bytes((pictures / "a.png").read_bytes())
    rows = rows_of(call("predict", of_images, "=cmd.png", pictures).out)
    assert rows[0]["input"] == "'=cmd.png"
    assert {row["label"] for row in rows} <= {"'=cat", "dog"}
    assert call("predict", of_images, "=cmd.png", "--json").json["predictions"][0]["input"] == "=cmd.png"


@pytest.mark.parametrize(("name", "words"), [("p.csv", []), ("p.json", []), ("p.txt", ["--as", "json"])])
def test_a_file_is_written_whole_and_stdout_stays_empty(call, of_rows, people, tmp_path, name, words):
    done = call("predict", of_rows, people, "--out", tmp_path / name, *words)
    assert (done.status, done.out) == (0, "")
    text = (tmp_path / name).read_text()
    is_json = "json" in name or words
    assert len(json.loads(text)["predictions"] if is_json else rows_of(text)) == 3
    assert "3 predictions" in done.err


def test_rows_of_a_table_are_found_by_the_names_of_the_columns(call, of_rows, people):
    done = call("predict", of_rows, people, "--json")
    rows = [{"age": 30, "town": "Rome"}, {"age": 50, "town": "Oslo"}, {"age": 41, "town": "Paris"}]
    expected = [decision.value for decision in kit.load(of_rows)(rows)]
    assert [each["value"] for each in done.json["predictions"]] == pytest.approx(expected, abs=1e-5)
    assert [each["input"] for each in done.json["predictions"]] == ["row 0", "row 1", "row 2"]


def test_several_tables_name_their_rows_by_file(call, of_rows, people):
    predictions = call("predict", of_rows, people, people, "--json").json["predictions"]
    assert [each["input"] for each in predictions][3] == f"{people}: row 0"


def test_columns_that_training_had_not_are_said_once_and_ignored(call, of_rows, tmp_path):
    (tmp_path / "more.csv").write_text("age,town,pay\n30,Rome,1000\n50,Oslo,2000\n")
    done = call("predict", of_rows, "more.csv")
    assert done.status == 0
    assert [line for line in done.err.splitlines() if "'pay'" in line and "ignored" in line]


def test_categories_that_training_had_not_are_said(call, of_rows, people):
    done = call("predict", of_rows, people)
    assert done.status == 0
    assert "warning: column 'town': 'Paris' not there in training, so unknown" in done.err


def test_a_typo_in_a_column_of_numbers_is_the_one_fault(call, of_rows, tmp_path):
    rows = [f"{20 + row},Rome" for row in range(300)]
    rows[270] = "4O,Rome"
    (tmp_path / "typo.csv").write_text("\n".join(["age,town", *rows]) + "\n")
    done = call("predict", of_rows, "typo.csv")
    assert done.status == 2 and "1 fault in the data" in done.err
    assert "column 'age', row 270: '4O'; expected numbers" in done.err


def test_columns_that_differ_in_case_are_named(call, of_rows, tmp_path):
    (tmp_path / "upper.csv").write_text("AGE,town\n30,Rome\n50,Oslo\n")
    assert "Did you mean 'AGE'? Rename it." in call("predict", of_rows, "upper.csv").err


def test_what_a_model_or_a_format_cannot_do_is_refused(call, of_rows, people, tmp_path):
    mirrored = call("predict", of_rows, people, "--mirror")
    assert mirrored.status == 2 and "mirror is for masks and images" in mirrored.err
    written = call("predict", of_rows, people, "--out", "p.xlsx")
    assert written.status == 2 and "no format has this ending. Known: .csv, .json" in written.err
    assert not (tmp_path / "p.xlsx").exists()


@pytest.mark.parametrize("nothing", [None, 3])
def test_what_is_no_input_is_told(of_rows, nothing):
    with pytest.raises(kit.SchemaError, match="a table of"):
        kit.load(of_rows)(nothing)


def test_a_missing_column_is_named(call, of_rows, tmp_path):
    (tmp_path / "less.csv").write_text("aeg,town\n30,Rome\n50,Oslo\n")
    done = call("predict", of_rows, "less.csv")
    assert (done.status, done.out) == (2, "")
    assert "column 'age'" in done.err and "Did you mean 'aeg'" in done.err


def test_absent_inputs_are_all_named(call, of_images, pictures):
    done = call("predict", of_images, "no.png", pictures, "neither.png")
    assert (done.status, done.out) == (2, "")
    assert "no.png" in done.err and "neither.png" in done.err


def test_a_picture_that_cannot_be_read_is_named(call, of_images, pictures):
    (pictures / "bad.png").write_bytes(b"no picture")
    done = call("predict", of_images, pictures, "--json")
    assert done.status == 2
    assert "bad.png" in done.json["error"]["message"]


def test_an_artifact_that_is_not_there_or_damaged_ends_with_status_3(call, of_rows, people, tmp_path):
    assert call("predict", "nowhere", people).status == 3
    import shutil

    shutil.copytree(of_rows, tmp_path / "damaged")
    (tmp_path / "damaged" / "task.json").write_text("{}")
    done = call("predict", "damaged", people)
    assert done.status == 3
    assert "task.json" in done.err


def test_a_file_that_cannot_be_written_is_told(call, of_rows, people, tmp_path):
    (tmp_path / "file").write_text("x")
    done = call("predict", of_rows, people, "--out", "file/p.csv")
    assert done.status == 2
    assert "cannot be written" in done.err
