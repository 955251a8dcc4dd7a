"""kit search: from data to a report and a saved winner in one command, and on again after a kill."""

import os
import subprocess
import sys

import pandas as pd
import pytest

import kit
from kit import storage
from kit.cli import winner

SPACE = ("--space", "learning_rate=1e-3:1e-1:log", "batch_size=16,32", "epochs=1,2")
WORDS = ("search", "wine", "--trials", 3, *SPACE, "--set", "width=4", "depth=1")


def test_a_search_ends_with_a_winner_a_leaderboard_a_report_and_one_json_object(call, tmp_path):
    done = call(*WORDS, "--json")
    result = done.json
    assert done.status == 0
    assert (result["artifact"], result["search"]) == ("saved_models/search-wine", "runs/search-wine")
    assert (result["trials"], result["objective"], result["seed"]) == (3, "accuracy", 0)
    assert {"accuracy", "loss"} <= set(result["metrics"]) & set(result["validation"])
    assert result["best"]["score"] == pytest.approx(result["validation"]["accuracy"], abs=1e-9)
    assert result["best"]["score"] >= result["default"]["score"]
    board = pd.read_csv(tmp_path / result["leaderboard"], dtype={"trial": str})
    assert len(board) == 4  # and the default settings
    assert {"learning_rate", "batch_size", "epochs", "rank", "status", "score"} <= set(board)
    assert (tmp_path / result["report"]).read_text("utf-8").startswith("<!doctype html>")
    predictor = kit.load(tmp_path / result["artifact"])
    assert kit.evaluate(predictor, kit.load_data("wine").test).metrics == pytest.approx(result["metrics"])
    assert "trial 0002 (3 of 3)" in done.err


def test_the_same_command_goes_on_where_it_was_and_trains_nothing_twice(call, tmp_path):
    call(*WORDS[:3], 2, *WORDS[4:])
    more = call(*WORDS, "--json")
    assert more.status == 0
    assert more.json["trials"] == 3
    assert "(3 of 3)" in more.err and "(2 of 3)" not in more.err
    events = [record["event"] for record in storage.read_journal(tmp_path / "runs/search-wine/journal.jsonl")]
    assert (events.count("asked"), events.count("ended")) == (3, 3)


def test_another_search_in_the_folder_ends_with_status_4_and_forks_on_request(call):
    call(*WORDS)
    other = [word if word != "batch_size=16,32" else "batch_size=8,16" for word in WORDS]
    refused = call(*other)
    assert refused.status == 4
    assert "batch_size was [16, 32], now [8, 16]" in refused.err
    assert refused.err.count("\n") < 14
    forked = call(*other, "--fork", "--json")
    assert forked.json["search"] == "runs/search-wine-2"


def test_a_folder_that_is_in_use_is_refused_before_anything_is_loaded(tmp_path):
    with storage.lock(tmp_path / "runs" / "search-wine" / "owners" / "abc"):
        words = [sys.executable, "-X", "importtime", "-m", "kit", *map(str, WORDS)]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, env=os.environ | PATHS)
    assert done.returncode == 4
    assert f"in use by process {os.getpid()}" in done.stderr
    assert "| keras" not in done.stderr and "numpy" not in done.stderr


PATHS = {"PYTHONPATH": str(next(path for path in map(str, [kit.__path__[0].removesuffix("kit")])))}


@pytest.mark.parametrize(
    "words, told",
    [
        (["--space", "learning_rat=1:2"], "Did you mean 'learning_rate'"),
        (["--space", "width=8:4"], "the range from 8 to 4 is empty"),
        (["--space", "width"], "is not of the form"),
        (["--algorithm", "rundom"], "Did you mean 'random'"),
        (["--objective", "rmse"], "Unknown objective"),
        (["--engine", "proces"], "Did you mean 'process'"),
        (["--trials", "0"], "whole number from 1"),
        (["--fork", "--join"], "not allowed with"),
        (["--limit", "size=3"], "Unknown limit"),
    ],
    ids=lambda value: value[1] if isinstance(value, list) else "",
)
def test_a_mistake_is_told_in_few_lines_without_a_traceback(call, words, told):
    done = call("search", "wine", *words)
    assert done.status == 2
    assert told in done.err
    assert "Traceback" not in done.err


@pytest.mark.large
def test_where_folds_leave_no_weights_the_winner_is_trained_once_more(call):
    done = call(*WORDS, "--folds", 2, "--json")
    assert done.status == 0
    assert "trained once more" in done.err
    low, high = done.json["best"]["interval"]
    assert low <= done.json["best"]["score"] <= high


def test_an_interrupt_says_how_to_go_on(call, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(winner.kit, "search", interrupted)
    done = call(*WORDS)
    assert done.status == 130
    assert "To go on from there, repeat: kit search wine --trials 3" in done.err
