"""kit.fit(fine_tune=): what another network has learnt is taken, kept, and then changed with care."""

import keras
import numpy as np
import pytest

import kit
from kit.errors import KitError, MatchError
from kit.training import callbacks, fine_tune

SHAPE = (8, 8, 1)


def classifier(classes=3, shape=SHAPE, **settings):
    keras.utils.set_random_seed(classes)
    return kit.build_classifier(kit.Classification(classes), shape, **{"width": 8, "depth": 1, **settings})


@pytest.fixture(scope="module")
def source():
    """A network of ten classes whose every weight is other than at its start."""
    model = classifier(10)
    rng = np.random.default_rng(0)
    model.set_weights([rng.uniform(0.1, 0.5, weight.shape) for weight in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(1)
    x, y = rng.integers(0, 255, (48, *SHAPE)).astype("uint8"), np.arange(48) % 3
    return kit.load_data(((x[:32], y[:32]), (x[32:], y[32:])))


def body(model):
    return {
        layer.name[:4] + str(i): layer.get_weights()
        for i, layer in enumerate(model.layers[:-2])
        if layer.weights
    }


def equal(one, other):
    pairs = zip(one.values(), other.values(), strict=True)
    return all(np.array_equal(a, b) for mine, theirs in pairs for a, b in zip(mine, theirs, strict=True))


class Seen(keras.callbacks.Callback):
    """What the body, and the learning rate, were after each epoch."""

    def __init__(self):
        super().__init__()
        self.bodies, self.rates, self.heads = [], [], []

    def on_epoch_end(self, epoch, logs=None):
        self.bodies.append(body(self.model))
        self.heads.append(self.model.get_layer("logits").get_weights()[0])
        self.rates.append(float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)))


def tuned(data, source, **settings):
    model, seen = classifier(), Seen()
    given = {
        "epochs": 6,
        "patience": 0,
        "schedule": "constant",
        "verbose": 0,
        "callbacks": [seen],
        **settings,
    }
    history = kit.fit(model, data, fine_tune=source, **given)
    return model, history, seen


def test_the_body_is_taken_and_stays_as_it_is_while_the_head_learns(data, source):
    _, _, seen = tuned(data, source)
    assert equal(seen.bodies[0], body(source)) and equal(seen.bodies[1], body(source))
    assert not np.array_equal(seen.heads[0], seen.heads[1])
    assert not equal(seen.bodies[2], body(source))


def test_the_rate_of_all_is_smaller_than_that_of_the_head(data, source):
    _, _, seen = tuned(data, source)
    assert seen.rates == pytest.approx([0.02, 0.02, 6e-4, 6e-4, 6e-4, 6e-4])


def test_the_history_is_of_all_epochs_and_the_model_can_be_trained_on_whole(data, source):
    model, history, _ = tuned(data, source)
    assert history.epoch == [0, 1, 2, 3, 4, 5] and len(history.history["val_loss"]) == 6
    assert all(layer.trainable for layer in model.layers)
    assert float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)) == pytest.approx(2e-3)


def test_a_folder_of_a_saved_model_is_as_good_as_the_model(data, source, tmp_path):
    kit.save(source, tmp_path / "source")
    model = classifier()
    taken = fine_tune.taken(model, tmp_path / "source")
    assert equal(body(model), body(source)) and "logits" not in [layer.name for layer in taken]


def test_a_killed_run_goes_on_where_it_was_and_ends_equal(data, source, tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1 and all(layer.trainable for layer in self.model.layers):
                raise KeyboardInterrupt

    whole, _, _ = tuned(data, source, resume=tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        tuned(data, source, resume=tmp_path / "cut", callbacks=[Stop()])
    again, history, seen = tuned(data, source, resume=tmp_path / "cut")
    assert len(history.epoch) == 6 and max(seen.rates) < 1e-3  # the head was not trained again
    for mine, other in zip(again.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"width": 16}, "here, .* there"),
        ({"shape": (8, 8, 3)}, "here, .* there"),
        ({"backbone": "resnet"}, "same backbone"),
    ],
)
def test_weights_of_another_network_are_refused_by_the_layers_that_do_not_fit(other, told):
    with pytest.raises(MatchError, match=told):
        fine_tune.taken(classifier(), classifier(10, **other))


def test_the_encoder_of_a_segmenter_takes_what_a_classifier_of_the_same_backbone_learnt():
    first = kit.build_classifier(kit.Classification(10), (32, 32, 1), backbone="resnet", width=8)
    second = kit.build_segmenter(kit.Segmentation(2), (32, 32, 1), decoder="unet", backbone="resnet", width=8)
    assert len(fine_tune.taken(second, first)) >= 10


def test_a_decoder_that_begins_anew_is_no_body(data):
    model = kit.build_segmenter(kit.Segmentation(2), (32, 32, 1), width=8)
    with pytest.raises(MatchError, match="fine_tune=FOLDER"):
        kit.fit(model, data, fine_tune=True)


def test_rungs_cannot_cut_the_stages(data, source):
    with pytest.raises(KitError, match="Hyperband"):
        kit.fit(classifier(), data, fine_tune=source, callbacks=[callbacks.Pause(2)])
