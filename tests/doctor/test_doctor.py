"""`kit.doctor`: any patient, findings in every form, and no crash."""

import json

import keras
import numpy as np
import pytest
from keras import layers

import kit
from kit.doctor import Finding, Findings, graph, rule, selftest, toys
from kit.errors import KitError

WRONG = "softmax_of_one"


def wrong():
    return toys.model(1, "softmax", "mse")


def test_findings_are_a_table_json_and_text():
    found = kit.doctor(wrong())
    assert found.errors and json.loads(found.to_json())[0]["rule"] == found[0].rule
    assert list(found.table().columns) == ["rule", "severity", "where", "evidence", "cure"]
    assert len(found.table()) == len(found)
    assert "-> " in repr(found) and repr(kit.doctor(toys.model())) == "Nothing found."


def test_a_file_an_artifact_and_a_predictor_are_examined(tmp_path):
    wrong().save(tmp_path / "wrong.keras")
    assert WRONG in {each.rule for each in kit.doctor(tmp_path / "wrong.keras").errors}
    model = kit.build_classifier(kit.Classification(3), (4,), width=4)
    path = kit.save(model, tmp_path / "right")
    assert not kit.doctor(path).errors
    assert not kit.doctor(kit.load(path, runtime="keras")).errors


def test_files_beside_a_model_are_read_as_its_training_read_them(tmp_path):
    path = tmp_path / "houses.csv"
    path.write_text("price,rooms\n" + "".join(f"{100 + row * row}.5,{row % 7}\n" for row in range(60)))
    data = kit.load_data(path, target="price")  # without a word, rooms are the target
    model = kit.build_regressor(data.task, data.input, width=4)
    saved = kit.save(model, tmp_path / "saved")
    for thing in (model, saved, kit.load(saved, runtime="keras")):
        assert not kit.doctor(thing, path, steps=0).errors


def test_a_damaged_file_is_a_finding(tmp_path):
    (tmp_path / "broken.keras").write_bytes(b"PK nothing")
    (found,) = kit.doctor(tmp_path / "broken.keras")
    assert (found.rule, found.severity) == ("can_be_opened", "error")


def test_a_model_inside_another_is_walked_through():
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    behind = keras.Sequential([keras.Input((3,)), layers.Reshape((3, 1))])
    model = keras.Sequential([keras.Input((4,)), inner, layers.Softmax(), behind])
    assert graph.head(model.outputs[0]).activation == "softmax"


class Odd(keras.Model):
    """A model whose call does what no graph can hold."""

    def __init__(self):
        super().__init__()
        self.last = layers.Dense(1)

    def call(self, x):
        return self.last(x) if float(keras.ops.sum(x)) > -1e9 else x


def text():
    return np.array([["a", "b"]] * 30), np.array(["yes", "no"] * 15)


SICK = {
    "a class of its own": lambda: (Odd(), (toys.numbers(), toys.numbers(64, 1))),
    "never built": lambda: (keras.Sequential([layers.Dense(1)]), None),
    "not compiled": lambda: (keras.Sequential([keras.Input((4,)), layers.Dense(1)]), None),
    "wrong columns": lambda: (wrong(), (toys.numbers(columns=9), toys.classes())),
    "no sample": lambda: (wrong(), (toys.numbers(0), toys.classes(2, 0))),
    "one sample": lambda: (toys.model(), (toys.numbers(1), toys.numbers(1, 1))),
    "fewer targets": lambda: (toys.model(), (toys.numbers(), toys.numbers(9, 1))),
    "text": lambda: (text(), None),
    "text for numbers": lambda: (toys.model(), text()),
    "objects": lambda: ((toys.numbers(2), np.array([[1], None], object)), None),
    "NaN alone": lambda: (toys.model(), (np.full((64, 4), np.nan), np.full((64, 1), np.nan))),
    "two outputs, one target": lambda: (two(), (toys.numbers(), toys.numbers(64, 1))),
}


def two():
    inputs = keras.Input((4,))
    model = keras.Model(inputs, [layers.Dense(1)(inputs), layers.Dense(3, "softmax")(inputs)])
    model.compile("adam", ["mse", "sparse_categorical_crossentropy"], metrics=[None, ["accuracy"]])
    return model


@pytest.mark.parametrize("name", SICK)
def test_no_patient_is_too_sick(name):
    assert isinstance(kit.doctor(*SICK[name]()), Findings)


def test_a_rule_that_fails_says_so_and_the_others_go_on(monkeypatch):
    monkeypatch.setitem(rule.RULES._parts, "linear_stack", lambda patient: 1 / 0)
    found = kit.doctor(wrong())
    assert "ZeroDivisionError" in {each.rule: each for each in found}["linear_stack"].evidence
    assert WRONG in {each.rule for each in found}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [((None,), "Nothing to examine"), ((3, 4), "a model"), (("nosuch",), "nosuch"), (([1, 2],), "Nothing")],
    ids=str,
)
def test_what_is_no_patient_is_an_error_that_says_so(arguments, words):
    with pytest.raises(KitError, match=words):
        kit.doctor(*arguments)


def test_an_unknown_rule_is_named_with_the_nearest():
    with pytest.raises(KitError, match="softmax_of_one"):
        kit.doctor(wrong(), rules=["softmax_of_on"])


@pytest.mark.large
def test_the_selftest_plants_at_least_fifty_faults():
    assert sum(len(rule.examples(name)[0]) for name in rule.names()) >= 50
    assert all(each["right"] for each in selftest(["softmax_of_one", "one_class"]))


def test_the_model_is_left_as_it_was():
    model = toys.model()
    before = [each.copy() for each in model.get_weights()]
    optimizer = model.optimizer
    kit.doctor(model, (toys.numbers(), toys.numbers(64, 1)))
    assert model.optimizer is optimizer and int(optimizer.iterations) == 0
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_findings_enter_a_report():
    data = kit.load_data("wine")
    model = kit.build_classifier(data.task, data.input, width=4)
    findings = Findings([Finding("a_rule", "note", "here", "seen", "cured")])
    assert "a_rule" in kit.evaluate(model, data.test, resamples=0, findings=findings).findings[0]
