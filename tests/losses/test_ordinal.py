"""Ordinal cross-entropy: far misses cost more than near ones."""

import numpy as np
import pytest

from kit.codecs import get
from kit.losses.ordinal import ordinal


def test_it_is_the_mean_of_the_questions():
    loss = ordinal()(np.array([[1.0, 0.0]]), np.array([[0.8, 0.4]]))
    assert float(loss) == pytest.approx(-(np.log(0.8) + np.log(0.6)) / 2, rel=1e-5)


def test_a_far_miss_costs_more_than_a_near_one():
    classes = ("poor", "fair", "good", "best")
    said = np.clip(get("cumulative").encode(["poor"], classes), 0.05, 0.95)
    costs = [float(ordinal()(get("cumulative").encode([each], classes), said)) for each in classes]
    assert costs == sorted(costs) and costs[3] > costs[1]
