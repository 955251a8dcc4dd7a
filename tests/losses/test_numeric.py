"""Losses of one number against another, by hand and against their formulas."""

import numpy as np
import pytest

from kit.losses.numeric import Huber, LogCosh, MeanAbsoluteError, MeanSquaredError

Y, P = np.array([[1.0, 2.0], [0.0, -4.0]]), np.array([[1.5, 2.0], [3.0, -4.0]])
E = P - Y
FORMULAS = [
    (MeanSquaredError(), E**2),
    (MeanAbsoluteError(), abs(E)),
    (Huber(delta=1.0), np.where(abs(E) <= 1, E**2 / 2, abs(E) - 0.5)),
    (Huber(delta=2.0), np.where(abs(E) <= 2, E**2 / 2, 2 * (abs(E) - 1))),
    (LogCosh(), np.log(np.cosh(E))),
]


@pytest.mark.parametrize("loss, errors", FORMULAS, ids=lambda value: getattr(value, "name", ""))
def test_it_is_the_mean_of_the_formula(loss, errors):
    assert float(loss(Y, P)) == pytest.approx(errors.mean(), rel=1e-5)


def test_log_cosh_of_a_huge_error_is_finite():
    assert float(LogCosh()(np.array([[0.0]]), np.array([[1e6]]))) == pytest.approx(1e6 - np.log(2), rel=1e-6)


@pytest.mark.parametrize("delta", [0, -1.0])
def test_a_delta_that_is_not_positive_is_refused(delta):
    with pytest.raises(ValueError, match="delta"):
        Huber(delta=delta)
