"""What every input must do, whatever comes in: one test a promise, over all of them."""

import copy
import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

import kit
from kit import inputs
from kit.inputs.columns import Boolean, Category, Date, Numeric


def pictures(channels, dtype, scale):
    raw = (np.random.default_rng(0).random((6, 5, 4, channels)) * scale).astype(dtype)
    return kit.Images((5, 4), channels, scale=scale), raw


def rows():
    frame = pd.DataFrame(
        {
            "number": [1.0, np.nan, 3.0, 4.0, 5.0, 6.0],
            "truth": [True, False, True, False, True, None],
            "name": list("abcabc"),
            "many": [f"level {i // 2}" for i in range(6)],
            "day": pd.date_range("2024-01-01", periods=6),
        }
    )
    columns = Numeric("number"), Boolean("truth"), Category("name"), Category("many"), Date("day")
    return inputs.Table(columns), frame


def ragged(channels, gap=False):
    rng = np.random.default_rng(2)
    raw = np.empty(6, object)
    raw[:] = [rng.normal(size=(3 + place, channels)) for place in range(6)]
    if gap:
        raw[4][1, 0] = np.nan
    return kit.Series(), raw


CASES = {
    "gray bytes": pictures(1, "uint8", 255),
    "colour bytes": pictures(3, "uint8", 255),
    "colour floats": pictures(3, "float32", 1),
    "five channels": pictures(5, "float64", 16),
    "numbers": (inputs.Table.of_numbers(3), np.random.default_rng(1).normal(size=(6, 3))),
    "all columns": rows(),
    "sentences": (kit.Texts(), np.array(["one two", "two", "Two three", "four one", "", "one 1"], object)),
    "series": (kit.Series(), np.random.default_rng(3).normal(size=(6, 7, 2))),
    "series of several lengths": ragged(2),
    "series with a gap": ragged(1, gap=True),
    "only categories": (inputs.Table((Category("name"),)), rows()[1][["name"]]),
}
every = pytest.mark.parametrize("input, raw", CASES.values(), ids=CASES)


def arrays(encoded):
    return list(encoded.values()) if isinstance(encoded, dict) else [encoded]


def numbers(raw, before):
    """Pairs of what was and what is; texts as they compare."""
    if isinstance(raw[0], str):
        return [(np.array((raw == before).all()), np.array(True))]
    return zip(raw, before, strict=True)


def taken(raw, picked):
    return raw.iloc[picked] if hasattr(raw, "iloc") else raw[picked]


def test_every_registered_input_has_a_case():
    assert {input.to_json()["kind"] for input, _ in CASES.values()} == set(inputs.names())


@every
def test_it_is_frozen_and_comes_back_from_json(input, raw):
    fitted = input.fitted(raw)
    stored = json.loads(json.dumps(fitted.to_json(), allow_nan=False))
    assert inputs.from_json(stored) == fitted
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(fitted, dataclasses.fields(fitted)[0].name, None)


@every
def test_encoding_gives_one_finite_row_or_missing_a_sample_in_the_shape_it_says(input, raw):
    encoded = input.fitted(raw).encode(raw)
    shape = input.fitted(raw).shape
    shapes = [shape[key] for key in encoded] if isinstance(encoded, dict) else [shape]
    assert [array.shape for array in arrays(encoded)] == [(6, *s) for s in shapes]
    assert not any(np.isinf(array).any() for array in arrays(encoded))


@every
def test_encoding_is_the_same_row_by_row_and_leaves_the_raw_values_alone(input, raw):
    before = copy.deepcopy(raw)
    fitted = input.fitted(raw)
    whole = arrays(fitted.encode(raw))
    single = zip(*(arrays(fitted.encode(taken(raw, [i]))) for i in range(6)), strict=True)
    for together, alone in zip(whole, single, strict=True):
        np.testing.assert_array_equal(together, np.concatenate(alone))
    if hasattr(raw, "equals"):
        assert raw.equals(before)
    else:
        assert all(np.array_equal(one, other, equal_nan=True) for one, other in numbers(raw, before))


@every
def test_fitting_keeps_the_kind_and_says_so(input, raw):
    fitted = input.fitted(raw)
    assert type(fitted) is type(input) and fitted.is_fitted and not input.is_fitted
    assert fitted.fitted(raw) == fitted


@every
def test_a_batch_is_not_one_sample(input, raw):
    assert not input.is_one(raw)


@every
def test_its_layers_take_what_it_encodes_and_give_finite_numbers_of_its_rank(input, raw):
    import keras

    fitted = input.fitted(raw)
    tensors, features = fitted.layers()
    outputs = np.array(keras.Model(tensors, features)(fitted.encode(raw)))
    assert outputs.ndim == len(features.shape) == max(2, fitted.rank)
    assert outputs.dtype == (np.int32 if fitted.rank == 1 else np.float32) and np.isfinite(outputs).all()


@every
def test_it_describes_itself_in_one_line(input, raw):
    assert input.describe() and "\n" not in input.describe()
