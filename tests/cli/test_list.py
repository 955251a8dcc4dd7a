"""kit list: every kind of part, and the saved models."""

import json

import pytest

import kit
from kit import tasks
from kit.cli.list import models


@pytest.mark.parametrize("what", ["tasks", "inputs", "backbones", "losses", "activations", "optimizers"])
def test_each_list_has_a_name_a_line_and_the_same_names_as_json(call, what):
    lines = call("list", what).out.splitlines()
    assert lines == sorted(set(lines)) and len(lines) >= 2
    assert call("list", what, "--json").json == {what: lines}


def test_the_names_are_those_of_the_registries(call):
    assert call("list", "tasks").out.split() == tasks.names()
    assert set(call("list", "backbones").out.split()) == set(kit.backbones.names())
    assert set(call("list", "losses").out.split()) == {row.loss for row in kit.match.table()}


def test_the_match_table_is_printed_as_the_readme_has_it(call):
    done = call("list", "matches")
    assert done.out.rstrip("\n") == kit.match.markdown().rstrip("\n")
    rows = call("list", "matches", "--json").json["matches"]
    assert len(rows) == len(kit.match.table())
    assert {"form", "loss", "activation", "code", "decide", "metrics"} <= set(rows[0])


def test_saved_models_are_listed_by_their_cards(call, tmp_path, of_rows):
    kit.save(kit.load(of_rows).model, tmp_path / "saved_models" / "pay")
    (tmp_path / "saved_models" / "no model").mkdir()
    (tmp_path / "saved_models" / "broken").mkdir()
    (tmp_path / "saved_models" / "broken" / "card.json").write_text("{")
    done = call("list")
    assert "saved_models/pay  Regression  Table" in done.out
    assert len(done.out.splitlines()) == 2
    [model] = call("list", "models", "--json").json["models"]
    assert (model["name"], model["path"], model["task"]) == ("pay", "saved_models/pay", "Regression")
    folder = tmp_path / "saved_models" / "pay"
    assert model["bytes"] == sum(file.stat().st_size for file in folder.iterdir())
    assert model["parameters"] == kit.load(folder, runtime="keras").model.count_params()
    assert f"{model['parameters']:,}" in done.out and model["runtimes"] == ["keras"]


def test_models_of_one_task_stand_together_the_best_first(tmp_path, call):
    scores = {"a": ("T", 0.5), "b": ("U", 0.7), "c": ("T", 0.9), "d": ("T", None)}
    for name, (task, accuracy) in scores.items():
        folder = tmp_path / "saved_models" / name
        folder.mkdir(parents=True)
        card = {"task": task, "input": "I", "split": "test", "metrics": {"loss": 1.0, "accuracy": accuracy}}
        card["intervals"] = {"accuracy": [0.25, 0.95]}
        (folder / "card.json").write_text(json.dumps(card))
    lines = call("list").out.splitlines()[1:]
    assert [line.split()[0][-1] for line in lines] == ["c", "a", "d", "b"]
    assert "accuracy 0.9 (test, 0.25 to 0.95)" in lines[0]


def test_the_headline_of_a_model_is_its_accuracy_or_r2(tmp_path, call):
    for name, metrics in (("a", {"loss": 1.0, "accuracy": 0.9876}), ("b", {"loss": 1.0, "r2": None})):
        folder = tmp_path / "saved_models" / name
        folder.mkdir(parents=True)
        card = {"task": "T", "input": "I", "created": "now", "split": "test", "metrics": metrics}
        (folder / "card.json").write_text(json.dumps(card))
    lines = call("list").out.splitlines()
    assert "accuracy 0.9876 (test)" in lines[1]
    assert "loss 1 (test)" in lines[2]


def test_without_a_model_the_command_says_how_to_get_one(call):
    done = call("list")
    assert (done.out, done.status) == ("", 0)
    assert "kit train digits" in done.err
    assert models("nowhere") == []
