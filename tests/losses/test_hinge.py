"""Hinge losses: the margin by hand."""

import numpy as np
import pytest

from kit.losses.hinge import CategoricalHinge, Hinge, SquaredHinge


@pytest.mark.parametrize("score, hinge", [(2.0, 0.0), (1.0, 0.0), (0.25, 0.75), (-3.0, 4.0)])
def test_nothing_is_paid_beyond_the_margin(score, hinge):
    for sign in (1.0, -1.0):
        y_true, y_pred = np.array([[sign]]), np.array([[sign * score]])
        assert float(Hinge()(y_true, y_pred)) == pytest.approx(hinge)
        assert float(SquaredHinge()(y_true, y_pred)) == pytest.approx(hinge**2)


def test_a_batch_of_only_positives_is_not_taken_for_0_and_1():
    assert float(Hinge()(np.ones((4, 1)), np.zeros((4, 1)))) == 1.0


def test_the_right_class_leads_the_best_wrong_one_by_1():
    y_true = np.array([[0.0, 1.0, 0.0]])
    assert float(CategoricalHinge()(y_true, np.array([[-3.0, -1.0, -1.5]]))) == pytest.approx(0.5)
    assert float(CategoricalHinge()(y_true, np.array([[-3.0, -1.0, -2.5]]))) == 0.0
