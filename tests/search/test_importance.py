"""Importance is the share of the score's variance that a hyperparameter makes."""

import numpy as np
import pandas as pd
import pytest

from kit.search.importance import importance

WIDTH = np.sqrt(12)  # a uniform number from 0 to 1, times this, has the variance 1


def scored(score, **values):
    count = len(score)
    trials = [str(number) for number in range(count)]
    table = pd.DataFrame({"trial": trials, "status": "completed", "score": score, **values})
    return table.sort_values("score", ascending=False, kind="stable", ignore_index=True)


@pytest.fixture
def uniform(rng):
    return {name: rng.random(150) for name in "abcd"}


def test_a_score_of_one_hyperparameter_alone_is_all_explained_by_it(uniform):
    found = importance(scored(10**6 + uniform["b"], **uniform), list("abcd")).set_index("name")
    assert found.index[0] == "b" and found.loc["b", "importance"] > 0.9
    assert (found.loc[["a", "c", "d"], "high"] < 0.05).all()


def test_shares_of_variance_that_are_known_are_found(uniform):
    score = WIDTH * (np.sqrt(0.7) * uniform["a"] + np.sqrt(0.3) * uniform["c"])
    found = importance(scored(score, **uniform), list("abcd")).set_index("name")["importance"]
    assert found["a"] == pytest.approx(0.7, abs=0.1) and found["c"] == pytest.approx(0.3, abs=0.1)
    assert found[["b", "d"]].max() < 0.02


def test_what_chance_adds_to_the_score_is_explained_by_nothing(uniform, rng):
    score = WIDTH * uniform["a"] + rng.normal(size=150)  # half of the variance
    found = importance(scored(score, **uniform), list("abcd")).set_index("name")["importance"]
    assert found["a"] == pytest.approx(0.5, abs=0.15) and found.sum() < 0.7


def test_intervals_hold_the_value_and_stay_between_0_and_1(uniform):
    found = importance(scored(uniform["a"] * uniform["b"], **uniform), list("abcd"))
    assert (found["low"] <= found["importance"]).all() and (found["importance"] <= found["high"]).all()
    assert found["low"].min() >= 0 and found["high"].max() <= 1


def test_choices_count_as_choices_and_magnitudes_as_magnitudes(rng):
    optimizer, rate = rng.choice(["sgd", "adam", "lion"], 90), 10 ** rng.uniform(-6, 0, 90)
    score = (optimizer == "adam") + np.log10(rate) / 6 * 0.01
    facts = {"optimizer": {"kind": "choice"}, "rate": {"kind": "float", "log": True}}
    found = importance(scored(score, optimizer=optimizer, rate=rate), facts)
    assert found["name"].tolist() == ["optimizer", "rate"] and found["importance"][0] > 0.9
    assert found["best"][0] == "adam"


def test_a_hyperparameter_that_is_not_active_does_not_take_the_importance_of_its_condition(rng):
    optimizer, momentum = rng.choice(["sgd", "adam"], 120), rng.random(120)
    momentum = np.where(optimizer == "sgd", momentum, np.nan)
    score = 1.0 * (optimizer == "adam") + 0.001 * rng.random(120)
    table = scored(score, optimizer=optimizer, momentum=momentum)
    found = importance(table, {"momentum": {"kind": "float"}, "optimizer": {"kind": "choice"}})
    assert found["name"].tolist() == ["optimizer", "momentum"] and found["importance"][1] < 0.02


def test_nothing_may_be_a_choice_like_any_other(rng):
    norm, other = rng.choice(["batch", "none"], 80), rng.choice(["x", "y"], 80)
    table = scored(
        (norm == "none").astype(float),
        norm=[None if each == "none" else each for each in norm],
        other=other,
    )
    found = importance(table, {"norm": {"kind": "choice"}, "other": {"kind": "choice"}}).set_index("name")
    assert found.loc["norm", "importance"] > 0.9


def test_one_diverged_trial_does_not_decide(uniform):
    score = uniform["a"].copy()
    score[np.argmax(uniform["d"])] = 1e12
    found = importance(scored(score, **uniform), list("abcd"))
    assert found["name"][0] == "a" and found["importance"][0] > 0.7


def test_only_completed_trials_count(uniform):
    table = scored(uniform["a"], **uniform)
    table.loc[7:, "status"] = "pruned"
    assert "7 completed; 8 are needed" in importance(table, list("abcd")).attrs["reason"]


@pytest.mark.parametrize(
    ("score", "names", "reason"),
    [
        (np.arange(7.0), ["a"], "Too few trials: 7"),
        (np.full(20, 0.5), ["a"], "the same score"),
        (np.full(20, np.nan), ["a"], "Too few trials: 0"),
        (np.arange(20.0), [], "No hyperparameter"),
    ],
)
def test_where_nothing_can_be_said_the_reason_is(score, names, reason):
    found = importance(scored(score, a=np.arange(len(score))), names)
    assert found.empty and reason in found.attrs["reason"]
    assert list(found.columns) == ["name", "importance", "low", "high", "best"]


def test_the_same_seed_gives_the_same_importance(boards):
    table, facts = boards.board(20)
    found = [importance(table, facts["hyperparameters"]) for _ in range(2)]
    pd.testing.assert_frame_equal(*found)
