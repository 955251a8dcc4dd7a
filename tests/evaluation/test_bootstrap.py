import math

import numpy as np
import pytest

import kit
from kit.evaluation import bootstrap
from kit.evaluation.outcome import outcome_of


def right_and_wrong(right, count):
    """Two classes; so many of the answers are right."""
    true = np.arange(count) % 2
    said = np.where(np.arange(count) < right, true, 1 - true)
    return outcome_of(
        kit.Classification(("no", "yes")), np.array(["no", "yes"])[true], said[:, None] * 0.8 + 0.1
    )


def test_the_interval_of_a_share_is_that_of_the_binomial_distribution():
    low, high = bootstrap.intervals(right_and_wrong(320, 400), ["accuracy"], resamples=4000)["accuracy"]
    reach = 1.96 * math.sqrt(0.8 * 0.2 / 400)  # the normal formula
    assert (low, high) == (pytest.approx(0.8 - reach, abs=0.006), pytest.approx(0.8 + reach, abs=0.006))


def test_about_95_of_100_intervals_hold_the_true_share(rng):
    hits = 0
    for right in rng.binomial(200, 0.7, size=150):
        low, high = bootstrap.intervals(right_and_wrong(right, 200), ["accuracy"], seed=int(right))[
            "accuracy"
        ]
        hits += low <= 0.7 <= high
    assert 0.9 <= hits / 150 <= 0.99


def test_equal_seeds_give_equal_intervals_and_others_do_not(make, outcome):
    found = outcome(*make("binary"))
    first, again, other = (bootstrap.intervals(found, ["auc"], seed, resamples=50) for seed in (1, 1, 2))
    assert first == again != other


def test_each_resample_draws_as_many_samples_as_there_are():
    blocks = list(bootstrap.resampled(count=500_000, resamples=9, seed=0))
    assert sum(block.shape[1] for block in blocks) == 9 and len(blocks) > 1
    assert all((block.sum(axis=0) == 500_000).all() for block in blocks)


def test_a_perfect_share_has_the_exact_limit_below():
    low, high = bootstrap.intervals(right_and_wrong(50, 50), ["accuracy"])["accuracy"]
    assert (low, high) == (pytest.approx(0.025 ** (1 / 50)), 1.0)  # Clopper and Pearson, all of 50 right
    assert bootstrap.intervals(right_and_wrong(0, 50), ["accuracy"])["accuracy"] == (
        0.0,
        pytest.approx(1 - low),
    )


def test_a_score_that_never_varies_has_no_interval():
    assert "f1_macro" not in bootstrap.intervals(right_and_wrong(50, 50), ["f1_macro"])


def test_one_sample_has_no_intervals():
    found = outcome_of(kit.Regression(), [1.0], np.array([[2.0]]))
    assert bootstrap.intervals(found, ["mae"]) == {}


def test_no_resamples_means_no_intervals(make, outcome):
    assert bootstrap.intervals(outcome(*make("numbers")), ["mae"], resamples=0) == {}


def test_resamples_without_one_of_the_classes_do_not_count():
    labels = ["no"] * 9 + ["yes"]
    found = outcome_of(kit.Classification(("no", "yes")), labels, np.linspace(0.1, 0.6, 10)[::-1, None])
    low, high = bootstrap.intervals(found, ["auc"], resamples=300).get("auc", (0, 0))
    assert 0 <= low <= high <= 1  # a third of the draws lack the only 'yes'
