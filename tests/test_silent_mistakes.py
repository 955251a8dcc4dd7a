"""Combinations that Keras trains without a word: each is impossible in kit, or an error before training.

What Keras 3.15.1 does with each was measured: of these 26, 23 are silent, two warn, one ends in NaN.
"""

import inspect

import keras
import numpy as np
import pytest

import kit
from kit import match
from kit.errors import DataError, KitError, MatchError

PROBABILITIES = ("sigmoid", "softmax")
ROWS = match.table()
TABLE, IMAGE = (4,), (8, 8, 1)


def classifier(classes=2, shape=TABLE, **settings):
    return kit.build_classifier(kit.Classification(classes, **settings), shape, width=8)


def first_loss(model, rows=30):
    """The loss before training on a few random samples of the model's classes."""
    rng = np.random.default_rng(0)
    x = model.kit.input.encode(rng.normal(size=(rows, 4)))
    y = model.kit.task.encode(rng.integers(0, len(model.kit.task.classes), rows))
    return model.evaluate(x, y, verbose=0)[0]


@pytest.mark.parametrize("shape", [TABLE, IMAGE], ids=str)
@pytest.mark.parametrize("classes", [2, 3])
def test_s01_s02_nothing_follows_the_output_activation(classes, shape):
    model = classifier(classes, shape)
    last = model.layers[-1]
    assert isinstance(last, keras.layers.Activation)
    assert last.activation is {2: keras.activations.sigmoid, 3: keras.activations.softmax}[classes]


def test_s01_s02_s03_no_loss_can_be_told_to_expect_logits():
    for row in ROWS:
        assert "from_logits" not in match.options(row)
        assert not getattr(match.make_loss(row, {"bounds": (0, 1)}), "from_logits", False)
    with pytest.raises(TypeError):
        kit.Classification(2, from_logits=True)


@pytest.mark.parametrize("classes", [2, 3])
def test_s04_s05_the_hidden_activation_never_becomes_the_output_activation(classes):
    model = kit.build_classifier(kit.Classification(classes), TABLE, width=8, activation="linear")
    outputs = keras.ops.convert_to_numpy(model(model.kit.input.encode(np.random.normal(size=(9, 4)) * 100)))
    assert (outputs >= 0).all() and (outputs <= 1).all()
    assert model.layers[-1].activation is not keras.activations.linear


def test_s06_one_unit_is_never_a_softmax():
    assert not [row for row in ROWS if row.units == "1" and row.activation == "softmax"]
    with pytest.raises(KitError):
        kit.Classification(1)


@pytest.mark.parametrize("labels", [(1, 2), (-1, 1), (0, 255), ("no", "yes"), (False, True)], ids=str)
def test_s07_s08_s09_two_labels_of_any_kind_become_0_and_1(labels, rng):
    y = np.array(labels)[rng.integers(0, 2, 60)]
    data = kit.load_data((rng.normal(size=(60, 4)), y), task="classification")
    _, targets = data.train.arrays()
    assert set(np.unique(targets)) == {0.0, 1.0}
    model = kit.build_classifier(data.task, data.input, width=8)
    assert kit.fit(model, data, epochs=1, verbose=0).history["loss"][0] > 0


def test_s10_three_classes_never_meet_one_sigmoid(rng):
    data = kit.load_data((rng.normal(size=(60, 4)), np.arange(60) % 3))
    assert data.task.match.activation == "softmax"
    with pytest.raises(DataError, match="2"):
        kit.Classification(2).encode([0, 1, 2])


def test_s11_accuracy_compares_with_the_threshold_of_the_output_it_sees():
    for row in ROWS:
        if "binary_accuracy" in row.metrics:
            assert row.activation == "sigmoid"
    (metric,) = kit.Classification(2).make_metrics()
    assert isinstance(metric, keras.metrics.BinaryAccuracy)
    (metric,) = kit.Classification(2, loss="hinge").make_metrics()
    metric.update_state(np.array([[1.0], [1.0]]), np.array([[0.2], [0.3]]))  # both on the right side of 0
    assert float(metric.result()) == 1.0


def test_s12_accuracy_of_labels_counts_each_label():
    (metric,) = kit.MultilabelClassification(3).make_metrics()
    metric.update_state(np.array([[1.0, 1.0, 0.0]]), np.array([[0.9, 0.2, 0.1]]))
    assert float(metric.result()) == pytest.approx(2 / 3)


def test_s13_accuracy_of_a_margin_counts_right_negatives():
    (metric,) = kit.Classification(2, loss="hinge").make_metrics()
    metric.update_state(np.array([[-1.0], [-1.0]]), np.array([[-3.0], [-0.1]]))
    assert float(metric.result()) == 1.0


@pytest.mark.parametrize("loss", ["hinge", "squared_hinge", "categorical_hinge"])
def test_s14_a_margin_has_an_output_without_bounds(loss):
    task = kit.Classification(3 if "categorical" in loss else 2, loss=loss)
    assert task.match.activation == "linear"


def test_s15_several_labels_never_meet_a_softmax():
    assert not [row for row in ROWS if row.form == "multilabel" and row.activation != "sigmoid"]
    with pytest.raises(DataError):
        kit.Classification(("cat", "dog", "fox")).encode([["cat", "dog"], ["fox"]])


def test_s16_a_divergence_is_of_shares_that_sum_to_one():
    assert {row.activation for row in ROWS if row.loss == "kl"} == {"softmax"}
    assert first_loss(classifier(3, loss="kl")) >= 0


def test_s17_targets_that_are_no_shares_are_named_with_their_rows():
    for loss in ("kl",):
        with pytest.raises(DataError, match="row 1"):
            kit.Classification(3, loss=loss).encode(np.array([[0.2, 0.3, 0.5], [0.4, 0.6, 0.8]]))


def test_s18_a_count_has_a_rate_above_zero():
    assert {row.activation for row in ROWS if row.loss == "poisson"} == {"exponential"}
    with pytest.raises(DataError, match="row 1"):
        kit.Regression(loss="poisson").encode([3, -1])


NUMERIC = [row.loss for row in ROWS if row.form == "numeric"]


@pytest.mark.parametrize("loss", NUMERIC)
@pytest.mark.parametrize("shape", [(6, 3), (6, 1), (6,), (1, 2)], ids=str)
def test_s19_s20_targets_are_never_broadcast(loss, shape):
    task = kit.Regression(("a", "b"), loss=loss, bounds=(0, 9) if loss == "bounded" else None)
    task = task.fitted(np.array([[1.0, 2.0], [3.0, 5.0]]))
    outputs = np.ones((6, match.units(task.match, {"targets": 2, "quantiles": 3})), "float32")
    with pytest.raises((ValueError, TypeError)):
        task.make_loss()(np.ones(shape, "float32"), outputs)


@pytest.mark.parametrize("loss", ["crossentropy", "hinge", "focal"])
def test_s19_s20_two_classes_are_never_broadcast(loss):
    for shape in ((6,), (6, 2), (1, 1)):
        with pytest.raises(ValueError, match="shape"):
            kit.Classification(2, loss=loss).make_loss()(
                np.ones(shape, "float32"), np.full((6, 1), 0.5, "float32")
            )


@pytest.mark.parametrize("loss", ["positive", "poisson"])
def test_s21_negative_targets_never_meet_an_output_above_zero(loss):
    with pytest.raises(DataError, match="row 2"):
        kit.Regression(loss=loss).encode([1.0, 2.0, -3.0])


def test_s22_a_bounded_output_covers_its_targets():
    with pytest.raises(MatchError, match="bounds"):
        kit.Regression(loss="bounded")
    with pytest.raises(DataError, match="row 1"):
        kit.Regression(loss="bounded", bounds=(0, 1)).encode([0.5, 100.0])
    task = kit.Regression(loss="bounded", bounds=(0, 100)).fitted([0.0, 100.0])
    inputs = keras.Input((1,))
    model = keras.Model(inputs, task.head(inputs))
    model.get_layer("logits").set_weights([np.ones((1, 1)), np.zeros(1)])
    np.testing.assert_allclose(np.ravel(model(np.array([[-30.0], [30.0]]))), [0, 100], atol=1e-3)


def test_s23_the_unit_of_the_targets_does_not_decide_how_fast_they_are_learnt(rng):
    x = rng.normal(size=(200, 4))
    y = x @ np.array([1.0, -2.0, 0.5, 0.0])
    ends = []
    for unit in (1.0, 2e5):
        data = kit.load_data(((x[:150], y[:150] * unit), (x[150:], y[150:] * unit)), task="regression")
        keras.utils.set_random_seed(0)
        model = kit.build_regressor(data.task, data.input, width=16, learning_rate=0.02)
        ends.append(kit.fit(model, data, epochs=15, verbose=0).history["val_loss"][-1])
    assert ends[1] == pytest.approx(ends[0], rel=0.05)
    assert ends[1] < 0.3  # a share of the variance; Keras stays at 1 for targets of 2e5


def test_s24_the_bend_of_huber_is_in_standard_deviations():
    for unit in (1.0, 1e5):
        task = kit.Regression(loss="huber").fitted(np.array([-1.0, 1.0]) * unit)
        small, large = (
            float(task.make_loss()(np.zeros((1, 1)), np.array([[error * unit]]))) for error in (0.5, 3.0)
        )
        assert small == pytest.approx(0.125) and large == pytest.approx(2.5)  # e^2 / 2; |e| - 1/2


def test_s25_a_missing_number_is_filled_in_and_an_infinite_one_is_an_error(rng):
    x = rng.normal(size=(80, 4))
    x[::7, 1] = np.nan
    data = kit.load_data((x, x[:, 0] > 0))
    model = kit.build_classifier(data.task, data.input, width=8)
    history = kit.fit(model, data, epochs=1, verbose=0)
    assert np.isfinite(history.history["val_loss"][0])
    x[3, 2] = np.inf
    with pytest.raises(DataError, match=r"x2.*|row 3"):
        kit.load_data((x, x[:, 0] > 0))


def test_s29_statistics_of_batchnorm_follow_the_length_of_the_run(toys):
    data = toys.image_data(samples=256)
    keras.utils.set_random_seed(0)
    model = kit.build_classifier(data.task, data.input, backbone="resnet", width=8)
    history = kit.fit(model, data, epochs=7, batch_size=32, patience=0, augment=None, verbose=0)  # 42 steps
    x, y = data.train.arrays()
    assert model.evaluate(x, y, verbose=0)[1] > history.history["accuracy"][-1] - 0.05


def test_s26_masks_are_made_one_hot_inside_the_loss_and_a_spare_axis_is_refused():
    task = kit.Segmentation(3, loss="dice")
    mask = np.array([[[0, 1], [2, 1]]], "uint8")
    perfect = np.eye(3, dtype="float32")[mask]
    assert float(task.make_loss()(mask, perfect)) == pytest.approx(0, abs=1e-6)
    with pytest.raises(ValueError, match="do not fit outputs of shape"):
        task.make_loss()(mask[..., None], perfect)


def test_s27_a_loss_of_masks_never_sees_logits():
    for row in ROWS:
        if row.form.endswith("mask"):
            assert row.activation in PROBABILITIES
    model = kit.build_segmenter(kit.Segmentation(3), (None, None, 1), width=4, depth=1)
    assert model.layers[-1].activation is keras.activations.softmax
    outputs = keras.ops.convert_to_numpy(model(np.full((1, 8, 8, 1), 99.0, "float32")))
    np.testing.assert_allclose(outputs.sum(axis=-1), 1, rtol=1e-5)


def test_s28_an_empty_mask_that_is_said_to_be_empty_costs_nothing_and_else_has_a_gradient():
    loss = kit.Segmentation(("background", "cell"), loss="dice").make_loss()
    empty = np.zeros((1, 8, 8), "uint8")
    costs = [float(loss(empty, np.full((1, 8, 8, 1), said, "float32"))) for said in (0.0, 0.1, 0.5)]
    assert costs[0] == 0
    assert costs[0] < costs[1] < costs[2] < 1  # Keras' own Dice is 1.0 for all of them


def test_s30_images_are_scaled_once_whatever_the_network_expects(rng):
    """Dark, middling and bright pictures reach the network's first kernel about standardised."""
    images = np.stack([np.full((16, 16, 3), value, "uint8") for value in (0, 128, 255)])
    for backbone in ("cnn", "convnext_atto"):
        model = kit.build_classifier(kit.Classification(3), (16, 16, 3), backbone=backbone, width=4)
        scalings = [layer for layer in model.layers if isinstance(layer, keras.layers.Rescaling)]
        assert [layer.name for layer in scalings] == ["standardize"]
        seen = keras.ops.convert_to_numpy(keras.Model(model.inputs[0], scalings[0].output)(images))
        assert seen.min() <= -1 and seen.max() >= 1
    with pytest.raises(DataError, match="never exceed"):  # scaled already
        kit.Images((16, 16)).encode(images / 255)


def test_s31_padding_of_a_sequence_is_never_read(rng):
    """The same series, padded to 8 and to 40 steps, is decided alike; and so are texts."""
    series = [rng.normal(size=(steps, 1)) for steps in (5, 8)]
    for backbone in ("gru", "fcn"):
        said = []
        for length in (8, 40):
            keras.utils.set_random_seed(0)
            input = kit.Series(length, variable=True)
            model = kit.build_classifier(kit.Classification(2), input, backbone=backbone, width=4)
            said.append(keras.ops.convert_to_numpy(model(input.encode(series))))
        np.testing.assert_allclose(*said, rtol=1e-4)
    said = []
    for length in (3, 20):
        keras.utils.set_random_seed(0)
        input = kit.Texts(length=length, words=("a", "b"))
        model = kit.build_classifier(kit.Classification(2), input, backbone="gru", width=4)
        said.append(keras.ops.convert_to_numpy(model(input.encode(["a b a", "b"]))))
    np.testing.assert_allclose(*said, rtol=1e-4)


def test_what_a_builder_takes_cannot_change_what_belongs_together():
    for builder in (kit.build_classifier, kit.build_regressor):
        names = set(inspect.signature(builder).parameters)
        assert not names & {"loss", "metrics", "output_activation", "units", "from_logits", "num_classes"}
