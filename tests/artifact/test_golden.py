"""Golden samples: the same on every machine, fitting the network, and telling networks apart."""

import numpy as np
import pytest

import kit
from kit.artifact import golden
from kit.inputs.columns import Category, Numeric


@pytest.fixture(scope="module")
def table_model():
    columns = (Numeric("age", 40.0, 10.0), Category("town", levels=("a", "b")), Numeric("pay", 1e6, 1e5))
    return kit.build_regressor(kit.Regression(("y",), mean=(5.0,), scale=(2.0,)), kit.Table(columns), width=8)


def test_samples_fit_every_input_of_the_network(table_model, image_model):
    table = golden.samples(table_model, table_model.kit.input)
    assert {name: (array.shape, array.dtype.kind) for name, array in table.items()} == {
        "numeric": ((3, 2), "f"),
        "categorical": ((3, 1), "i"),
    }
    assert golden.samples(image_model, image_model.kit.input).shape == (3, 12, 12, 1)


def test_numbers_lie_about_what_the_columns_hold_in_training(table_model):
    numeric = golden.samples(table_model, table_model.kit.input)["numeric"]
    assert (abs(numeric - [40, 1e6]) <= [20, 2e5]).all()
    assert numeric.std(axis=0).min() > 1


def test_pixels_span_black_to_white(image_model):
    pixels = golden.samples(image_model, image_model.kit.input)
    assert pixels.min() < 5 < 250 < pixels.max() <= 255


def test_series_lie_about_their_mean_and_end_one_after_the_other():
    series = kit.Series(6, 2, variable=True, mean=(5.0, 100.0), std=(1.0, 10.0))
    model = kit.build_classifier(kit.Classification(2), series, backbone="fcn", width=4)
    made = golden.samples(model, series)
    assert np.isnan(made).all(axis=2).sum(axis=1).tolist() == [0, 1, 2]
    assert (np.nanmax(abs(made - [5, 100]), axis=(0, 1)) <= [2, 20]).all()
    fixed = kit.Series(6, 2, mean=(5.0, 100.0), std=(1.0, 10.0))
    assert np.isfinite(golden.arrays_for([("series", (None, 6, 2), "float32")], fixed)["series"]).all()


def test_samples_are_the_multiples_of_the_golden_ratio_modulo_one(image_model):
    pixels = golden.samples(image_model, image_model.kit.input).ravel()
    by_hand = [(k * 0.6180339887498949) % 1 * 255 for k in (1, 2, 3)]
    np.testing.assert_allclose(pixels[:3], by_hand, rtol=1e-6)


def test_outputs_agree_with_themselves_and_not_with_those_of_a_changed_weight(image_model):
    stored = golden.outputs(image_model, image_model.kit.input)
    assert golden.agree(stored, stored.tolist())
    weights = image_model.get_weights()
    image_model.set_weights([*weights[:-1], weights[-1] + [0.1, 0, 0]])
    try:
        assert not golden.agree(golden.outputs(image_model, image_model.kit.input), stored.tolist())
    finally:
        image_model.set_weights(weights)


def test_rounding_of_another_processor_is_forgiven():
    stored = np.array([[1000.0, -2.0]], "float32")
    assert golden.agree(stored * (1 + 1e-5), stored)
    assert not golden.agree(stored * 1.01, stored)
    assert not golden.agree(stored[:, :1], stored)


def test_outputs_are_numbers_that_json_can_hold():
    model = kit.build_regressor(kit.Regression(loss="poisson"), (2,), backbone="mlp", width=4)
    model.get_layer("logits").bias.assign([1000.0])
    assert np.isfinite(golden.outputs(model, model.kit.input)).all()
