"""kit.fit: Keras' contract kept, equal engines, exact resume, a stop where the loss is not finite."""

import dataclasses
import io

import keras
import numpy as np
import pytest

import kit
from kit.errors import DivergedError, KitError, MatchError
from kit.training import callbacks, engines, initial

ENGINE = keras.backend.backend()


def regressor(data, **settings):
    keras.utils.set_random_seed(0)
    own = {"backbone": "mlp", "width": 8, "depth": 2, "dropout": 0.2}
    return kit.build_regressor(data.task, data.input, **{**own, **settings})


@pytest.fixture(scope="module")
def data(toys):
    return toys.table_data()


def test_training_lowers_the_validation_loss_and_keeps_the_best_weights(data):
    model = regressor(data, dropout=0.0, learning_rate=0.02)
    history = kit.fit(model, data, epochs=12, verbose=0)
    losses = history.history["val_loss"]
    assert min(losses) < 0.6 * losses[0]
    x, y = data.validation.arrays()
    assert model.evaluate(x, y, verbose=0)[0] == pytest.approx(min(losses), rel=1e-5)


def test_history_is_keras_history_with_the_settings_in_its_params(data):
    history = kit.fit(regressor(data), data, epochs=2, verbose=0, seed=7)
    assert isinstance(history, keras.callbacks.History)
    assert history.epoch == [0, 1]
    assert {"loss", "mae", "val_loss", "val_mae"} <= history.history.keys()
    assert history.params["seed"] == 7 and history.params["seconds"] > 0


def test_two_runs_with_one_seed_give_the_same_weights(data, toys):
    ends = []
    for _ in range(2):
        model = regressor(data)
        kit.fit(model, data, epochs=3, verbose=0, seed=1)
        ends.append(toys.weights(model))
    assert toys.equal(*ends)


def test_another_seed_gives_other_weights(data, toys):
    ends = []
    for seed in (1, 2):
        model = regressor(data)
        kit.fit(model, data, epochs=1, verbose=0, seed=seed)
        ends.append(toys.weights(model))
    assert not toys.equal(*ends)


@pytest.mark.skipif(ENGINE not in engines.names(), reason="this backend has no engine but Keras' own")
def test_every_engine_takes_the_same_steps(data):
    ends = []
    for engine in ("keras", ENGINE):
        model = regressor(data)
        history = kit.fit(model, data, epochs=3, verbose=0, engine=engine)
        ends.append((history.history["val_loss"], model.get_weights()))
    assert ends[0][0] == pytest.approx(ends[1][0], rel=1e-5)
    for left, right in zip(ends[0][1], ends[1][1], strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-4, atol=1e-5)


class DieAfter(keras.callbacks.Callback):
    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self.epoch:
            raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("schedule", "settings"),
    [("cosine", {}), ("cosine", {"optimizer": "sgd"}), ("plateau", {"average": True})],
    ids=str,
)
def test_a_run_cut_short_ends_with_the_weights_of_one_that_was_not(
    data, toys, tmp_path, monkeypatch, schedule, settings
):
    monkeypatch.setattr(callbacks, "INTERVAL", 0)
    whole = regressor(data, **settings)
    kit.fit(whole, data, epochs=5, verbose=0, schedule=schedule)
    with pytest.raises(KeyboardInterrupt):
        first = regressor(data, **settings)
        kit.fit(first, data, epochs=5, verbose=0, schedule=schedule, resume=tmp_path, callbacks=[DieAfter(2)])
    second = regressor(data, **settings)
    second.set_weights([0 * weight for weight in second.get_weights()])  # nothing but the checkpoint counts
    history = kit.fit(second, data, epochs=5, verbose=0, schedule=schedule, resume=tmp_path)
    assert toys.equal(toys.weights(whole), toys.weights(second))
    assert history.epoch == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("schedule", ["cosine", "constant"])
def test_a_run_of_a_model_that_was_trained_before_goes_on_with_a_fresh_one(
    data, toys, tmp_path, monkeypatch, schedule
):
    monkeypatch.setattr(callbacks, "INTERVAL", 0)
    whole, used, fresh = (regressor(data) for _ in range(3))
    kit.fit(used, data, epochs=20, batch_size=4, verbose=0)  # its table of rates has room for many steps
    for model in (whole, used):
        initial.reset(model, 0)
    kit.fit(whole, data, epochs=3, verbose=0, schedule=schedule)
    with pytest.raises(KeyboardInterrupt):
        kit.fit(used, data, epochs=3, verbose=0, schedule=schedule, resume=tmp_path, callbacks=[DieAfter(1)])
    kit.fit(fresh, data, epochs=3, verbose=0, schedule=schedule, resume=tmp_path)
    assert toys.equal(toys.weights(whole), toys.weights(fresh))


def test_a_finished_run_gives_its_weights_at_once(data, toys, tmp_path):
    model = regressor(data)
    kit.fit(model, data, epochs=2, verbose=0, resume=tmp_path)
    again = regressor(data)
    history = kit.fit(again, data, epochs=2, verbose=0, resume=tmp_path)
    assert toys.equal(toys.weights(model), toys.weights(again)) and len(history.epoch) == 2
    assert (tmp_path / "history.csv").read_text().startswith("epoch,loss")


def test_resuming_with_other_settings_shows_the_difference(data, tmp_path):
    kit.fit(regressor(data), data, epochs=2, verbose=0, resume=tmp_path)
    with pytest.raises(KitError, match="epochs=2, now epochs=3"):
        kit.fit(regressor(data), data, epochs=3, verbose=0, resume=tmp_path)


def test_resuming_another_network_is_refused(data, tmp_path):
    kit.fit(regressor(data), data, epochs=1, verbose=0, resume=tmp_path)
    with pytest.raises(KitError, match="another network"):
        kit.fit(regressor(data, width=9), data, epochs=1, verbose=0, resume=tmp_path)


@pytest.mark.parametrize("cut", [0, 10, 400, -1])
def test_a_damaged_checkpoint_is_named_and_not_used(data, tmp_path, cut):
    kit.fit(regressor(data), data, epochs=1, verbose=0, resume=tmp_path)
    file = tmp_path / "checkpoint.npz"
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(KitError, match=r"checkpoint\.npz: damaged"):
        kit.fit(regressor(data), data, epochs=1, verbose=0, resume=tmp_path)


@pytest.mark.parametrize("engine", ["keras", "auto"])
def test_a_loss_that_is_not_finite_stops_training_and_says_where(data, engine):
    model = regressor(data, optimizer="sgd", learning_rate=1e8)
    with pytest.raises(DivergedError, match=r"epoch 1, step \d+ \(training samples .*learning rate"):
        kit.fit(model, data, epochs=3, verbose=0, engine=engine)


def test_a_callback_that_wants_every_batch_makes_keras_own_loop_run(data):
    class Watch(keras.callbacks.Callback):
        batches = 0

        def on_train_batch_end(self, batch, logs=None):
            self.batches += 1

    watch = Watch()
    history = kit.fit(regressor(data), data, epochs=2, batch_size=30, verbose=0, callbacks=[watch])
    assert history.params["engine"] == "keras" and "Watch" in history.params["why"]
    assert watch.batches == 6


def test_patience_zero_trains_all_epochs_and_keeps_the_last_weights(data):
    model = regressor(data)
    history = kit.fit(model, data, epochs=4, patience=0, verbose=0)
    x, y = data.validation.arrays()
    assert model.evaluate(x, y, verbose=0)[0] == pytest.approx(history.history["val_loss"][-1], rel=1e-5)


def test_accumulated_gradients_equal_one_large_batch(data):
    ends = []
    for batch_size, accumulate in ((30, 1), (15, 2)):
        model = regressor(data, optimizer="sgd", dropout=0.0, learning_rate=0.01)
        settings = {"schedule": "constant", "patience": 0, "verbose": 0}
        kit.fit(model, data, epochs=1, batch_size=batch_size, accumulate=accumulate, **settings)
        ends.append(model.get_weights())
    for left, right in zip(*ends, strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-4, atol=1e-6)


def test_training_in_bfloat16_leaves_a_float32_model_that_is_as_good(toys):
    data = toys.image_data()
    losses = {}
    for precision in ("float32", "bfloat16"):
        keras.utils.set_random_seed(0)
        model = kit.build_classifier(data.task, data.input, width=8)
        history = kit.fit(model, data, epochs=4, precision=precision, verbose=0)
        losses[precision] = min(history.history["val_loss"])
        assert {layer.compute_dtype for layer in model.layers} == {"float32"}
        assert {str(weight.dtype) for weight in model.weights} <= {"float32"}
    assert losses["bfloat16"] == pytest.approx(losses["float32"], rel=0.25, abs=0.1)


def test_batchnorm_statistics_do_not_lag_in_a_short_run(toys):
    data = toys.image_data(samples=256)
    keras.utils.set_random_seed(0)
    model = kit.build_classifier(data.task, data.input, width=8)
    kit.fit(model, data, epochs=7, batch_size=32, patience=0, augment=None, verbose=0)  # 42 steps
    x, _ = data.train.arrays()
    by_batch, by_running = (
        keras.ops.convert_to_numpy(model(x.astype("float32"), training=mode)).argmax(axis=1)
        for mode in (True, False)
    )
    assert (by_batch == by_running).mean() > 0.9  # Keras' momentum of 0.99 gives about 0.5 here


def test_the_first_loss_is_the_entropy_of_the_labels(toys):
    data = toys.image_data(classes=3)
    model = kit.build_classifier(data.task, data.input, width=8)
    x, y = data.train.arrays()
    model.get_layer("logits").kernel.assign(0 * model.get_layer("logits").kernel)
    shares = np.bincount(y) / len(y)
    assert model.evaluate(x, y, verbose=0)[0] == pytest.approx(-(shares * np.log(shares)).sum(), rel=1e-4)


def test_progress_is_plain_lines_where_nobody_watches():
    stream = io.StringIO()
    progress = callbacks.Progress(stream=stream)
    progress.set_params({"epochs": 2})
    progress.set_model(keras.Sequential())
    progress.model.stop_training = False
    progress.on_train_begin()
    progress.on_epoch_end(0, {"loss": 1.0, "val_loss": 0.5})
    progress.on_epoch_end(1, {"loss": 0.9, "val_loss": 0.6})
    lines = stream.getvalue().splitlines()
    assert lines[-1].startswith("epoch 2/2  loss 0.9  val_loss 0.6  best 0.5 @1  ETA 0:00")
    assert "\r" not in stream.getvalue()


def test_minutes_bound_the_run(data):
    history = kit.fit(regressor(data), data, minutes=0.02, verbose=0)
    assert len(history.epoch) >= 1 and history.params["minutes"] == 0.02


def test_tensorboard_logs_are_written_on_request(data, tmp_path):
    pytest.importorskip("tensorflow", reason="Keras writes TensorBoard logs with TensorFlow")
    kit.fit(regressor(data), data, epochs=1, verbose=0, tensorboard=tmp_path)
    assert list(tmp_path.rglob("events*"))


def test_a_model_for_other_classes_is_refused_before_training(toys, data):
    images = toys.image_data()
    model = kit.build_classifier(kit.Classification(5), images.input, width=8)
    with pytest.raises(MatchError, match="into 5 classes"):
        kit.fit(model, images, epochs=1, verbose=0)
    with pytest.raises(MatchError, match="data are Images"):
        kit.fit(kit.build_classifier(images.task, data.input), images, epochs=1, verbose=0)


def test_targets_of_unknown_scale_are_refused_before_training(data):
    model = kit.build_regressor(kit.Regression(data.task.targets), data.input, width=8)
    with pytest.raises(MatchError, match="mean and scale"):
        kit.fit(model, data, epochs=1, verbose=0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"batch_size": -1},
        {"minutes": 0},
        {"accumulate": 0},
        {"epochs": 2.5},
        {"epochs": "3"},
        {"batch_size": 16.5},
        {"accumulate": 1.5},
        {"minutes": "5"},
    ],
    ids=str,
)
def test_numbers_out_of_range_are_refused(data, wrong):
    with pytest.raises(KitError, match="is a (whole )?number above 0"):
        kit.fit(regressor(data), data, verbose=0, **wrong)


@pytest.mark.parametrize("wrong", [{"engine": "fast"}, {"schedule": "cosin"}, {"precision": "half"}], ids=str)
def test_names_that_do_not_exist_are_refused(data, wrong):
    with pytest.raises(KitError):
        kit.fit(regressor(data), data, epochs=1, verbose=0, **wrong)


@pytest.mark.parametrize("seed", [1.5, -1, "a"])
def test_a_seed_is_a_whole_number(data, seed):
    with pytest.raises(KitError, match="seed is a whole number from 0"):
        kit.fit(regressor(data), data, epochs=1, verbose=0, seed=seed)
    with pytest.raises(KitError, match="seed is a whole number from 0"):
        kit.load_data("wine", seed=seed)


def test_a_model_that_kit_did_not_build_is_refused(data):
    with pytest.raises(KitError, match="not built by kit"):
        kit.fit(keras.Sequential([keras.layers.Dense(1)]), data)


def test_data_may_be_trained_under_another_loss(data):
    task = dataclasses.replace(data.task, loss="mae")
    model = kit.build_regressor(task, data.input, width=8)
    assert kit.fit(model, data, epochs=1, verbose=0).history["loss"][0] > 0


@pytest.mark.large
def test_a_run_that_paused_goes_on_to_the_weights_of_one_that_did_not(tmp_path):
    from kit.training.callbacks import Pause

    data, ends = kit.load_data("wine"), []
    for name, pauses in (("whole", []), ("paused", [1, 1, 3])):  # the second one finds nothing left to do
        for until in [*pauses, None]:
            keras.utils.set_random_seed(0)
            model = kit.build_classifier(data.task, data.input, width=4, depth=1)
            callbacks = [] if until is None else [Pause(until)]
            folder = tmp_path / name
            history = kit.fit(model, data, epochs=5, seed=0, verbose=0, resume=folder, callbacks=callbacks)
            assert len(history.epoch) == (until or 5)
        ends.append((model.get_weights(), history.history["val_loss"]))
    for one, other in zip(*(weights for weights, _ in ends), strict=True):
        np.testing.assert_array_equal(one, other)
    assert ends[0][1] == ends[1][1]


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow's own warnings")
def test_many_short_trainings_in_one_process_make_tensorflow_warn_of_nothing(monkeypatch):
    import tensorflow as tf

    said = []
    monkeypatch.setattr(tf.get_logger(), "handle", lambda record: said.append(record.getMessage()))
    data = kit.load_data("wine")
    for seed in range(6):
        model = kit.build_classifier(data.task, data.input, backbone="mlp", width=4, depth=1)
        kit.fit(model, data, epochs=1, seed=seed, engine="tensorflow", verbose=0)
        kit.evaluate(model, data.test, resamples=2)
    assert not said
