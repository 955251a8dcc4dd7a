"""KL divergence against its formula; never below 0 on distributions."""

import numpy as np
import pytest

from kit.losses.kl import KLDivergence


def test_it_is_the_formula():
    t, p = np.array([[0.2, 0.8]]), np.array([[0.5, 0.5]])
    by_hand = 0.2 * np.log(0.2 / 0.5) + 0.8 * np.log(0.8 / 0.5)
    assert float(KLDivergence()(t, p)) == pytest.approx(by_hand, rel=1e-4)


def test_a_share_of_0_adds_nothing():
    assert float(KLDivergence()(np.array([[0.0, 1.0]]), np.array([[0.5, 0.5]]))) == pytest.approx(
        np.log(2), rel=1e-5
    )


def test_it_is_never_below_0_beyond_rounding():
    rows = np.random.default_rng(0).dirichlet(np.ones(4), (2, 200)).astype("float32")
    assert float(KLDivergence(reduction="none")(rows[0], rows[1]).__array__().min()) > -1e-5
