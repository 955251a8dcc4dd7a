"""The transformer for series: counted by hand, and it knows where steps are."""

import keras
import numpy as np

import kit
from kit.backbones.transformer import transformer


def test_the_weights_are_counted_by_hand():
    inputs, width = keras.Input((20, 3)), 32
    first = 5 * 3 * width + width
    attention = 4 * (width * width + width)
    each = 2 * width * width + 2 * width + 2 * width * width + width
    norms = 2 * width
    model = keras.Model(inputs, transformer(inputs, width=width, depth=2))
    assert model.count_params() == first + 2 * (attention + each + 2 * norms) + norms


def test_the_order_of_words_counts():
    texts = kit.Texts(length=4, words=("a", "b"))
    model = kit.build_classifier(kit.Classification(2), texts, backbone="transformer", width=8, depth=1)
    one, other = np.array(model(texts.encode(["a b", "b a"])))
    assert not np.allclose(one, other)
