"""The interval of a mean against SciPy and against the published correction."""

import numpy as np
import pytest
from scipy import stats

from kit.evaluation import spread


def test_independent_runs_have_students_interval():
    values = [0.71, 0.74, 0.69, 0.75]
    expected = stats.t.interval(0.95, 3, np.mean(values), stats.sem(values))
    assert spread.interval(values) == pytest.approx(expected)


def test_runs_that_share_samples_have_a_wider_one_by_the_rule_of_nadeau_and_bengio():
    values = [0.71, 0.74, 0.69, 0.75]
    half = stats.t.ppf(0.975, 3) * np.std(values, ddof=1) * np.sqrt(1 / 4 + 1 / 2)
    low, high = spread.interval(values, shared=1 / 2)
    assert (high - low) / 2 == pytest.approx(half)
