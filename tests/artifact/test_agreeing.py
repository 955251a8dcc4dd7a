"""Equal decisions are counted as they would be by hand, and as scikit-learn counts them."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

import kit
from kit.artifact.agreeing import compared

TWO, THREE = kit.Classification(("no", "yes")), kit.Classification(("a", "b", "c"))


def test_agreement_is_the_share_of_equal_decisions():
    assert compared(TWO, np.array([[0.2], [0.4]]), np.array([[0.2], [0.6]]))["agreement"] == 0.5
    same = np.eye(3, dtype="float32")
    assert compared(THREE, same, same) == {"agreement": 1.0, "kappa": 1.0, "error": None}


def test_kappa_is_that_of_scikit_learn(rng):
    found, want = rng.random((40, 3)), rng.random((40, 3))
    want[:20] = found[:20]
    expected = cohen_kappa_score(found.argmax(axis=1), want.argmax(axis=1))
    assert compared(THREE, found, want)["kappa"] == pytest.approx(expected)


def test_a_rare_class_that_is_never_said_leaves_a_high_agreement_and_no_kappa():
    want = np.full((100, 1), 0.1)
    want[:3] = 0.9
    facts = compared(TWO, np.full((100, 1), 0.1), want)
    assert facts["agreement"] == 0.97
    assert facts["kappa"] == pytest.approx(0)


def test_of_masks_every_pixel_is_a_decision():
    task = kit.Segmentation(("wall", "crack"))
    want, found = np.zeros((2, 4, 4, 1)), np.zeros((2, 4, 4, 1))
    want[0, 0], found[0, 0, :2] = 1, 1  # two of 32 pixels differ
    facts = compared(task, found, want)
    assert facts["agreement"] == 30 / 32
    assert facts["kappa"] == pytest.approx(cohen_kappa_score(found.ravel(), want.ravel()))


def places(*boxes):
    """Outputs of one image: corners, and the probability of each of two classes."""
    return np.array([[[*box[:4], *(box[4] == 0, box[4] == 1)] for box in boxes]], "float32")


def test_boxes_agree_where_class_and_place_do_in_whatever_order():
    task = kit.Detection(("cat", "dog"))
    cat, dog, far = (0, 0, 10, 10, 0), (20, 20, 30, 40, 1), (40, 40, 60, 60, 0)
    assert compared(task, places(dog, cat), places(cat, dog))["agreement"] == 1
    assert compared(task, places(cat, dog), places(cat, dog, far))["agreement"] == pytest.approx(4 / 5)
    assert compared(task, places((0, 0, 10, 10, 1)), places(cat))["agreement"] == 0  # another class
    assert compared(task, places((0, 0, 10, 7, 0)), places(cat))["agreement"] == 0  # overlap 0.7
    assert compared(task, places((0, 0, 10, 8, 0)), places(cat))["agreement"] == 1  # overlap 0.8
    nothing = np.zeros((1, 2, 6), "float32")
    assert compared(task, nothing, nothing)["agreement"] == 1
    assert compared(task, nothing, places(cat, dog))["agreement"] == 0


def test_the_error_of_numbers_is_that_of_the_worst_target():
    task = kit.Regression(("metres", "grams"))
    want = np.array([[0.0, 0.0], [2.0, 2000.0]])  # standard deviations 1 and 1000
    found = want + np.array([[0.2, 50.0], [-0.2, 50.0]])
    assert compared(task, found, want) == {
        "agreement": None,
        "kappa": None,
        "error": pytest.approx(0.2),
    }


def test_the_error_of_images_is_over_all_pixels(rng):
    want = rng.random((2, 4, 4, 3))
    facts = compared(kit.Denoising(noise=25), want + 0.1, want)
    assert facts["error"] == pytest.approx(0.1 / want.std())
