"""Permutation importance: what a network does not look at has none."""

import keras
import numpy as np
import pandas as pd
import pytest

import kit
from kit.builders.common import Kit, recompiled
from kit.data import Samples
from kit.errors import KitError
from kit.evaluation import permutation
from kit.inputs.columns import Boolean, Category, Date, Numeric


@pytest.fixture(scope="module")
def model():
    """y = 3 a - b of the columns a, b and unused."""
    inputs = {"numeric": keras.Input((3,), name="numeric")}
    model = keras.Model(inputs, keras.layers.Dense(1)(inputs["numeric"]))
    model.set_weights([np.array([[3.0], [-1.0], [0.0]]), np.zeros(1)])
    model.kit = Kit(kit.Table((Numeric("a"), Numeric("b"), Numeric("unused"))), kit.Regression())
    return recompiled(model, "adam")


@pytest.fixture(scope="module")
def samples(model):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(600, 3)), columns=["a", "b", "unused"])
    labels = 3 * frame["a"] - frame["b"] + 0.1 * rng.normal(size=600)
    return Samples(frame, labels.to_numpy(), list(range(600)), model.kit.input, model.kit.task)


def test_importance_is_the_growth_of_the_error(model, samples):
    found = kit.importance(model, samples).set_index("column")
    assert list(found.index) == ["a", "b", "unused"]
    expected = 2 / np.sqrt(np.pi)  # mean distance of two standard normal numbers
    assert found.loc["a", "importance"] == pytest.approx(3 * expected - 0.08, rel=0.08)
    assert found.loc["b", "importance"] == pytest.approx(expected - 0.08, rel=0.1)
    assert found.loc["unused"].tolist() == pytest.approx([0, 0, 0], abs=1e-9)
    assert found.loc["b", "low"] < found.loc["b", "importance"] < found.loc["b", "high"]


def test_equal_seeds_give_equal_importances(model, samples):
    first, again = (kit.importance(model, samples, repeats=1, seed=4) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)


def test_a_column_of_any_kind_is_dealt_out_as_a_whole(rng):
    table = kit.Table((Category("town", levels=("x", "y")), Date("day"), Numeric("n"), Boolean("b")))
    days = pd.date_range("2020-01-01", periods=30).astype(str)
    frame = pd.DataFrame(
        {"town": rng.choice(["x", "y"], 30), "day": days, "n": range(30), "b": [True, False] * 15}
    )
    encoded = table.encode(frame)
    for name, place in permutation._places(table).items():
        changed = permutation._shuffled(encoded, *place, np.random.default_rng(1))
        order = np.random.default_rng(1).permutation(30)
        expected = table.encode(frame.assign(**{name: frame[name].to_numpy()[order]}))
        for key, array in expected.items():
            np.testing.assert_array_equal(changed[key], array)


def test_images_have_no_columns():
    images = kit.build_classifier(kit.Classification(2), (8, 8, 1), backbone="cnn", width=4)
    with pytest.raises(KitError, match="columns of a table"):
        kit.importance(images, None)
