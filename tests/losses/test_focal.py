"""Focal losses: the factor by hand, and class weights that really count."""

import numpy as np
import pytest

from kit.losses.crossentropy import BinaryCrossentropy, SparseCrossentropy
from kit.losses.focal import BinaryFocal, MultilabelFocal, SparseFocal

Y, P = np.array([[1.0], [0.0]]), np.array([[0.9], [0.4]])
C = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], "float32")


def test_easy_samples_fade_by_hand():
    by_hand = (0.1**2 * -np.log(0.9) + 0.4**2 * -np.log(0.6)) / 2
    assert float(BinaryFocal(gamma=2.0)(Y, P)) == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.parametrize("gamma", [0.0, 0.5])
def test_a_right_or_wrong_extreme_is_finite(gamma):
    loss = BinaryFocal(gamma=gamma)(np.array([[1.0], [1.0]]), np.array([[1.0], [0.0]]))
    assert np.isfinite(float(loss))


def test_without_gamma_and_weights_it_is_cross_entropy():
    assert float(BinaryFocal(gamma=0)(Y, P)) == pytest.approx(float(BinaryCrossentropy()(Y, P)), rel=1e-5)
    y = np.array([0, 1])
    assert float(SparseFocal(gamma=0)(y, C)) == pytest.approx(float(SparseCrossentropy()(y, C)), rel=1e-5)


def test_binary_weights_count_for_their_class():
    plain, weighted = BinaryFocal(gamma=0), BinaryFocal(gamma=0, alpha=(1.0, 10.0))
    assert float(weighted(Y[:1], P[:1])) == pytest.approx(10 * float(plain(Y[:1], P[:1])), rel=1e-5)
    assert float(weighted(Y[1:], P[1:])) == pytest.approx(float(plain(Y[1:], P[1:])), rel=1e-5)


def test_class_weights_count_for_their_class():
    by_hand = (-np.log(0.7) - 5 * np.log(0.1)) / 2
    loss = SparseFocal(gamma=0, alpha=(1.0, 5.0, 1.0))(np.array([0, 1]), C)
    assert float(loss) == pytest.approx(by_hand, rel=1e-4)


def test_label_weights_count_where_the_label_is_carried():
    y, p = np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]])
    loss = MultilabelFocal(gamma=0, alpha=(4.0, 9.0))(y, p)
    assert float(loss) == pytest.approx((4 + 1) * np.log(2) / 2, rel=1e-5)


@pytest.mark.parametrize("arguments", [{"gamma": -1}, {"alpha": (1.0, -1.0)}, {"alpha": (1.0, 1.0, 1.0)}])
def test_arguments_out_of_range_are_refused(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        BinaryFocal(**arguments)
