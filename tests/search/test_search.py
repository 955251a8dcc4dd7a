"""A search tries what it was told to, ranks by the validation part, and gives back what it found."""

import keras
import keras_tuner
import numpy as np
import pytest
import sklearn.metrics

import kit
from kit.data.folds import folded
from kit.errors import KitError, SearchStateError
from kit.search.engines import crew
from kit.training import initial
from tests.search import builders

QUIET = {"engine": "inline", "verbose": 0}
RATES = {"learning_rate": (1e-3, 1e-1, "log")}


@pytest.fixture(scope="module")
def data():
    return kit.load_data("wine")


@pytest.fixture
def search(data, tmp_path):
    def searched(builder=kit.build_classifier, space=RATES, out="search", **asked):
        asked = {"epochs": 2, "trials": 3, "patience": 0, **QUIET, **asked}
        if builder is kit.build_classifier:
            asked = {"width": 4, "depth": 1, **asked}
        return kit.search(
            builder, data, space, out=tmp_path / out, **{k: v for k, v in asked.items() if v != "off"}
        )

    return searched


def test_learning_rate_batch_size_and_epochs_are_tuned_together(search, data):
    space = {**RATES, "batch_size": [16, 32], "epochs": [1, 3]}
    found = search(space=space, epochs="off", trials=4)
    board = found.leaderboard
    assert board["rank"].tolist() == [1, 2, 3, 4]
    assert board["score"].is_monotonic_decreasing
    assert set(board["batch_size"]) == {16, 32}
    assert (board["epochs"] == [row["epochs"] for _, row in board.iterrows()]).all()
    assert found.best["score"] == board["score"][0]
    assert set(found.best["values"]) == set(space)


def test_the_winners_weights_are_those_that_were_scored(search, data):
    found = search()
    model = found.load_best()
    x, y = data.validation.arrays()
    said = np.asarray(model.predict(x, verbose=0)).argmax(axis=1)
    assert sklearn.metrics.accuracy_score(np.asarray(y).ravel(), said) == pytest.approx(
        found.best["score"], abs=1e-9
    )


def test_training_the_winner_anew_gives_its_score_again(search, data):
    found = search()
    model = found.build_best()
    initial.reset(model, 0)
    kit.fit(model, data, epochs=2, patience=0, seed=0, verbose=0)
    assert kit.evaluate(model, data.validation, resamples=0).metrics["accuracy"] == found.best["score"]


def test_trials_in_another_order_or_after_a_pause_score_the_same(search):
    search(trials=2, out="paused")
    paused = search(trials=4, out="paused").leaderboard
    whole = search(trials=4, out="whole").leaderboard
    columns = ["trial", "score", "learning_rate", "val_loss"]
    assert paused[columns].to_dict() == whole[columns].to_dict()


def test_each_folds_score_is_that_of_a_run_of_keras_on_it(search, data):
    found = search(objective="nll", folds=2, trials=1, dropout=0.0)
    scores = []
    for fold in range(2):
        part = folded(data, fold, 2)
        model = kit.build_classifier(
            part.task, part.input, width=4, depth=1, dropout=0.0, **found.best["values"]
        )
        initial.reset(model, 0)
        kit.fit(model, part, epochs=2, patience=0, seed=0, verbose=0, engine="keras")
        x, y = part.validation.arrays()
        outputs = np.asarray(model(x), "float64")
        outputs /= outputs.sum(axis=1, keepdims=True)
        scores.append(sklearn.metrics.log_loss(np.asarray(y).ravel(), outputs, labels=[0, 1, 2]))
    assert found.best["score"] == pytest.approx(np.mean(scores), abs=1e-6)
    low, high = found.best["interval"]
    assert low < found.best["score"] < high


def test_what_goes_wrong_is_a_trial_with_its_reason_and_the_search_goes_on(search):
    found = search(builders.small, {"fault": ["", "raises", "diverges"]}, algorithm="grid", trials=3)
    by_fault = found.leaderboard.set_index("fault")
    assert by_fault["status"].to_dict() == {"": "completed", "raises": "failed", "diverges": "failed"}
    assert by_fault["reason"]["raises"] == "RuntimeError: no model of width 4"
    assert "not finite" in by_fault["reason"]["diverges"]
    assert found.best["values"] == {"fault": ""}


def test_where_every_trial_fails_the_reasons_are_told(search):
    found = search(builders.small, {"width": [3, 5]}, fault="raises", algorithm="grid")
    with pytest.raises(KitError, match="No trial has a score:\n  0000: RuntimeError: no model of width 3"):
        found.best  # noqa: B018


def test_models_over_a_limit_are_not_trained(search):
    found = search(builders.small, {"width": [4, 64]}, algorithm="grid", limits={"parameters": 500})
    by_width = found.leaderboard.set_index("width")
    assert by_width["status"].to_dict() == {4: "completed", 64: "infeasible"}
    assert "at most 500" in by_width["reason"][64]


def test_hyperband_carries_the_training_on_from_rung_to_rung(search):
    found = search(algorithm="hyperband", epochs=3, trials="off", objective="val_loss")
    entries = found.ledger.entries
    carried = [entry for entry in entries.values() if entry.values["tuner/round"] == 1]
    assert carried
    for entry in carried:
        parent = entries[entry.values["tuner/trial_id"]]
        assert len(entry.outcome["curve"]) == 3
        assert entry.outcome["curve"][:1] == parent.outcome["curve"]


def test_trials_that_fall_behind_are_stopped(search):
    found = search(
        space={"learning_rate": [1e-2, 2e-2, 3e-2, 1e-6]},
        algorithm="grid",
        pruning="median",
        epochs=4,
        trials=4,
    )
    assert found.leaderboard.set_index("learning_rate")["status"][1e-6] == "pruned"
    assert found.leaderboard.set_index("learning_rate")["epochs"][1e-6] == 2


def test_the_default_settings_are_a_row_to_compare_with(search):
    found = search(default=True)
    assert len(found.leaderboard) == 4
    assert found.default["score"] == found.leaderboard.set_index("trial")["score"]["default"]


def own(hp, data):
    """A model of Keras' own."""
    width = hp.Int("width", 2, 8)
    inputs = keras.Input((13,), name="numeric")
    hidden = keras.layers.Dense(width, activation="relu")(keras.layers.Rescaling(0.01)(inputs))
    outputs = keras.layers.Dense(3, activation="softmax")(hidden)
    model = keras.Model({"numeric": inputs}, outputs)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test_a_function_of_kerastuners_hp_is_a_builder(search, data):
    found = search(lambda hp: own(hp, data), None, objective="val_accuracy")
    assert found.leaderboard["width"].between(2, 8).all()
    assert found.best["score"] == max(found.leaderboard["score"])


def test_a_hypermodel_of_kerastuner_is_a_builder(search, data):
    class Own(keras_tuner.HyperModel):
        def build(self, hp):
            return own(hp, data)

        def fit(self, hp, model, *args, **settings):
            return model.fit(*args, batch_size=hp.Choice("batch_size", [8, 16]), epochs=2, **settings)

    found = search(Own(), None, objective="val_loss")
    assert len(found.leaderboard) == 3
    assert found.leaderboard["score"].is_monotonic_increasing


def test_everything_wrong_is_told_before_the_first_trial(search, data):
    with pytest.raises(KitError) as caught:
        search(space={"learning_rat": (1e-3, 1e-1), "batch_size": ["a", "b"], "width": [4, 8]})
    told = str(caught.value)
    assert "Did you mean 'learning_rate'" in told
    assert "batch_size takes a number" in told
    assert "width is searched, and also set to 4" in told
    for asked, words in (
        ({"trials": 0}, "trials must be above 0"),
        ({"objective": "rmse"}, "Unknown objective"),
        ({"algorithm": "rundom"}, "Did you mean 'random'"),
        ({"folds": 0}, "folds is a whole number from 1"),
        ({"folds": 10**6}, "cannot be cut into"),
        ({"engine": "proces"}, "Did you mean 'process'"),
        ({"limits": {"size": 3}}, "Unknown limit 'size'"),
        ({"pruning": "x"}, "Unknown pruning"),
        ({"epoch": 3}, "Did you mean 'epochs'"),
    ):
        with pytest.raises(KitError, match=words):
            search(**asked, out="other")


def test_the_same_folder_refuses_other_data(search, data, tmp_path):
    search()
    other = kit.load_data("breast_cancer")
    with pytest.raises(SearchStateError, match="data was"):
        kit.search(kit.build_classifier, other, RATES, out=tmp_path / "search", epochs=2, **QUIET)


def test_a_fork_begins_beside_the_old_search(search, tmp_path):
    search()
    found = search(space={"learning_rate": [1e-2]}, fork=True)
    assert found.folder == tmp_path / "search-2"


def test_a_space_of_ones_own_choosing_is_there_for_every_task():
    from kit.search import default_space

    for source in ("wine", "diabetes", "digits", "shapes"):
        assert {"learning_rate", "batch_size", "epochs"} <= set(default_space(kit.load_data(source)).names)


@pytest.mark.large
def test_a_worker_that_dies_costs_no_trial_unless_it_always_dies(search, tmp_path, monkeypatch):
    monkeypatch.setattr(crew, "TRIES", 2)  # each takes seconds to start
    space = {"width": [4, 13]}
    found = search(
        builders.fragile, space, marks=str(tmp_path), algorithm="grid", engine="process", workers=1
    )
    by_width = found.leaderboard.set_index("width")
    assert by_width["status"].to_dict() == {4: "completed", 13: "failed"}
    assert "died 2 times" in by_width["reason"][13]


def test_a_builder_that_no_other_process_can_import_is_refused(search):
    with pytest.raises(KitError, match="is a function inside another"):
        search(lambda task, input: None, {"epochs": [1]}, epochs="off", engine="process")
