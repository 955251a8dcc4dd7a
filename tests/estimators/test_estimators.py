"""What the estimators do beyond scikit-learn's checks."""

import copy
import json

import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_blobs
from sklearn.metrics import accuracy_score, r2_score

import kit


@pytest.fixture
def blobs():
    return make_blobs(90, centers=3, cluster_std=0.6, random_state=2)


@pytest.fixture
def people(rng):
    """Rows whose class is told by a column of text, with values missing and a constant column."""
    town = rng.choice(["Rome", "Oslo"], 80)
    frame = pd.DataFrame({"town": town, "age": rng.normal(40, 9, 80), "planet": "earth"})
    frame.loc[3, "age"], frame.loc[5, "town"] = np.nan, None
    return frame, np.where(town == "Rome", "south", "north")


def test_classes_keep_their_names_and_probabilities_their_order(classifier, blobs):
    X, y = blobs
    names = np.array(["cow", "ant", "bee"])[y]
    classifier.fit(X, names)
    assert classifier.classes_.tolist() == ["ant", "bee", "cow"]
    found = classifier.predict_proba(X)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert (classifier.predict(X) == classifier.classes_[found.argmax(axis=1)]).all()
    assert classifier.score(X, names) == accuracy_score(names, classifier.predict(X)) > 0.9


def test_columns_of_text_and_missing_values_are_learnt_from_a_frame(classifier, people):
    frame, y = people
    classifier.fit(frame, y)
    assert classifier.feature_names_in_.tolist() == ["town", "age", "planet"]
    rows = pd.DataFrame({"town": ["Oslo", "Rome"], "age": [40.0, np.nan], "planet": "earth"})
    assert classifier.predict(rows).tolist() == ["north", "south"]
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        assert classifier.predict(rows.to_numpy()).tolist() == ["north", "south"]
    with pytest.raises(ValueError, match="feature names"):
        classifier.predict(rows[["age", "town", "planet"]])


def test_a_row_is_predicted_the_same_alone_as_among_others(classifier, blobs):
    X, y = blobs
    classifier.set_params(epochs=1).fit(X, y)
    many = classifier.predict_proba(np.tile(X, (7, 1)))
    assert (many[:90] == many[540:]).all()
    assert (classifier.predict_proba(X[4:5])[0] == many[4]).all()


def test_the_state_is_random_only_by_random_state(regressor, rng):
    X = rng.normal(size=(40, 2))
    before = np.random.get_state()[1].copy()
    one, same, other = (
        copy.deepcopy(regressor).set_params(random_state=seed, epochs=2).fit(X, X[:, 0]).predict(X)
        for seed in (3, 3, 4)
    )
    assert (one == same).all() and (one != other).any()
    assert (np.random.get_state()[1] == before).all()


def test_a_copy_holds_plain_values_and_arrays_and_predicts_the_same(classifier, people):
    frame, y = people
    classifier.set_params(epochs=1).fit(frame, y)
    stored = classifier.__getstate__()["model_"]
    assert all(type(weight) is np.ndarray for weight in stored["weights"])
    json.dumps([stored["input"], stored["task"]])
    found = copy.deepcopy(classifier)
    assert isinstance(found.model_, keras.Model) and found.model_ is not classifier.model_
    np.testing.assert_array_equal(found.predict_proba(frame), classifier.predict_proba(frame))


def test_the_trained_model_is_saved_as_any_other(classifier, blobs, tmp_path):
    X, y = blobs
    classifier.fit(X, y)
    predictor = kit.load(kit.save(classifier.model_, tmp_path / "blobs"))
    assert [each.label for each in predictor(X[:5])] == classifier.predict(X[:5]).tolist()


def test_numbers_of_several_targets_come_in_their_own_units(regressor, rng):
    X = rng.normal(size=(120, 2))
    y = np.stack([1e5 + 1e4 * X[:, 0], 0.01 * X[:, 1]], axis=1)
    found = regressor.fit(X, y).predict(X)
    assert found.shape == y.shape
    assert r2_score(y, found) > 0.9


def test_a_part_of_the_rows_may_decide_when_training_stops(classifier, blobs):
    X, y = blobs
    classifier.set_params(validation_fraction=0.2, patience=1, epochs=3).fit(X, y)
    assert "val_loss" in classifier.history_
    assert classifier.n_iter_ == len(classifier.history_["loss"]) <= 3


def test_weights_of_classes_are_given_by_name(classifier):
    X, y = make_blobs(60, centers=2, cluster_std=8.0, random_state=0)
    names = np.array(["no", "yes"])[y]
    weighted = classifier.set_params(class_weight={"yes": 1000.0}).fit(X, names)
    assert (weighted.predict(X) == "yes").mean() > 0.9


def test_a_loss_without_probabilities_gives_scores_instead(classifier):
    X, y = make_blobs(60, centers=2, cluster_std=0.5, random_state=0)
    assert hasattr(classifier, "predict_proba") and not hasattr(classifier, "decision_function")
    classifier.set_params(loss="hinge").fit(X, y)
    assert not hasattr(classifier, "predict_proba")
    assert ((classifier.decision_function(X) > 0) == classifier.predict(X)).all()


def test_one_class_and_unknown_settings_are_refused_in_fit(classifier, blobs):
    X, y = blobs
    with pytest.raises(kit.errors.KitError, match="y has 1 class, 0"):
        classifier.fit(X, 0 * y)
    with pytest.raises(kit.errors.KitError, match="Did you mean 'adam"):
        classifier.set_params(optimizer="adamm").fit(X, y)
    with pytest.raises(kit.errors.KitError, match="validation_fraction is a share"):
        classifier.set_params(optimizer="adam", validation_fraction=2).fit(X, y)
