"""kit train: from data to an artifact in one command, whatever interrupts it."""

import json
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import kit
from kit import storage
from kit.artifact.verify import fingerprint

WORDS = ("train", "flowers.csv", "--target", "kind", "--epochs", 4, "--set", "width=8", "batch_size=16")


@pytest.fixture
def flowers(tmp_path):
    """A CSV file of 120 rows with two kinds that a line divides."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 2)).round(3)
    kinds = np.where(x.sum(axis=1) > 0, "iris", "rose")
    lines = [f"{a},{b},{kind},{number}" for number, ((a, b), kind) in enumerate(zip(x, kinds, strict=True))]
    (tmp_path / "flowers.csv").write_text("\n".join(["length,width_mm,kind,number", *lines]) + "\n")
    return tmp_path


def weights(path):
    return kit.load(path).model.get_weights()


def raising(error):
    def action(*_, **__):
        raise error

    return action


def events(path):
    return [record["event"] for record in storage.read_journal(path / "journal.jsonl")]


def test_a_run_ends_with_an_artifact_a_trail_and_one_json_object(call, flowers):
    done = call(*WORDS, "--ignore", "number", "--seed", 3, "--json")
    result = done.json
    assert done.status == 0
    assert (result["artifact"], result["run"]) == ("saved_models/flowers", "runs/flowers")
    assert (result["task"], result["input"]) == ("Classification", "Table")
    assert (result["split"], result["epochs"], result["seed"]) == ("test", 4, 3)
    assert sum(result["samples"].values()) == 120
    assert {"loss", "accuracy", "auc"} <= set(result["metrics"]) & set(result["validation"])
    low, high = result["intervals"]["accuracy"]
    assert low <= result["metrics"]["accuracy"] <= high
    assert result["seconds"] > 0
    assert result["sha256"] == fingerprint(flowers / "saved_models" / "flowers")
    assert "seed 3" in done.err and "keras" in done.err

    run = flowers / "runs" / "flowers"
    left = {item.name for item in run.iterdir()}
    assert {"settings.json", "journal.jsonl", "checkpoint.npz", "history.csv"} <= left
    assert events(run) == ["started", "trained", "finished"]
    stored = storage.read_json(run / "settings.json")
    assert stored["asked"]["set"] == {"seed": 3, "epochs": 4, "width": 8, "batch_size": 16}
    assert stored["resolved"]["builder"]["dropout"] is None
    assert "keras" in stored["versions"]

    card = kit.load(flowers / "saved_models" / "flowers").card
    assert {"seed": 3, "width": 8, "activation": None}.items() <= card[
        "settings"
    ].items()  # None: the backbone's own
    assert card["training"]["batch_size"] == 16
    assert card["data"]["fingerprint"] and card["validation"]["accuracy"] <= 1


def test_the_same_command_again_starts_the_next_run_keeps_the_first_and_repeats_it(call, flowers):
    first = call(*WORDS)
    lines = first.out.splitlines()
    assert lines[0].split()[:2] == ["test", "part"]
    assert any(line.startswith("accuracy ") for line in lines)
    assert lines[-1] == "saved_models/flowers"
    again = call(*WORDS, "--json").json
    assert (again["run"], again["artifact"]) == ("runs/flowers-2", "saved_models/flowers-2")
    for one, other in zip(weights("saved_models/flowers"), weights(again["artifact"]), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("moment", ["evaluate", "save"])
def test_a_run_killed_after_training_goes_on_with_the_same_weights(call, flowers, monkeypatch, moment):
    expected = call(*WORDS, "--out", "whole", "--json").json

    with monkeypatch.context() as patch:
        patch.setattr(kit, moment, raising(KeyboardInterrupt()), raising=False)
        stopped = call(*WORDS, "--out", "resumed")
    assert stopped.status == 130
    assert "repeat: kit train flowers.csv" in stopped.err
    assert events(flowers / "runs" / "flowers-2") == ["started", "trained"]
    done = call(*WORDS, "--out", "resumed", "--json")
    assert done.json["run"] == "runs/flowers-2"
    assert "Going on with runs/flowers-2" in done.err
    assert done.json["metrics"] == expected["metrics"]
    for one, other in zip(weights("whole"), weights("resumed"), strict=True):
        np.testing.assert_array_equal(one, other)
    assert events(flowers / "runs" / "flowers-2") == [
        "started",
        "trained",
        "continued",
        "trained",
        "finished",
    ]


KILL = """
import os, sys
from kit.training import callbacks
from kit import storage
from kit.cli import main

callbacks.INTERVAL = 0  # a checkpoint every epoch
write, left = storage.write_bytes, [2]

def deadly(path, content):
    left[0] -= str(path).endswith("checkpoint.npz")
    if left[0] < 0:
        os.kill(os.getpid(), 9)
    write(path, content)

storage.write_bytes = deadly
main(sys.argv[1:])
"""


def test_kill_9_in_training_and_the_same_command_give_the_same_weights_bit_for_bit(call, flowers):
    words = [*map(str, WORDS), "--ignore", "number"]
    call(*words, "--out", "whole")
    script = [sys.executable, "-c", textwrap.dedent(KILL), *words, "--out", "resumed"]
    assert subprocess.run(script, capture_output=True, cwd=flowers).returncode == -9
    assert events(flowers / "runs" / "flowers-2") == ["started"]
    assert not (flowers / "resumed").exists()
    done = call(*words, "--out", "resumed")
    assert "Going on with runs/flowers-2" in done.err
    for one, other in zip(weights("whole"), weights("resumed"), strict=True):
        np.testing.assert_array_equal(one, other)


def test_other_settings_leave_an_unfinished_run_alone_and_say_so(call, flowers, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(kit, "save", raising(KeyboardInterrupt()), raising=False)
        call(*WORDS)
    done = call(*WORDS, "--set", "dropout=0.5", "--json")
    assert done.json["run"] == "runs/flowers-2"
    assert "runs/flowers is not finished but was started otherwise (dropout" in done.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--set", "widht=8"], "Unknown setting 'widht'. Did you mean 'width'?"),
        (["--set", "depth=deep"], "Setting depth takes a number"),
        (["--set", "bounds=[0,1]"], "Unknown setting for classification"),
        (["--set", "loss=mse"], "'mse' fits numeric and image targets; these are binary"),
        (["--set", "epochs=5"], "epochs is given twice"),
        (["--backbone", "mpl"], "Unknown backbone 'mpl'. Did you mean 'mlp'?"),
        (["--backbone", "cnn"], "'cnn' does not take Table"),
        (["--ignore", "nubmer"], "Unknown column 'nubmer'. Did you mean 'number'?"),
        (["--task", "clasification"], "Did you mean 'classification'?"),
        (["--out", "thesis"], "thesis exists and is no artifact"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_setting_costs_four_lines_and_no_training(call, flowers, words, told):
    (flowers / "thesis").mkdir()
    (flowers / "thesis" / "chapter1.tex").write_text("x")
    done = call(*WORDS, *words)
    assert (done.status, done.out) == (2, "")
    told_lines = done.err[done.err.index("kit train: ") :].splitlines()
    assert told in "\n".join(told_lines)
    assert len(told_lines) <= 4
    assert not (flowers / "saved_models").exists()


def test_a_target_that_is_not_said_is_asked_for_with_the_columns(call, flowers):
    done = call("train", "flowers.csv")
    assert done.status == 2
    assert "--target" in done.err and "kind" in done.err


def test_a_dry_run_tries_everything_leaves_nothing_and_estimates(call, flowers):
    done = call(*WORDS, "--dry-run", "--json")
    assert done.status == 0
    estimate = done.json["estimate"]
    steps = -(-done.json["samples"]["train"] // 16)
    assert (estimate["epochs"], estimate["steps"]) == (4, 4 * steps)
    assert estimate["seconds"] > 0 and estimate["memory_mb"] > 10
    assert [path.name for path in flowers.iterdir()] == ["flowers.csv"]


def test_a_full_disk_while_saving_ends_with_status_5_and_the_same_command_goes_on(call, flowers, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(sys.modules["kit.artifact.save"], "uncompiled", raising(OSError(28, "No space left")))
        done = call(*WORDS)
    assert done.status == 5
    assert "disk full" in done.err
    assert call(*WORDS, "--json").json["run"] == "runs/flowers"


def test_what_is_worth_a_look_is_said_and_listed(call, flowers):
    head, *rows = (flowers / "flowers.csv").read_text().splitlines()
    rows = [f"{row},{row.split(',')[2]}" for row in [*rows, *rows[:3]]]
    (flowers / "flowers.csv").write_text("\n".join([f"{head},twin", *rows]) + "\n")
    done = call(*WORDS)
    assert "'twin' gives 'kind' away" in done.err.replace("\n", " ").replace("    ", "")
    assert "twin" in (flowers / "runs" / "flowers" / "data_issues.csv").read_text()
    assert json.loads((flowers / "runs" / "flowers" / "settings.json").read_text())


def test_settings_reach_task_and_builder(call, flowers):
    call(*WORDS, "--set", "loss=focal", "gamma=1.5", "threshold=0.4", "--ignore", "number")
    task = kit.load(flowers / "saved_models" / "flowers").task
    assert (task.loss, task.gamma, task.threshold) == ("focal", 1.5, 0.4)


def test_a_model_is_calibrated_on_the_validation_part_and_the_log_says_what_was_found(call, flowers):
    done = call(*WORDS, "--ignore", "number", "--set", "aim=recall@precision=0.8", "--json")
    assert "Calibrated on 18 validation samples:" in done.err
    assert "temperature " in done.err and "for recall@precision=0.8" in done.err
    assert done.json["metrics"]["coverage"] > 0.5 and done.json["metrics"]["set_size"] >= 1
    predictor = kit.load("saved_models/flowers")
    assert predictor.task.aim == "recall@precision=0.8" and predictor.task.calibration.samples == 18
    assert predictor.card["threshold"] == predictor.task.threshold != 0.5
    labels = call("predict", "saved_models/flowers", "flowers.csv", "--json").json["predictions"][0]["labels"]
    assert set(labels) <= {"iris", "rose"} and labels


def test_an_aim_that_is_none_is_told_before_training(call, flowers):
    done = call(*WORDS, "--set", "aim=f3")
    assert done.status == 2 and "Unknown aim 'f3'" in done.err
    assert not (flowers / "saved_models").exists()
