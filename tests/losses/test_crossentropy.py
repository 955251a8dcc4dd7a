"""Cross-entropies: values by hand, smoothing, and gradients that stay alive."""

import numpy as np
import pytest

from kit.losses.crossentropy import BinaryCrossentropy, CategoricalCrossentropy, SparseCrossentropy

P = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], "float32")


def test_binary_is_the_mean_over_units():
    loss = BinaryCrossentropy()(np.array([[1.0, 0.0]]), np.array([[0.8, 0.4]]))
    assert float(loss) == pytest.approx(-(np.log(0.8) + np.log(0.6)) / 2, rel=1e-5)


def test_binary_smoothing_draws_targets_to_one_half():
    loss = BinaryCrossentropy(label_smoothing=0.2)(np.array([[1.0]]), np.array([[0.8]]))
    assert float(loss) == pytest.approx(-(0.9 * np.log(0.8) + 0.1 * np.log(0.2)), rel=1e-5)


def test_integers_and_one_hot_rows_give_the_same_number():
    sparse = SparseCrossentropy()(np.array([0, 1]), P)
    dense = CategoricalCrossentropy()(np.eye(3, dtype="float32")[[0, 1]], P)
    assert float(sparse) == pytest.approx(-(np.log(0.7) + np.log(0.1)) / 2, rel=1e-5)
    assert float(dense) == pytest.approx(float(sparse), rel=1e-6)


def test_smoothing_spreads_a_share_over_all_classes():
    by_hand = -(0.8 * np.log(0.7) + 0.1 * np.log(0.2) + 0.1 * np.log(0.1))
    sparse = SparseCrossentropy(label_smoothing=0.3)(np.array([0]), P[:1])
    dense = CategoricalCrossentropy(label_smoothing=0.3)(np.eye(3, dtype="float32")[:1], P[:1])
    assert float(sparse) == pytest.approx(by_hand, rel=1e-5)
    assert float(dense) == pytest.approx(by_hand, rel=1e-5)


@pytest.mark.parametrize("loss", [BinaryCrossentropy, SparseCrossentropy, CategoricalCrossentropy])
@pytest.mark.parametrize("share", [-0.1, 1.0, 2])
def test_a_smoothing_that_is_no_share_is_refused(loss, share):
    with pytest.raises(ValueError, match="label_smoothing"):
        loss(label_smoothing=share)


def test_the_sample_weight_counts():
    loss = SparseCrossentropy()(np.array([0, 1]), P, sample_weight=np.array([0.0, 2.0]))
    assert float(loss) == pytest.approx(-2 * np.log(0.1) / 2, rel=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_a_row_of_shares_costs_the_mean_of_its_labels(smoothing):
    loss = SparseCrossentropy(label_smoothing=smoothing)
    mixed = loss(np.array([[0.75, 0.0, 0.25]]), P[:1])
    by_hand = 0.75 * float(loss(np.array([0]), P[:1])) + 0.25 * float(loss(np.array([2]), P[:1]))
    assert float(mixed) == pytest.approx(by_hand, rel=1e-5)
    if not smoothing:
        assert by_hand == pytest.approx(-0.75 * np.log(0.7) - 0.25 * np.log(0.1), rel=1e-5)


@pytest.mark.parametrize("shape", [(2, 1), (2, 4), (1, 3)], ids=str)
def test_rows_that_are_no_shares_of_the_classes_are_refused(shape):
    with pytest.raises(ValueError, match="do not fit outputs"):
        SparseCrossentropy()(np.ones(shape), P)
