"""Regression: numbers in the user's own units, whatever the loss."""

import json

import keras
import numpy as np
import pytest

import kit
from kit import match, tasks
from kit.errors import DataError, KitError, MatchError

VALUES = np.array([2.0, 4.0, 6.0, 12.0])


def task_of(loss, targets=("y",)):
    bounds = (0.0, 20.0) if loss == "bounded" else None
    values = np.stack([VALUES * 10**place for place in range(len(targets))], axis=1)
    bounds = None if bounds is None else (0.0, 20.0 * 10 ** (len(targets) - 1))
    return kit.Regression(targets, loss=loss, bounds=bounds).fitted(values)


LOSSES = [row.loss for row in match.table("numeric")]
every_loss = pytest.mark.parametrize("loss", LOSSES)


def head_on_zeros(task):
    inputs = keras.Input((4,))
    return np.asarray(
        keras.ops.convert_to_numpy(keras.Model(inputs, task.head(inputs))(np.zeros((1, 4), "float32")))
    )


@every_loss
@pytest.mark.parametrize("targets", [("y",), ("y", "z")])
def test_an_untrained_head_says_about_the_mean(loss, targets):
    task = task_of(loss, targets)
    np.testing.assert_allclose(task.decided(head_on_zeros(task)).values[0], task.mean, rtol=0.02)


@every_loss
def test_the_loss_does_not_depend_on_the_unit(loss):
    if loss == "poisson":
        pytest.skip("counts have no unit")
    losses = []
    for factor in (1.0, 1000.0):
        bounds = (0.0, 20.0 * factor) if loss == "bounded" else None
        task = kit.Regression(("y",), loss=loss, bounds=bounds).fitted(VALUES * factor)
        outputs = np.repeat(head_on_zeros(task), 4, axis=0)
        losses.append(float(task.make_loss()(task.encode(VALUES * factor), outputs)))
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


@every_loss
def test_the_stored_task_is_equal(loss):
    task = task_of(loss)
    assert tasks.from_json(json.loads(json.dumps(task.to_json()))) == task


@every_loss
def test_decoding_undoes_encoding(loss):
    assert task_of(loss).decode(task_of(loss).encode(VALUES)) == pytest.approx(VALUES.tolist())


def test_the_last_layer_turns_standard_values_into_units():
    task = kit.Regression(("y",)).fitted([100.0, 300.0])
    inputs = keras.Input((1,))
    layer = keras.Model(inputs, task.head(inputs)).get_layer("units")
    assert (float(np.ravel(layer.scale)[0]), float(np.ravel(layer.offset)[0])) == (100.0, 200.0)


def test_outputs_stay_above_zero_and_within_bounds():
    far = np.array([[-50.0], [50.0]], "float32")
    for loss, low, high in (("positive", 0, np.inf), ("poisson", 0, np.inf), ("bounded", 0, 20)):
        task = task_of(loss)
        inputs = keras.Input((1,))
        model = keras.Model(inputs, task.head(inputs))
        model.get_layer("logits").set_weights([np.ones((1, 1)), np.zeros(1)])
        outputs = keras.ops.convert_to_numpy(model(far))
        assert (outputs >= low).all() and (outputs <= high).all()


def test_quantiles_never_cross():
    task = task_of("quantile", ("y", "z"))
    inputs = keras.Input((6,))
    model = keras.Model(inputs, task.head(inputs))
    outputs = keras.ops.convert_to_numpy(model(np.random.default_rng(0).normal(size=(50, 6)) * 5))
    assert (np.diff(outputs.reshape(50, 2, 3), axis=2) >= 0).all()


@pytest.mark.parametrize(
    ("loss", "wrong"),
    [("poisson", [1.0, -1.0]), ("poisson", [1.0, 0.5]), ("positive", [1.0, -2.0]), ("mse", [1.0, np.nan])],
)
def test_targets_that_the_output_cannot_reach_are_named_with_their_row(loss, wrong):
    with pytest.raises(DataError, match="row 1"):
        kit.Regression(("y",), loss=loss).encode(wrong)


def test_bounds_are_needed_kept_and_in_order():
    with pytest.raises(MatchError, match="bounds"):
        kit.Regression(loss="bounded")
    with pytest.raises(KitError, match="lowest"):
        kit.Regression(loss="bounded", bounds=(1, 0))
    with pytest.raises(DataError, match="row 1"):
        kit.Regression(loss="bounded", bounds=(0, 100)).encode([50.0, 101.0])


def test_a_constant_target_is_not_divided_by_zero():
    assert kit.Regression().fitted([5.0, 5.0]).scale == (1.0,)


def test_an_option_of_another_loss_is_refused():
    with pytest.raises(MatchError, match="delta"):
        _ = kit.Regression(loss="mae", delta=2.0).match
