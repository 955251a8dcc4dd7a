"""Run folders: which one a command gets, and who may work in it."""

import json
import subprocess
import sys

import pytest

from kit import storage
from kit.cli import runs
from kit.cli.runs import CHECKPOINT
from kit.errors import KitError

ASKED = {"data": "flowers", "set": {"epochs": 3}}


def begin(root, asked=ASKED, trained=True, finished=False):
    """A run that trained and was killed, or came to its end."""
    with runs.held("flowers", asked, root) as run:
        if trained:
            (run.path / CHECKPOINT).write_bytes(b"weights")
        if finished:
            run.record(runs.FINISHED)
        return run


def test_the_first_run_has_the_name_of_the_data(tmp_path):
    run = begin(tmp_path)
    assert (run.path, run.continued, run.note) == (tmp_path / "flowers", False, "")
    assert json.loads((run.path / "settings.json").read_text()) == {"asked": ASKED}


def test_the_same_command_goes_on_with_an_unfinished_run(tmp_path):
    begin(tmp_path)
    run = begin(tmp_path)
    assert (run.path.name, run.continued) == ("flowers", True)
    assert "Going on" in run.note


def test_the_same_command_after_a_finished_run_starts_the_next_number(tmp_path):
    begin(tmp_path, finished=True)
    begin(tmp_path, finished=True)
    run = begin(tmp_path)
    assert (run.path.name, run.continued) == ("flowers-3", False)
    assert begin(tmp_path).continued


def test_an_unfinished_run_of_another_command_is_left_alone_and_named(tmp_path):
    begin(tmp_path)
    run = begin(tmp_path, {**ASKED, "set": {"epochs": 5}})
    assert (run.path.name, run.continued) == ("flowers-2", False)
    assert "flowers is not finished but was started otherwise (epochs 3, now 5)" in run.note


def test_a_command_finds_its_own_run_behind_others(tmp_path):
    begin(tmp_path)
    begin(tmp_path, {**ASKED, "data": "roses"})
    assert begin(tmp_path, {**ASKED, "data": "roses"}).path.name == "flowers-2"
    assert begin(tmp_path).path.name == "flowers"


def test_a_run_that_never_trained_gives_its_folder_to_the_next_command(tmp_path):
    begin(tmp_path, trained=False)
    run = begin(tmp_path, {**ASKED, "set": {"width": 8}})
    assert (run.path.name, run.continued) == ("flowers", False)
    assert json.loads((run.path / "settings.json").read_text())["asked"]["set"] == {"width": 8}


def test_two_equal_commands_at_a_time_are_refused_and_two_others_get_a_folder_each(tmp_path):
    with runs.held("flowers", ASKED, tmp_path):
        with pytest.raises(KitError, match="in use by process"), runs.held("flowers", ASKED, tmp_path):
            pass
        with runs.held("flowers", {**ASKED, "data": "roses"}, tmp_path) as run:
            assert run.path.name == "flowers-2"


def test_the_checkpoint_is_called_as_fit_calls_it():
    from kit.training import run

    assert run.CHECKPOINT == CHECKPOINT


def test_settings_that_json_writes_otherwise_are_still_the_same(tmp_path):
    begin(tmp_path, {"size": (8, 8)})
    assert begin(tmp_path, {"size": (8, 8)}).continued


KILLED = """
import os, sys
from kit import storage
from kit.cli import runs

root, step, asked = sys.argv[1], sys.argv[2], {asked!r}
write = storage.write_json
storage.write_json = lambda *arguments: (step == "after" and write(*arguments), os._exit(9))
with runs.held("flowers", asked, root):
    pass
"""


@pytest.mark.parametrize("step", ["before", "after"])
def test_a_kill_while_the_folder_is_taken_costs_nothing(tmp_path, step):
    code = KILLED.format(asked=ASKED)
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path), step]).returncode == 9
    assert begin(tmp_path).path.name == "flowers"


def test_events_and_facts_are_kept(tmp_path):
    with runs.held("flowers", ASKED, tmp_path) as run:
        run.record("started", value=float("nan"))
        run.describe(versions={"kit": "1"})
    assert storage.read_journal(run.path / "journal.jsonl") == [{"event": "started", "value": None}]
    assert storage.read_json(run.path / "settings.json") == {"asked": ASKED, "versions": {"kit": "1"}}


@pytest.mark.parametrize(
    ("name", "folder"), [("a/b c", "a_b_c"), ("..", "run"), ("花 1", "花_1"), ("x" * 200, "x" * 100)]
)
def test_names_of_data_become_names_of_folders(name, folder):
    assert runs.safe(name) == folder
