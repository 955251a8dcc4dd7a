"""The report of a search is on the disk, whatever was searched."""

import numpy as np
import pandas as pd
import pytest

import kit
from kit.errors import KitError
from kit.search import plots, report


def test_the_folder_holds_table_figures_and_page(written, state):
    folder = written("forty")
    assert {path.name for path in folder.iterdir()} == {"leaderboard.csv", "figures", "report.html"}
    drawn = {path.stem for path in (folder / "figures").iterdir()}
    assert drawn == set(plots.fitting(state("forty")))
    assert all(path.read_bytes()[:4] == b"\x89PNG" for path in (folder / "figures").iterdir())


def test_the_table_on_the_disk_is_the_leaderboard(written, boards):
    table = pd.read_csv(written("forty") / "leaderboard.csv", dtype={"trial": str})
    wanted = boards.every()["forty"][0]
    assert table["trial"].tolist() == wanted["trial"].tolist()
    np.testing.assert_array_equal(table["learning_rate"], wanted["learning_rate"])


def test_a_table_with_formulas_and_lists_is_written_so_that_no_spreadsheet_runs_them(written):
    text = (written("dirty") / "leaderboard.csv").read_text("utf-8")
    assert "'=1+1" in text.splitlines()[0]


def test_code_is_made_of_the_winners_values_where_none_is_given(state):
    from kit.search.board import Board

    board = Board(state("forty").leaderboard, {**state("forty").facts, "code": None})
    text, best = report.code(board), board.best
    assert f"learning_rate={float(best['learning_rate'])!r}, " in text and f"width={best['width']})" in text
    assert f"batch_size={best['batch_size']}, epochs={best['epochs']}" in text.splitlines()[-1]
    assert report.code(state("default wins")).endswith("data.input)\nkit.fit(model, data)")
    assert report.code(state("nothing")) == ""


def test_a_folder_that_cannot_be_made_is_named(boards, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(KitError, match="file"):
        report.write(tmp_path / "file", *boards.board(1))


def test_the_page_holds_figures_code_and_trials_and_no_html_of_the_data(tmp_path):
    data = kit.load_data("wine")
    data.name = "<script>"
    found = kit.search(
        kit.build, data, {"learning_rate": [1e-2, 3e-2]}, algorithm="grid", epochs=1, width=4, depth=1,
        objective=["accuracy", "parameters"], engine="inline", verbose=0, out=tmp_path,
    )  # fmt: skip
    page = found.save_report().read_text("utf-8")
    assert "<script>" not in page.split("</h1>")[0] and "<title>&lt;script&gt;" in page
    assert "model = kit.build(data.task, data.input, width=4, depth=1, learning_rate=" in page
    assert "kit.fit(model, data, epochs=1)" in page
    assert page.count("data:image/png;base64,") == len(list((tmp_path / "figures").iterdir())) == 5
    table = pd.read_csv(tmp_path / "leaderboard.csv", dtype={"trial": str})
    assert table["trial"].tolist() == found.leaderboard["trial"].tolist()
    assert "http" not in page.replace("http-equiv", "")
