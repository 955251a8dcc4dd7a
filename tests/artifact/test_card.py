"""The model card: complete, plain, and readable."""

import json

import numpy as np
import pytest

import kit
from kit import tasks
from kit.artifact import card, front_matter
from kit.plain import plain


class Report:
    """Stands for what kit.evaluate returns."""

    split = "test"
    metrics = {"accuracy": np.float32(0.5), "auc": float("nan")}
    intervals = {"accuracy": (0.25, 0.75)}


class History:
    """Stands for what kit.fit returns."""

    history = {"loss": [2.0, 1.0, 0.5]}
    params = {"seconds": 1.5, "engine": "tensorflow", "batch_size": 32}


@pytest.fixture
def facts(image_model):
    settings = {
        "seed": 7,
        "width": 4,
        "data": {"name": "insects", "fingerprint": "abc", "samples": {"train": 9}},
        "validation": {"accuracy": 0.6},
    }
    pair = image_model.kit
    made = {"report": Report(), "history": History(), "settings": settings}
    return card.make(image_model, "insects", pair.input, pair.task, **made)


def test_the_card_holds_all_that_was_asked_of_it(facts):
    assert facts["metrics"] == {"accuracy": 0.5, "auc": None}
    assert facts["intervals"] == {"accuracy": [0.25, 0.75]}
    assert (facts["split"], facts["validation"]) == ("test", {"accuracy": 0.6})
    assert facts["data"]["fingerprint"] == "abc"
    assert facts["settings"] == {"seed": 7, "width": 4}
    assert facts["training"] == {"seconds": 1.5, "engine": "tensorflow", "batch_size": 32, "epochs": 3}
    assert {"python", "kit", "backend", "keras", "numpy"} <= set(facts["versions"])
    assert facts["network"]["inputs"] == {"image": [None, 12, 12, 1]}
    assert facts["match"]["activation"] == "softmax"


def test_any_parser_of_json_can_read_the_card(facts):
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts


def test_a_threshold_is_on_the_card_where_a_decision_uses_it(facts):
    assert facts["threshold"] is None
    model = kit.build_classifier(kit.Classification(("no", "yes"), threshold=0.3), (2,), width=4)
    made = card.make(model, "m", model.kit.input, model.kit.task)
    assert made["threshold"] == 0.3


def test_the_page_says_what_how_good_and_how_to_load(facts):
    page = card.readme(facts)
    assert "\n---\n\n# insects\n" in page
    assert 'kit.load("saved_models/insects")' in page
    assert "| accuracy | 0.5 | 0.25 to 0.75 |" in page
    assert "on the test part" in page
    for word in ("fingerprint: abc", "seed: 7", "engine: tensorflow", "activation: softmax", "keras: "):
        assert f"- {word}" in page


def test_hubs_read_task_metrics_and_intervals_from_the_head_of_the_page(facts):
    yaml = pytest.importorskip("yaml")
    _, head, page = card.readme(facts).split("---\n", 2)
    read = yaml.safe_load(head)
    assert (read["library_name"], read["pipeline_tag"]) == ("keras", "image-classification")
    [model] = read["model-index"]
    [result] = model["results"]
    assert model["name"] == "insects" and result["task"] == {"type": "image-classification"}
    assert result["dataset"] == {"name": "insects", "type": "insects", "split": "test"}
    [accuracy] = result["metrics"]  # auc is not finite here
    assert (accuracy["type"], accuracy["value"]) == ("accuracy", 0.5)
    assert accuracy["name"] == "accuracy (95% interval 0.25 to 0.75)"


def test_the_head_claims_no_metrics_where_none_were_measured_and_quotes_names(image_model):
    pair = image_model.kit
    page = card.readme(card.make(image_model, 'a: "b" # c', pair.input, pair.task))
    assert "model-index" not in page
    named = card.make(image_model, 'a: "b" # c', pair.input, pair.task, report=Report())
    assert '- name: "a: \\"b\\" # c"\n' in card.readme(named)


def test_every_task_has_a_name_on_hubs():
    known = {task for task, _ in front_matter._TAGS}
    assert {type_of.__name__ for type_of in map(tasks.TASKS.get, tasks.names())} <= known


def test_a_model_without_report_and_history_has_a_card_too(image_model):
    pair = image_model.kit
    page = card.readme(card.make(image_model, "m", pair.input, pair.task))
    assert "Metrics" not in page


def test_plain_turns_anything_into_what_json_holds():
    value = {1: np.int64(2), "a": {"x"}, "p": [np.array([1.5, np.inf])], "o": kit}
    assert plain(value) == {"1": 2, "a": ["x"], "p": [[1.5, None]], "o": str(kit)}
