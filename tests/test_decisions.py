"""Decisions: what is said of outputs by hand, and that deciding on the truth gives it back."""

import json
import math

import numpy as np
import pytest

from kit import codecs, decisions
from kit.errors import KitError

CLASSES = ("low", "mid", "high")


def said(rule, outputs, names, **options):
    return decisions.to_list(decisions.get(rule)(np.array(outputs, "float32"), names, **options), names)


def test_the_second_class_is_said_from_the_threshold_on():
    outputs = [[0.29], [0.5], [0.7]]
    assert [each.label for each in said("threshold", outputs, ("cat", "dog"))] == ["cat", "dog", "dog"]
    moved = said("threshold", outputs, ("cat", "dog"), threshold=0.25)
    assert [each.label for each in moved] == ["dog", "dog", "dog"]


def test_the_probability_is_that_of_the_class_said():
    cat = said("threshold", [[0.25]], ("cat", "dog"))[0]
    assert (cat.label, cat.probability) == ("cat", 0.75)
    assert cat.probabilities == {"cat": 0.75, "dog": 0.25}


def test_the_sign_of_a_score_is_the_class():
    cat, dog = said("sign", [[-3.0], [0.1]], ("cat", "dog"))
    assert (cat.label, dog.label) == ("cat", "dog")
    assert cat.probability is None and cat.scores["cat"] == 3.0


def test_the_most_probable_class_is_said():
    each = said("argmax", [[0.1, 0.2, 0.7]], CLASSES)[0]
    assert each.label == "high" and each.probability == pytest.approx(0.7)


def test_the_class_of_the_largest_score_is_said_without_a_probability():
    each = said("largest_score", [[-5.0, -1.0, -2.0]], CLASSES)[0]
    assert each.label == "mid" and each.probability is None


def test_the_rank_counts_the_steps_taken():
    outputs = [[0.1, 0.05], [0.9, 0.2], [0.9, 0.8]]
    assert [each.label for each in said("rank", outputs, CLASSES)] == list(CLASSES)


def test_probabilities_of_ranks_sum_to_1_even_where_outputs_cross():
    each = decisions.get("rank")(np.array([[0.3, 0.6]]), CLASSES)
    assert each.probabilities.min() >= 0
    np.testing.assert_allclose(each.probabilities, [[0.7, 0.0, 0.3]])


def test_labels_are_said_each_by_its_own_threshold():
    outputs = [[0.4, 0.6, 0.9]]
    assert said("labels", outputs, CLASSES)[0].labels == ["mid", "high"]
    assert said("labels", outputs, CLASSES, threshold=(0.3, 0.7, 0.95))[0].labels == ["low"]


def test_one_target_gives_a_value_and_several_give_values():
    assert said("value", [[3.0]], ("mpg",))[0].value == 3.0
    assert said("value", [[3.0, 4.0]], ("a", "b"))[0].values == {"a": 3.0, "b": 4.0}


def test_quantiles_give_the_middle_and_the_outer_two():
    outputs = [[1, 2, 4, 10, 20, 40]]
    one = said("quantiles", [[1, 2, 4]], ("y",), quantiles=(0.1, 0.5, 0.9))[0]
    assert one.value == 2 and one.interval == (1, 4)
    two = said("quantiles", outputs, ("a", "b"), quantiles=(0.1, 0.5, 0.9))[0]
    assert two.values == {"a": 2, "b": 20} and two.interval == {"a": (1, 4), "b": (10, 40)}


def test_a_gaussian_gives_its_mean_and_95_percent():
    each = said("gaussian", [[10.0, 2.0]], ("y",))[0]
    assert each.value == 10 and each.interval == pytest.approx((10 - 3.92, 10 + 3.92), abs=1e-3)


TRUTHS = [
    ("threshold", "indicator", ("cat", "dog"), ["dog", "cat"]),
    ("sign", "sign", ("cat", "dog"), ["dog", "cat"]),
    ("argmax", "one_hot", CLASSES, list(CLASSES)),
    ("argmax", "distribution", CLASSES, list(CLASSES)),
    ("largest_score", "one_hot", CLASSES, list(CLASSES)),
    ("rank", "cumulative", CLASSES, list(CLASSES)),
]


@pytest.mark.parametrize("rule, code, names, labels", TRUTHS)
def test_deciding_on_the_encoded_truth_gives_the_labels_back(rule, code, names, labels):
    targets = codecs.get(code).encode(labels, names)
    assert [each.label for each in said(rule, targets, names)] == labels


@pytest.mark.parametrize("shape", [(3,), (2, 5), (2, 3, 1)])
def test_outputs_of_another_shape_are_refused(shape):
    with pytest.raises(KitError, match="shape"):
        decisions.get("argmax")(np.zeros(shape), CLASSES)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nothing_is_decided_on_outputs_that_are_not_finite(bad):
    with pytest.raises(KitError, match="row 1"):
        decisions.get("argmax")(np.array([[0.1, 0.2, 0.7], [bad, 0.2, 0.7]]), CLASSES)


def test_a_decision_is_plain_json():
    for each in [
        said("threshold", [[0.25]], ("cat", "dog"))[0],
        said("labels", [[0.4, 0.6, 0.9]], CLASSES)[0],
        said("gaussian", [[1, 1, 2, 1]], ("a", "b"))[0],
    ]:
        assert json.loads(json.dumps(each.to_json(), allow_nan=False)) == each.to_json()


def test_a_number_that_is_not_finite_becomes_none_in_json():
    assert decisions.Decision(value=math.nan).to_json() == {"value": None}


def test_a_decision_shows_only_what_is_set():
    assert (
        repr(decisions.Decision(label="rose", probability=0.94)) == "Decision(label='rose', probability=0.94)"
    )


def test_only_rules_with_a_threshold_say_so():
    taking = {name for name in decisions.names() if decisions.takes_threshold(name)}
    assert taking == {"threshold", "rank", "labels", "mask_threshold", "mask_labels"}
