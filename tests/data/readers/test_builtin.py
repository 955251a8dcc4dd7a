"""Built-in data sets, against scikit-learn."""

import numpy as np
import pytest
import sklearn.datasets

from kit.data.readers import Request
from kit.data.readers.builtin import BUILTIN, read


@pytest.mark.parametrize("name", BUILTIN)
def test_samples_and_labels_are_those_of_scikit_learn(name):
    raw, bunch = read(Request(name)), getattr(sklearn.datasets, f"load_{name}")()
    assert len(raw) == len(bunch.target)
    labels = raw.labels if raw.labels is not None else raw.inputs[raw.target[0]].to_numpy()
    names = bunch.get("target_names")
    expected = bunch.target if name in ("digits", "diabetes") else np.asarray(names, object)[bunch.target]
    assert (labels == expected).all()


def test_digits_are_gray_images_from_0_to_16():
    raw = read(Request("digits"))
    assert raw.inputs.shape == (1797, 8, 8, 1) and raw.inputs.max() == raw.input.scale == 16


def test_diabetes_has_the_units_of_the_patients():
    assert read(Request("diabetes")).inputs["age"].between(18, 80).all()
