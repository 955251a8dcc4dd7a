"""What an epoch is made of: samples drawn by class, varied, and put together, the same in every batch."""

import dataclasses

import keras
import numpy as np
import pandas as pd
import pytest

import kit
from kit.builders import Kit
from kit.data import mix
from kit.data.augment import Policy
from kit.errors import DivergedError, KitError, MatchError
from kit.training import arrays, engines

ENGINE = keras.backend.backend()
SIZE = (8, 8)


@pytest.fixture(scope="module")
def data(toys):
    return toys.image_data()


@pytest.fixture(scope="module")
def uneven():
    """Rows of three classes, 40, 15 and 5 of them."""
    y = np.repeat(["a", "b", "c"], [40, 15, 5])
    x = np.random.default_rng(0).normal(size=(60, 4)).astype("float32") + 2 * (
        y[:, None] == ["a", "b", "c", "d"]
    )
    return kit.load_data(((x, y), (x + 1, y)))


def prepared(data, **settings):
    own = {"seed": 0, "class_weight": None, "augment": None}
    return arrays.prepare(Kit(data.input, data.task), data, **{**own, **settings})


def classifier(data, **settings):
    keras.utils.set_random_seed(0)
    return kit.build_classifier(data.task, data.input, width=8, dropout=0.0, **settings)


@pytest.mark.parametrize(
    ("loss", "weights"),
    [("crossentropy", None), ("crossentropy", [1, 2, 5]), ("categorical_crossentropy", [1, 2, 5])],
)
def test_a_mixed_batch_costs_the_mean_of_the_losses_with_both_labels(data, loss, weights):
    task = dataclasses.replace(data.task, loss=loss, label_smoothing=0.1)
    data = dataclasses.replace(data, task=task)
    model = classifier(data)
    feed, _ = arrays.prepare(
        model.kit, data, seed=3, class_weight=weights, augment={"mixup": 0.5, "cutmix": 0.5}
    )
    rows = np.arange(16)
    x, y, *weight = feed.batch(2, rows)
    found = float(model.compute_loss(x, y, model(x), *weight))
    p = keras.ops.convert_to_numpy(model(x)).astype("float64")
    policy = Policy(mixup=0.5, cutmix=0.5)
    pairs = mix.drawn(rows, len(feed), SIZE, seed=3, epoch=2, policy=policy)
    labels = np.array(data.train.labels)
    cost = -np.log(p) @ (0.9 * np.eye(3) + 0.1 / 3).T * np.array(weights or [1, 1, 1])  # (row, label)
    by_hand = pairs.shares * cost[rows, labels[rows]] + (1 - pairs.shares) * cost[rows, labels[pairs.others]]
    assert found == pytest.approx(by_hand.mean(), rel=1e-4)


@pytest.mark.skipif(ENGINE not in engines.names(), reason="this backend has no engine but Keras' own")
def test_a_model_learns_from_pasted_images_in_every_engine(data):
    ends = []
    for engine in ("keras", ENGINE):
        model = classifier(data, learning_rate=0.01)
        history = kit.fit(model, data, epochs=10, augment={"cutmix": 0.5}, engine=engine, verbose=0)
        ends.append(history.history["val_loss"])
    assert ends[0] == pytest.approx(ends[1], rel=1e-3)
    assert ends[0][-1] < 0.85 * np.log(3)  # that of a guess
    x, y = data.validation.arrays()  # class numbers as ever
    assert model.evaluate(x, y, verbose=0)[0] == pytest.approx(min(ends[1]), rel=1e-3)


@pytest.mark.parametrize("form", ["binary", "multilabel"])
def test_labels_of_one_unit_each_are_mixed_too(form, toys):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 255, (24, 8, 8, 1)).astype("uint8")
    y = np.arange(24) % 2 if form == "binary" else rng.integers(0, 2, (24, 3))
    data = kit.load_data(((x, y), (x, y)), task=None if form == "binary" else "multilabel")
    feed, _ = prepared(data, augment={"mixup": 1.0})
    _, targets = data.train.arrays()
    pairs = mix.drawn(range(24), 24, SIZE, seed=0, epoch=0, policy=Policy(mixup=1.0))
    share = pairs.shares[:, None]
    by_hand = share * targets + (1 - share) * targets[pairs.others]
    np.testing.assert_allclose(feed.epoch(0)[1], by_hand, atol=1e-6)


@pytest.mark.parametrize(
    ("augment", "words"),
    [
        ({"mixup": 0.6, "cutmix": 0.6}, "together 1 at most"),
        ({"cutmix": 1.5}, "cutmix is a number, 0 to 1"),
        ({"randaugment": 1.5}, "randaugment is a whole number"),
        ({"cutmax": 0.5}, "Did you mean 'cutmix'"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_refused_before_training(data, augment, words):
    with pytest.raises(KitError, match=words):
        prepared(data, augment=augment)


def test_a_loss_that_cannot_be_mixed_is_refused_before_training(data):
    task = dataclasses.replace(data.task, loss="focal")
    with pytest.raises(MatchError, match="cutmix would make targets of 'focal' wrong"):
        prepared(dataclasses.replace(data, task=task), augment={"cutmix": 0.5})


def test_rows_of_a_table_are_not_augmented(uneven):
    with pytest.raises(KitError, match="augment varies images"):
        prepared(uneven, augment={"mixup": 0.5})
    feed, _ = prepared(uneven, augment="auto")
    assert feed.epoch(0) is feed.epoch(1) and not feed.varies


def test_sampling_makes_classes_equal_in_every_epoch_and_the_rows_of_a_batch_are_those_of_the_epoch(uneven):
    feed, _ = prepared(uneven, class_weight="sampling")
    assert feed.varies
    for epoch in (0, 3):
        x, y = feed.epoch(epoch)
        assert np.bincount(y).tolist() == [20, 20, 20]
        rows = feed.order(epoch)[:16]
        batch_x, batch_y = feed.batch(epoch, rows)
        assert (batch_y == y[rows]).all()
        for name in x:
            assert (batch_x[name] == feed.x[name][feed.samples(epoch, rows)]).all()
    labels = np.array(uneven.train.labels)[feed.samples(0, np.arange(60))]
    assert np.unique(labels, return_counts=True)[1].tolist() == [20, 20, 20]


def test_an_image_that_is_drawn_twice_is_varied_twice(toys):
    x = np.random.default_rng(0).integers(0, 255, (22, 8, 8, 1)).astype("uint8")
    y = np.array([0] * 20 + [1] * 2)
    data = kit.load_data(((x, y), (x, y)))
    feed, _ = prepared(data, class_weight="sampling", augment="auto")
    images, targets = feed.epoch(0)
    rare = images[targets[:, 0] == 1]
    assert len(rare) == 11 and len(np.unique(rare.reshape(11, -1), axis=0)) > 6


@pytest.mark.parametrize("choice", ["balance", "sampled"])
def test_an_unknown_word_for_class_weight_tells_those_there_are(uneven, choice):
    with pytest.raises(KitError, match="class_weight.*balanced"):
        prepared(uneven, class_weight=choice)


@pytest.mark.parametrize("choice", ["sampling", "balanced", [1.0, 2.0]], ids=str)
def test_numbers_and_several_labels_have_no_class_to_go_by(toys, rng, choice):
    labels = kit.load_data(((rng.normal(size=(9, 4)), rng.integers(0, 2, (9, 3))),) * 2, task="multilabel")
    for data in (toys.table_data(), labels):
        with pytest.raises(MatchError, match="each has to have one class"):
            prepared(data, class_weight=choice)


def test_masks_are_balanced_by_their_task():
    with pytest.raises(MatchError, match="balance=True"):
        prepared(kit.load_data(kit.shapes("segmentation", 12, (32, 32))), class_weight="balanced")


@pytest.mark.parametrize("engine", ["keras", "auto"])
def test_a_loss_that_is_not_finite_names_the_samples_that_were_drawn(uneven, engine):
    feed, _ = prepared(uneven, class_weight="sampling")
    model = classifier(uneven)
    model.set_weights([np.full_like(weight, np.nan) for weight in model.get_weights()])
    rows = feed.samples(0, feed.order(0)[:32])
    with pytest.raises(DivergedError, match="training samples " + ", ".join(map(str, rows[:5]))):
        kit.fit(model, uneven, epochs=1, class_weight="sampling", engine=engine, verbose=0)


@pytest.mark.parametrize("weights", [[1.0, 6.0], {0: 1.0, 1: 6.0}, {"1": 6.0, "0": 1.0}])
def test_class_weights_may_be_a_list_or_named(weights):
    task, named = kit.Classification(("ape", "cat")), {"cat": 6.0, "ape": 1.0}
    for choice in (weights, named):
        assert arrays.class_weights(task, ["ape", "cat", "cat"], choice).tolist() == [1, 6]
    with pytest.raises(MatchError, match="Name each class once: ape, cat"):
        arrays.class_weights(task, ["ape", "cat"], {0: 1.0})


@pytest.mark.parametrize("choice", ["balanced", "sampling", None])
def test_the_loss_that_is_watched_weighs_classes_as_training_does(choice):
    frame = pd.DataFrame({"a": np.arange(80.0), "y": [0, 0, 0, 1] * 20})
    data = kit.load_data(frame, target="y")
    model = kit.build(data.task, data.input, width=4)
    _, validation = arrays.prepare(model.kit, data, seed=0, class_weight=choice, augment=None)
    counts = np.bincount(data.train.labels)
    if choice is None:
        assert len(validation) == 2
        return
    by_hand = counts.sum() / (2 * counts)
    np.testing.assert_allclose(validation[2], by_hand[data.validation.labels], rtol=1e-6)
