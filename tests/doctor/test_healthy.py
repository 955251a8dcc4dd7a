"""Healthy models and data: the doctor finds no error in them."""

import keras
import numpy as np
import pytest
from keras import layers
from sklearn import datasets

import kit

PIXELS = np.random.default_rng(0).integers(0, 256, (12, 16, 16, 3)).astype("uint8")
NETWORKS = ("MobileNetV2", "MobileNetV3Small", "EfficientNetB0", "EfficientNetV2B0", "ResNet50")


def built_by_kit(name, builder, **settings):
    data = kit.load_data(name)
    return builder(data.task, data.input, **settings), data


def two_outputs():
    inputs = keras.Input((4,))
    x = layers.Dense(8, activation="relu")(inputs)
    outputs = {"kind": layers.Dense(3, activation="softmax")(x), "size": layers.Dense(1)(x)}
    model = keras.Model(inputs, outputs)
    losses = {"kind": "sparse_categorical_crossentropy", "size": "mse"}
    model.compile("adam", losses, metrics={"kind": "accuracy"})
    x = np.random.default_rng(0).normal(size=(60, 4)).astype("float32")
    return model, (x, {"kind": np.arange(60) % 3, "size": x[:, :1]})


class OwnModel(keras.Model):
    """A model of a class of its own."""

    def __init__(self):
        super().__init__()
        self.hidden, self.last = layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")

    def call(self, x):
        return self.last(self.hidden(x))


def own_class(cls=OwnModel):
    model = cls()
    model.compile("adam", "binary_crossentropy", metrics=["accuracy", "AUC"])
    x = np.random.default_rng(0).normal(size=(60, 4)).astype("float32")
    return model, (x, (x[:, :1] > 0).astype("float32"))


def autoencoder():
    inputs = keras.Input((16, 16, 1))
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(inputs)
    model = keras.Model(inputs, layers.Conv2D(1, 3, padding="same", activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy")
    x = np.random.default_rng(0).uniform(size=(12, 16, 16, 1)).astype("float32")
    return model, (x, x)


def segmenter():
    data = kit.load_data("shapes", task="segmentation")
    return kit.build_segmenter(data.task, data.input, width=4, depth=1), data


def detector():
    data = kit.load_data("shapes", task="detection")
    return kit.build_detector(data.task, data.input, width=4), None


def network(name):
    model = getattr(keras.applications, name)(weights=None, input_shape=(64, 64, 3), classes=7)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, None


def from_sklearn(name):
    return getattr(datasets, f"load_{name}")(return_X_y=True), None


HEALTHY = {
    "kit wine": lambda: built_by_kit("wine", kit.build_classifier, width=8),
    "kit breast cancer": lambda: built_by_kit("breast_cancer", kit.build_classifier, width=8),
    "kit hinge": lambda: (kit.build_classifier(kit.Classification(2, loss="hinge"), (4,)), None),
    "kit ordinal": lambda: (kit.build_classifier(kit.Classification(5, loss="ordinal"), (4,)), None),
    "kit digits": lambda: built_by_kit("digits", kit.build_classifier, width=4),
    "kit diabetes": lambda: built_by_kit("diabetes", kit.build_regressor, width=8),
    "kit poisson": lambda: (kit.build_regressor(kit.Regression(loss="poisson"), (4,)), None),
    "kit multilabel": lambda: (kit.build_classifier(kit.MultilabelClassification(3), (4,)), None),
    "kit segmenter": segmenter,
    "kit detector": detector,
    "two outputs": two_outputs,
    "a class of its own": own_class,
    "autoencoder": autoencoder,
    **{f"sklearn {name}": lambda name=name: from_sklearn(name) for name in ("iris", "wine", "diabetes")},
    **{f"sklearn {name}": lambda name=name: from_sklearn(name) for name in ("digits", "breast_cancer")},
}


CHEAP = ("kit wine", "two outputs", "a class of its own", "autoencoder", "sklearn iris", "sklearn diabetes")


def check(name):
    found = kit.doctor(*HEALTHY[name]())
    assert not found.errors
    assert not [each for each in found if "could not run" in each.evidence]


@pytest.mark.parametrize("name", CHEAP)
def test_a_healthy_patient_has_no_error(name):
    check(name)


@pytest.mark.large
@pytest.mark.parametrize("name", [each for each in HEALTHY if each not in CHEAP])
def test_more_healthy_patients_have_no_error(name):
    check(name)


@pytest.mark.large
@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_of_keras_compiled_rightly_has_no_error(name):
    assert not kit.doctor(*network(name)).errors


def test_likely_wrong_labels_of_digits_are_found_and_few_others():
    x, y = datasets.load_digits(return_X_y=True)
    rng = np.random.default_rng(0)
    flipped = rng.choice(len(y), len(y) // 20, replace=False)
    y[flipped] = (y[flipped] + rng.integers(1, 10, len(flipped))) % 10
    from kit.doctor.rules.wrong_labels import likely, shares_of

    found = np.flatnonzero(likely(shares_of(x, y, seed=0), y) != y)
    right = np.isin(found, flipped).sum()
    assert right / len(flipped) >= 0.7
    assert right / len(found) >= 0.7
    (finding,) = kit.doctor((x, y), rules=["wrong_labels"])
    assert f"{len(found)} of {len(y)}" in finding.evidence
