"""The bag of words and pairs: its sum by hand, blind to padding, sure of the words."""

import keras
import numpy as np
import pytest

import kit
from kit.backbones.bag import _FACTOR, _PAIRS, bag

WORDS = 7


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    x = keras.Input((4,), dtype="int32")
    return keras.Model(x, bag(x, words=WORDS, width=5))


def test_it_is_the_sum_of_words_and_pairs_over_the_root_of_their_count(network):
    vectors = network.get_layer("words").get_weights()[0]
    assert vectors.shape == (WORDS + _PAIRS, 5)
    numbers = [3, 6, WORDS + (3 * _FACTOR + 6) % _PAIRS]
    by_hand = vectors[numbers].sum(axis=0) / np.sqrt(3)
    np.testing.assert_allclose(network(np.array([[3, 6, 0, 0]]))[0], by_hand, atol=1e-6)


def test_a_text_without_words_is_zero(network):
    assert not np.asarray(network(np.zeros((1, 4), "int32"))).any()


def test_words_in_another_order_are_another_text(network):
    one, other = np.asarray(network(np.array([[3, 6, 2, 0], [6, 3, 2, 0]])))
    assert np.abs(one - other).max() > 1e-3


def test_the_largest_numbers_are_pairs_within_the_table():
    largest = np.array([[30_001, 30_001]], "int32")
    assert (largest[:, 0] * np.int32(_FACTOR) + largest[:, 1] > 0).all()  # no overflow
    x = keras.Input((2,), dtype="int32")
    model = keras.Model(x, bag(x, words=30_002, width=1))
    assert np.isfinite(np.asarray(model(largest))).all()


def test_a_classifier_learns_which_words_matter_and_is_the_same_from_a_file(tmp_path, rng):
    words = np.array(["red", "green", "blue", "car", "tree"])
    texts = [" ".join(rng.choice(words, 6)) for _ in range(200)]
    labels = np.array(["warm" if "red" in text else "cold" for text in texts])
    frame = {"text": texts, "kind": labels}
    import pandas as pd

    data = kit.load_data(pd.DataFrame(frame), target="kind", input=kit.Texts("text"))
    model = kit.build(data.task, data.input, width=8, learning_rate=0.03)
    kit.fit(model, data, epochs=15, verbose=0)
    assert kit.evaluate(model, data.test, resamples=0).metrics["accuracy"] > 0.9
    predictor = kit.load(kit.save(model, tmp_path / "m"))
    assert predictor("a red car").label == "warm" and predictor("green").label == "cold"
    again = predictor.outputs(data.test.inputs)
    np.testing.assert_allclose(again, model(data.test.arrays()[0]), atol=1e-5)
