"""What fit decides: hand values."""

import pytest

from kit.training import plan


@pytest.mark.parametrize(("samples", "size"), [(1, 32), (3999, 32), (4000, 64), (19999, 64), (20000, 128)])
def test_batches_grow_with_the_number_of_samples(samples, size):
    assert plan.batch_size(samples) == size


@pytest.mark.parametrize(("steps", "epochs"), [(1, 100), (15, 100), (100, 15), (188, 8), (10**6, 8)])
def test_epochs_make_about_fifteen_hundred_steps(steps, epochs):
    assert plan.epochs(steps) == epochs


def test_momentum_forgets_its_start_before_a_run_ends():
    for steps in (10, 40, 100, 1000, 10**5):
        momentum = plan.batchnorm_momentum(steps, steps // 5)
        assert momentum**steps < 0.01
        assert 0.5 <= momentum < 0.991


def test_balanced_classes_weigh_the_same_together():
    weights = plan.class_weights([10, 30, 60], "balanced")
    assert [weight * count for weight, count in zip(weights, [10, 30, 60], strict=True)] == pytest.approx(
        [100 / 3] * 3
    )


def test_auto_balances_only_what_is_more_than_two_to_one():
    assert plan.class_weights([20, 10], "auto") is None
    assert plan.class_weights([21, 10], "auto") == pytest.approx([31 / 42, 31 / 20])
    assert plan.class_weights([21, 1], "auto") is None  # one sample would weigh as much as 21


def test_numbers_of_the_user_stay_as_they_are():
    assert plan.class_weights([5, 5], (1, 3)) == [1, 3]
    assert plan.class_weights([50, 5], None) is None
