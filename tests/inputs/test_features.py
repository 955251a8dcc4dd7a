"""kit.inputs.features: the layers of a table, against formulas by hand."""

import numpy as np
import pandas as pd
import pytest

from kit.inputs import Table
from kit.inputs.columns import Boolean, Category, Date, Numeric


def features(table, raw):
    import keras

    inputs, outputs = table.layers()
    return np.array(keras.Model(inputs, outputs)(table.encode(raw)))


def test_numbers_are_standardised_and_softly_clipped():
    z = np.array([-100, -1, 0, 0.5, 40])
    out = features(Table((Numeric("x", center=2, spread=4),)), (2 + 4 * z)[:, None])
    assert out[:, 0] == pytest.approx(z / np.sqrt(1 + (z / 3) ** 2), rel=1e-4, abs=1e-6)
    assert np.abs(out).max() < 3


def test_huge_numbers_stay_at_the_edge():
    out = features(Table((Numeric("x"),)), np.array([[3e38], [-3e38]]))
    assert out.ravel() == pytest.approx([3, -3], rel=1e-3)


def test_missing_numbers_become_the_median_and_an_indicator_where_training_missed_some():
    table = Table((Numeric("a", center=5), Numeric("b", center=5, missing=True)))
    out = features(table, np.array([[np.nan, np.nan], [5, 6]]))
    assert out.shape == (2, 3)
    assert out[0].tolist() == [0, 0, 1] and out[1, 2] == 0


def test_few_levels_are_one_hot():
    table = Table((Category("c", ("a", "b")), Category("d", ("a", "b"), missing=True)))
    raw = pd.DataFrame({"c": ["a", "b", "?"], "d": ["a", "b", "?"]})
    assert features(table, raw).tolist() == [[1, 0, 0, 1, 0], [0, 1, 0, 0, 1], [0, 0, 1, 0, 0]]


def test_many_levels_are_embedded():
    table = Table((Category("c", tuple("abcdefghijkl")),))
    out = features(table, pd.DataFrame({"c": ["a", "a", "b", "new"]}))
    assert out.shape == (4, table.columns[0].embedded)
    assert (out[0] == out[1]).all() and (out[0] != out[2]).any()


def test_all_kinds_together_are_finite_even_where_everything_is_missing():
    raw = pd.DataFrame(
        {"n": [1.0, 2.0], "b": [True, False], "d": ["2020-01-01", "2021-01-01"], "c": ["x", "y"]}
    )
    table = Table((Numeric("n"), Boolean("b"), Date("d"), Category("c"))).fitted(raw)
    missing = [dict.fromkeys(raw.columns)]
    assert np.isfinite(features(table, missing)).all()
    assert features(table, raw).shape == (2, 1 + 1 + 7 + 2)


def test_inputs_have_the_names_of_the_encoded_arrays():
    table = Table((Numeric("n"), Category("c", ("x",))))
    inputs, _ = table.layers()
    assert {key: tensor.name for key, tensor in inputs.items()} == {k: k for k in ("numeric", "categorical")}


def test_keras_alone_opens_the_layers_and_they_agree(tmp_path):
    import keras

    levels = tuple(f"level {i}" for i in range(12))
    table = Table((Numeric("n", 1.5, 2.0, True), Category("c", levels), Category("d", ("x",), True)))
    inputs, outputs = table.layers()
    model = keras.Model(inputs, outputs)
    model.save(tmp_path / "model.keras")
    x = table.encode([{"n": 3.0, "c": "level 3", "d": "x"}, {"n": None, "c": None, "d": "y"}])
    assert (np.array(keras.models.load_model(tmp_path / "model.keras")(x)) == np.array(model(x))).all()


def test_standardising_is_done_in_float32_whatever_the_policy():
    import keras

    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        _, outputs = Table((Numeric("n"), Category("c", tuple(range(20))))).layers()
    finally:
        keras.config.set_dtype_policy("float32")
    assert outputs.dtype == "float32"


def test_edges_of_bins_are_quantiles_in_the_units_of_the_features():
    numbers = np.concatenate([np.arange(100.0), [np.nan]])
    table = Table((Numeric("n"), Boolean("b"), Numeric("c"))).fitted(
        pd.DataFrame({"n": numbers, "b": [True] * 101, "c": [7.0] * 101})
    )
    found = table.edges()
    center, spread = np.nanmedian(numbers), np.nanquantile(numbers, 0.75) - np.nanquantile(numbers, 0.25)
    z = (np.nanquantile(numbers, np.linspace(0, 1, 33)) - center) / spread
    np.testing.assert_allclose(found[0], z / np.sqrt(1 + (z / 3) ** 2), rtol=1e-5, atol=1e-6)
    assert set(found[1].round(6)) == {round(-1 / np.sqrt(1 + 1 / 9), 6), round(1 / np.sqrt(1 + 1 / 9), 6)}
    assert (found[2] == 0).all()  # one value: no bin has a width


def test_where_every_number_is_constant_a_network_can_still_be_built():
    import kit

    table = Table((Numeric("n"),)).fitted(np.full((1, 1), 3.0))
    assert table.edges().shape == (1, 2)
    assert kit.build(kit.Regression(), table, backbone="tabm", width=4).output_shape == (None, 1)


def test_edges_of_a_table_that_was_not_fitted_are_those_of_a_normal_distribution():
    edges = Table.of_numbers(2).edges()
    assert (np.diff(edges, axis=1) > 0).all()
    np.testing.assert_allclose(edges, -edges[:, ::-1], atol=1e-9)


def test_a_date_has_bins_for_its_day_and_for_each_circle():
    assert Table((Date("d"), Category("c", ("x",)))).edges().shape == (7, 33)
    assert Table((Category("c", ("x",)),)).edges().shape[0] == 0


def test_quantiles_are_kept_in_the_json():
    table = Table((Numeric("n"),)).fitted(np.arange(50.0)[:, None])
    again = Table.from_json(table.to_json())
    assert again == table and again.columns[0].quantiles[::32] == (0.0, 49.0)
