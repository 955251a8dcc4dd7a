"""31 mistakes in plain Keras, of which Keras lets 28 pass in silence: each is found before training.

`tests/test_silent_mistakes.py` shows how kit's own models cannot make them.
"""

import keras
import numpy as np
import pytest
from keras import layers, losses

import kit
from kit.doctor import rule, toys

X = toys.numbers(200)
BINARY = (X[:, :1] > 0).astype("float32")
THREE = toys.classes(3, 200)
ROWS = toys.one_hot(3, 200)
LABELS = (toys.numbers(200, 4, 1) > 0).astype("float32")
SHAPE = layers.Reshape((1,)), layers.Reshape((3,))
IMAGES = np.random.default_rng(0).uniform(0, 255, (16, 32, 32, 3)).astype("float32")
MAPS = np.zeros((8, 8, 8, 1), "float32")
MASKS = (np.random.default_rng(0).uniform(size=(8, 8, 8, 1)) > 0.5).astype("float32")
WORDS = np.random.default_rng(0).integers(1, 9, (64, 12)) * (np.arange(12) < 6)
SPARSE, LOGITS = "sparse_categorical_crossentropy", {"from_logits": True}
dense = toys.model


class OwnLoss(losses.Loss):
    """Mean squared error as people write it."""

    def call(self, y_true, y_pred):
        return keras.ops.mean(keras.ops.square(y_true - y_pred))


def maps(units, activation, loss):
    convolution = layers.Conv2D(units, 3, padding="same", activation=activation)
    return toys.stack([keras.Input((8, 8, 1)), convolution], loss)


def normalised(momentum):
    norm = layers.BatchNormalization(momentum=momentum)
    return toys.stack([keras.Input((4,)), layers.Dense(8, use_bias=False), norm, layers.Dense(1)])


def pretrained():
    network = keras.applications.MobileNetV3Small(weights=None, input_shape=(32, 32, 3), classes=3)
    network.compile(loss=SPARSE)
    return network


def recurrent(mask):
    words = [keras.Input((12,)), layers.Embedding(9, 4, mask_zero=mask), layers.GRU(4)]
    return toys.stack([*words, layers.Dense(1, "sigmoid")], "binary_crossentropy")


def with_gap(x):
    x = x.copy()
    x[7, 2] = np.nan
    return x


def bce(**options):
    return losses.BinaryCrossentropy(**options)


# number: rule, the mistake, what was meant
MISTAKES = {
    1: (
        "logits_twice",
        lambda: (dense(1, "sigmoid", bce(**LOGITS), tail=[layers.Reshape((1,))]), (X, BINARY)),
        lambda: (dense(1, "sigmoid", bce()), (X, BINARY)),
    ),
    2: (
        "logits_twice",
        lambda: (
            dense(3, "softmax", losses.SparseCategoricalCrossentropy(**LOGITS), tail=[layers.Reshape((3,))]),
            (X, THREE),
        ),
        lambda: (dense(3, "softmax", SPARSE), (X, THREE)),
    ),
    3: (
        "logits_twice",
        lambda: (dense(1, "sigmoid", bce(**LOGITS)), (X, BINARY)),
        lambda: (dense(1, None, bce(**LOGITS)), (X, BINARY)),
    ),
    4: (
        "activation_of_loss",
        lambda: (dense(1, None, bce()), (X, BINARY)),
        lambda: (dense(1, "sigmoid", bce()), (X, BINARY)),
    ),
    5: (
        "activation_of_loss",
        lambda: (dense(3, None, SPARSE), (X, THREE)),
        lambda: (dense(3, "softmax", SPARSE), (X, THREE)),
    ),
    6: (
        "softmax_of_one",
        lambda: (dense(1, "softmax", bce()), (X, BINARY)),
        lambda: (dense(2, "softmax", SPARSE), (X, BINARY.astype(int))),
    ),
    7: (
        "binary_targets",
        lambda: (dense(1, "sigmoid", bce()), (X, BINARY + 1)),
        lambda: (dense(1, "sigmoid", bce()), (X, BINARY)),
    ),
    8: (
        "binary_targets",
        lambda: (dense(1, "sigmoid", bce()), (X, 2 * BINARY - 1)),
        lambda: (dense(1, None, "hinge"), (X, 2 * BINARY - 1)),
    ),
    9: (
        "binary_targets",
        lambda: (maps(1, "sigmoid", bce()), (MAPS, 255 * MASKS)),
        lambda: (maps(1, "sigmoid", bce()), (MAPS, MASKS)),
    ),
    10: (
        "binary_targets",
        lambda: (dense(1, "sigmoid", bce()), (X, THREE)),
        lambda: (dense(3, "softmax", SPARSE), (X, THREE)),
    ),
    11: (
        "accuracy_of_logits",
        lambda: (dense(1, None, bce(**LOGITS), ["accuracy"]), (X, BINARY)),
        lambda: (dense(1, None, bce(**LOGITS), [keras.metrics.BinaryAccuracy(threshold=0.0)]), (X, BINARY)),
    ),
    12: (
        "accuracy_of_labels",
        lambda: (dense(4, "sigmoid", bce(), ["accuracy"]), (X, LABELS)),
        lambda: (dense(4, "sigmoid", bce(), [keras.metrics.BinaryAccuracy()]), (X, LABELS)),
    ),
    13: (
        "accuracy_of_margins",
        lambda: (dense(1, None, "hinge", ["accuracy"]), (X, 2 * BINARY - 1)),
        lambda: (dense(1, None, "hinge", [kit.metrics.make("sign_accuracy")]), (X, 2 * BINARY - 1)),
    ),
    14: (
        "activation_of_loss",
        lambda: (dense(1, "sigmoid", "hinge"), (X, 2 * BINARY - 1)),
        lambda: (dense(1, "tanh", "hinge"), (X, 2 * BINARY - 1)),
    ),
    15: (
        "share_rows",
        lambda: (dense(4, "softmax", "categorical_crossentropy"), (X, LABELS)),
        lambda: (dense(4, "sigmoid", bce()), (X, LABELS)),
    ),
    16: (
        "activation_of_loss",
        lambda: (dense(3, "sigmoid", "kl_divergence"), (X, ROWS)),
        lambda: (dense(3, "softmax", "kl_divergence"), (X, ROWS)),
    ),
    17: (
        "share_rows",
        lambda: (dense(3, "softmax", "kl_divergence"), (X, 1 + 4 * ROWS)),
        lambda: (dense(3, "softmax", "kl_divergence"), (X, (1 + 4 * ROWS) / 7)),
    ),
    18: (
        "activation_of_loss",
        lambda: (dense(1, None, "poisson"), (X, THREE)),
        lambda: (dense(1, "exponential", "poisson"), (X, THREE)),
    ),
    19: (
        "broadcast_targets",
        lambda: (dense(1), (X, X[:, :3])),
        lambda: (dense(3), (X, X[:, :3])),
    ),
    20: (
        "loss_pairs_samples",
        lambda: (dense(1, None, OwnLoss()), (X, X[:, 0])),
        lambda: (dense(1, None, OwnLoss()), (X, X[:, :1])),
    ),
    21: (
        "target_range",
        lambda: (dense(1, "relu"), (X, X[:, :1])),
        lambda: (dense(1), (X, X[:, :1])),
    ),
    22: (
        "target_range",
        lambda: (dense(1, "sigmoid"), (X, 50 + 20 * np.tanh(X[:, :1]))),
        lambda: (dense(1, "sigmoid", tail=[layers.Rescaling(100)]), (X, 50 + 20 * np.tanh(X[:, :1]))),
    ),
    23: (
        "target_scale",
        lambda: (dense(1), (X, 2e5 + 1e5 * X[:, :1])),
        lambda: (dense(1, tail=[layers.Rescaling(1e5, 2e5)]), (X, 2e5 + 1e5 * X[:, :1])),
    ),
    24: (
        "huber_delta",
        lambda: (dense(1, None, "huber"), (X, 1e5 * X[:, :1])),
        lambda: (dense(1, None, "huber"), (X, X[:, :1])),
    ),
    25: (
        "missing_numbers",
        lambda: (dense(1, "sigmoid", bce()), (with_gap(X), BINARY)),
        lambda: (dense(1, "sigmoid", bce()), (X, BINARY)),
    ),
    26: (
        "broadcast_targets",
        lambda: (maps(3, "softmax", losses.Dice()), (MAPS, 2 * MASKS)),
        lambda: (maps(1, "sigmoid", losses.Dice()), (MAPS, MASKS)),
    ),
    27: (
        "activation_of_loss",
        lambda: (maps(1, None, losses.Dice()), (MAPS, MASKS)),
        lambda: (maps(1, "sigmoid", losses.Dice()), (MAPS, MASKS)),
    ),
    28: (
        "empty_masks",
        lambda: (maps(1, "sigmoid", losses.Dice()), (MAPS, 0 * MASKS)),
        lambda: (maps(1, "sigmoid", losses.Dice()), (MAPS, MASKS)),
    ),
    29: (
        "batchnorm_momentum",
        lambda: (normalised(0.99), (X, X[:, :1])),
        lambda: (normalised(0.6), (X, X[:, :1])),
    ),
    30: (
        "rescaled_twice",
        lambda: (pretrained(), (IMAGES / 255, THREE[:16])),
        lambda: (pretrained(), (IMAGES, THREE[:16])),
    ),
    31: (
        "padding_without_mask",
        lambda: (recurrent(mask=False), (WORDS, BINARY[:64])),
        lambda: (recurrent(mask=True), (WORDS, BINARY[:64])),
    ),
}


ERRORS = [name for name in kit.doctor.names() if rule.RULES.facts(name)["severity"] == "error"]


@pytest.mark.parametrize("number", MISTAKES)
def test_a_silent_mistake_is_found_before_the_first_epoch(number):
    expected, mistaken, _ = MISTAKES[number]
    assert expected in {each.rule for each in kit.doctor(*mistaken(), rules={*ERRORS, expected})}


@pytest.mark.parametrize("number", MISTAKES)
def test_what_was_meant_has_no_error(number):
    expected, _, meant = MISTAKES[number]
    assert not kit.doctor(*meant(), rules={*ERRORS, expected})
