"""Assignment as torchvision does it, and draws of a fixed number."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from kit.losses.sampling import assigned, sampled

STORED = json.loads((Path(__file__).parents[1] / "data" / "torchvision_detection.json").read_text("utf-8"))
NOTHING = np.zeros((1, 4, 4), "float32")


def matched(objects, places, **settings):
    """As torchvision says it: the number of the object, -1 for none, -2 for neither."""
    labels = np.zeros((1, len(objects)), "int32")
    boxes, places = np.array(objects, "float32")[None], np.array(places, "float32")
    found = assigned(*map(keras.ops.convert_to_tensor, (boxes, labels)), places, **settings)
    has, none, owner = (keras.ops.convert_to_numpy(each)[0] for each in found)
    return np.where(has, owner, np.where(none, -1, -2)).tolist()


@pytest.mark.parametrize("case", STORED["matches"], ids=lambda case: f"{len(case['objects'])} objects")
def test_places_have_the_objects_that_torchvision_gives_them(case):
    given = case["objects"], case["places"]
    assert matched(*given, high=0.7, low=0.3, forced=True) == case["first"]
    assert matched(*given, high=0.5, low=0.5) == case["second"]


def test_fillers_and_objects_beside_all_places_have_none():
    places = np.array([[0, 0, 4, 4], [4, 0, 8, 4]], "float32")
    labels, away = np.array([[-1]], "int32"), np.array([[[90, 90, 99, 99]]], "float32")
    for boxes, numbers in ((NOTHING[:, :1], labels), (places[None, :1], labels), (away, labels + 1)):
        has, none, _ = assigned(boxes, numbers, places, high=0.7, low=0.3, forced=True)
        assert not np.asarray(has).any() and np.asarray(none).all()


@pytest.mark.parametrize(
    ("positives", "drawn", "others"), [(0, 0, 8), (2, 2, 6), (30, 3, 5)], ids=["none", "few", "many"]
)
def test_as_many_are_drawn_as_asked_for(rng, positives, drawn, others):
    has = np.arange(60) < positives
    keys = rng.uniform(size=(2, 60)).astype("float32")
    found, left = sampled(*(np.stack([each] * 2) for each in (has, ~has)), keys, most=3, total=8)
    found, left = np.asarray(found), np.asarray(left)
    assert (found.sum(1) == drawn).all() and (left.sum(1) == others).all()
    for row in range(2):  # those with the largest keys
        assert set(np.flatnonzero(found[row])) == set(np.argsort(np.where(has, -keys[row], 9))[:drawn])
        assert set(np.flatnonzero(left[row])) == set(np.argsort(np.where(has, 9, -keys[row]))[:others])


def test_what_is_neither_is_never_drawn(rng):
    has, none = np.zeros((1, 9), bool), np.zeros((1, 9), bool)
    none[0, 4] = True
    found, left = sampled(has, none, rng.uniform(size=(1, 9)).astype("float32"), most=2, total=200)
    assert not np.asarray(found).any() and np.flatnonzero(np.asarray(left)[0]).tolist() == [4]
