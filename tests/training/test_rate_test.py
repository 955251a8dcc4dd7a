"""The range test finds a rate that learns, below the one that diverges, and leaves the model as it was."""

import keras
import numpy as np
import pytest

import kit
from kit.errors import KitError


@pytest.fixture(scope="module")
def data(toys):
    return toys.table_data()


def linear(data, **settings):
    keras.utils.set_random_seed(0)
    return kit.build_regressor(
        data.task, data.input, backbone="mlp", width=8, depth=1, dropout=0.0, **settings
    )


def test_the_loss_is_flat_at_first_then_falls_then_rises(data):
    found = kit.find_learning_rate(linear(data, optimizer="sgd"), data, high=100.0)
    least = int(np.argmin(found.losses))
    assert found.losses[5] == pytest.approx(found.losses[1], rel=0.3)
    assert found.losses[least] < 0.8 * found.losses[1]
    assert found.rates[0] < found.suggestion < found.rates[least]
    assert found.losses[-1] > 2 * found.losses[least] or len(found.rates) < 100


@pytest.mark.large
def test_training_at_the_suggestion_learns_more_than_far_below_and_far_above(data):
    suggestion = kit.find_learning_rate(linear(data, optimizer="sgd"), data).suggestion
    ends = []
    for factor in (1e-3, 1):
        model = linear(data, optimizer="sgd", learning_rate=factor * suggestion)
        ends.append(kit.fit(model, data, epochs=8, patience=0, verbose=0).history["val_loss"][-1])
    assert ends[1] < 0.9 * ends[0]


def test_the_model_is_as_it_was_and_trains_as_if_nothing_had_been(data, toys):
    tested, untouched = linear(data), linear(data)
    kit.find_learning_rate(tested, data, steps=40)
    assert toys.equal(toys.weights(tested), toys.weights(untouched))
    for model in (tested, untouched):
        kit.fit(model, data, epochs=2, verbose=0, seed=3)
    assert toys.equal(toys.weights(tested), toys.weights(untouched))


def test_the_same_seed_gives_the_same_curve(data):
    first, again = (kit.find_learning_rate(linear(data), data, steps=40, seed=1) for _ in range(2))
    np.testing.assert_array_equal(first.losses, again.losses)


def test_what_cannot_be_tested_is_refused(data):
    with pytest.raises(KitError, match="0 < low < high and 20 steps or more"):
        kit.find_learning_rate(linear(data), data, low=1.0, high=0.1)


def test_the_figure_names_the_suggestion(data):
    found = kit.find_learning_rate(linear(data), data, steps=40)
    (axes,) = found.figure().axes
    assert f"{found.suggestion:.2g}" in axes.get_title() + found.figure().get_suptitle()
