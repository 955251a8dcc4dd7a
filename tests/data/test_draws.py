"""Random numbers of training: the same for the same sample, and spread as they should be."""

import numpy as np
import pytest
from scipy import stats

from kit.data.draws import Draws


def test_a_sample_has_its_numbers_whatever_stands_beside_it():
    many, one = Draws(3, 5, range(50)), Draws(3, 5, [17])
    for draws in (lambda d: d.uniform(4), lambda d: d.integers(4, 0, 9), lambda d: d.bytes(4, 13)):
        assert (draws(many)[17] == draws(one)[0]).all()
        assert (draws(many.at(np.array([17])))[0] == draws(one)[0]).all()


@pytest.mark.parametrize("other", [(1, 0, 0), (0, 1, 0), (0, 0, 1)], ids=["seed", "epoch", "stream"])
def test_seed_epoch_and_stream_give_unrelated_numbers(other):
    first = Draws(0, 0, range(2000)).uniform(0)
    second = Draws(other[0], other[1], range(2000)).uniform(other[2])
    assert stats.pearsonr(first, second).pvalue > 1e-3


def test_numbers_are_uniform():
    draws = Draws(0, 0, range(4000))
    assert stats.kstest(draws.uniform(0), "uniform").pvalue > 1e-3
    counts = np.bincount(draws.bytes(1, 64).ravel(), minlength=256)
    assert stats.chisquare(counts).pvalue > 1e-3
    assert set(draws.integers(2, -1, 1)) == {-1, 0, 1}
