"""Shapes: what Keras broadcasts in silence is an error that names both."""

import numpy as np
import pytest

from kit.losses.numeric import MeanSquaredError


@pytest.mark.parametrize("y, p", [((4, 3), (4, 1)), ((4, 1), (4, 3)), ((4,), (4, 1)), ((4, 1), (4,))])
def test_nothing_is_broadcast(y, p):
    with pytest.raises(ValueError) as error:
        MeanSquaredError()(np.zeros(y), np.zeros(p))
    assert str(y) in str(error.value) and str(p) in str(error.value)


def test_one_row_of_targets_is_not_spread_over_a_batch():
    with pytest.raises(ValueError):
        MeanSquaredError()(np.zeros((1, 2)), np.zeros((4, 2)))
