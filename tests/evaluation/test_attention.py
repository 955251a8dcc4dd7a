"""Grad-CAM: where the network looked, against gradients and against the formula of a simple network."""

import keras
import numpy as np
import pytest

import kit
from kit.builders.common import Kit, recompiled
from kit.errors import KitError
from kit.evaluation import attention


def simple(units, task, activation="softmax"):
    """Convolution, mean over places, dense: here Grad-CAM is the sum of channels times weights of a class."""
    image = keras.Input((6, 6, 1), name="image")
    maps = keras.layers.Conv2D(3, 1, activation="relu", name="maps")(image)
    pooled = keras.layers.GlobalAveragePooling2D()(keras.layers.Dropout(0.9)(maps))
    logits = keras.layers.Dense(units, name="logits")(pooled)
    model = keras.Model(image, keras.layers.Activation(activation)(logits))
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(size=weight.shape) for weight in model.get_weights()])
    model.kit = Kit(kit.Images((6, 6), 1), task)
    return recompiled(model, "adam")


def by_formula(model, images, weights):
    maps = keras.ops.convert_to_numpy(keras.Model(model.input, model.get_layer("maps").output)(images))
    found = np.maximum((maps * weights).sum(axis=-1), 0)
    return found / found.max(axis=(1, 2), keepdims=True)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).uniform(0, 255, (4, 6, 6, 1)).astype("float32")


def test_it_is_the_weighed_sum_of_channels_where_places_are_averaged(images):
    model = simple(3, kit.Classification(3))
    before = model.get_weights()
    kernel = model.get_layer("logits").get_weights()[0]
    index = int(np.argmax(kernel.max(axis=0)))  # a class that something speaks for
    found = kit.grad_cam(model, images, index=[index] * 4)
    np.testing.assert_allclose(found, by_formula(model, images, kernel[:, index]), atol=1e-5)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_without_an_index_what_is_decided_is_asked_about(images):
    model = simple(3, kit.Classification(3))
    said = np.asarray(keras.ops.convert_to_numpy(model(images))).argmax(axis=1)
    np.testing.assert_allclose(kit.grad_cam(model, images), kit.grad_cam(model, images, index=said))


def test_one_unit_speaks_for_the_second_class_and_its_inverse_for_the_first(images):
    model = simple(1, kit.Classification(2), "sigmoid")
    kernel = model.get_layer("logits").get_weights()[0][:, 0]
    sign = 1 if (kernel > 0).any() else -1
    found = kit.grad_cam(model, images, index=[1 if sign > 0 else 0] * 4)
    np.testing.assert_allclose(found, by_formula(model, images, sign * kernel), atol=1e-5)


def test_gradients_are_those_of_the_backend(images, toys):
    features = keras.Input((3, 3, 2))
    flat = keras.layers.Flatten()(keras.layers.BatchNormalization()(features))
    bent = keras.layers.Dense(3, activation="tanh")(flat)
    rest = keras.Model(features, bent)
    values = np.random.default_rng(2).normal(size=(4, 3, 3, 2)).astype("float32")
    weights = np.eye(3)[[0, 1, 2, 0]].astype("float32")
    expected = toys.slope(lambda x: weights * rest(x, training=False), values)
    np.testing.assert_allclose(attention._gradients(rest, values, weights), expected, atol=1e-5)


def test_maps_have_the_size_of_the_images_and_at_most_1():
    model = kit.build_classifier(kit.Classification(3), (20, 12, 3), backbone="cnn", width=4)
    found = kit.grad_cam(model, np.random.default_rng(0).integers(0, 256, (3, 20, 12, 3)))
    assert found.shape == (3, 20, 12) and found.min() >= 0
    assert set(found.max(axis=(1, 2)).round(4).tolist()) <= {0.0, 1.0}


def test_numbers_and_labels_can_be_asked_about(images):
    for task, units, activation in (
        (kit.Regression(("a", "b")), 2, "linear"),
        (kit.MultilabelClassification(3), 3, "sigmoid"),
        (kit.Classification(4, loss="ordinal"), 3, "sigmoid"),
    ):
        assert kit.grad_cam(simple(units, task, activation), images).shape == (4, 6, 6)


def test_a_network_without_feature_maps_is_refused(images):
    flat = kit.build_classifier(kit.Classification(3), (6, 6, 1), backbone="mlp", width=4)
    with pytest.raises(KitError, match="no feature map"):
        kit.grad_cam(flat, images)
    with pytest.raises(KitError, match="one decision on an image"):
        kit.grad_cam(kit.build_regressor(kit.Regression(), (4,), width=4), images)
