"""An ensemble says the mean of what its members say, also from a file."""

import numpy as np
import pytest

import kit
from kit.errors import KitError, MatchError


def members(data, count=3, **settings):
    return [kit.build(data.task, data.input, **settings) for _ in range(count)]


@pytest.mark.parametrize("name", ["wine", "diabetes", "digits"])
def test_it_says_the_mean_and_its_file_does_too(name, tmp_path):
    data = kit.load_data(name)
    models = members(data, 2, width=8, depth=1)
    both = kit.ensemble(models)
    x, _ = data.test.arrays()
    mean = sum(np.asarray(model(x)).astype("float64") for model in models) / 2
    said = np.asarray(both(x))
    np.testing.assert_allclose(said, mean, rtol=1e-5, atol=1e-5 * np.abs(mean).max())
    kit.save(both, tmp_path / "both")
    np.testing.assert_allclose(kit.load(tmp_path / "both").model(x), said, rtol=1e-5)
    assert kit.evaluate(both, data.test, resamples=0).metrics["loss"] > 0


def test_columns_without_numbers_go_to_every_member(tmp_path):
    import pandas as pd

    rows = pd.DataFrame({"colour": ["red", "blue"] * 30, "size": np.arange(60.0), "y": ["a", "b", "b"] * 20})
    data = kit.load_data(rows, target="y")
    models = members(data, 2, width=8, depth=1)
    x, _ = data.test.arrays()
    mean = sum(np.asarray(model(x)) for model in models) / 2
    np.testing.assert_allclose(kit.ensemble(models)(x), mean, atol=1e-6)


def test_training_on_changes_neither_the_members_nor_their_copies():
    data = kit.load_data("wine")
    models = members(data, 2, width=8, depth=1)
    both, x = kit.ensemble(models), data.test.arrays()[0]
    before = np.asarray(both(x))
    kit.fit(models[0], data, epochs=1, verbose=0)
    np.testing.assert_array_equal(both(x), before)


def test_models_that_do_not_belong_together_are_refused():
    wine, digits = kit.load_data("wine"), kit.load_data("digits")
    with pytest.raises(KitError, match="at least two"):
        kit.ensemble(members(wine, 1))
    with pytest.raises(MatchError, match="one task"):
        kit.ensemble([*members(wine, 1), *members(digits, 1)])
    other = kit.build(wine.task, kit.Table.of_numbers(13))
    with pytest.raises(MatchError, match="encode their inputs alike"):
        kit.ensemble([*members(wine, 1), other])


def test_boxes_have_no_mean():
    model = kit.build_detector(kit.Detection(["cell"]), (64, 64, 1), width=8)
    with pytest.raises(MatchError, match="Boxes have no mean"):
        kit.ensemble([model, model])
