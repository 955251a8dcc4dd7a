"""cross_validate: every sample is tested once, by a model that has not seen it."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

import kit
from kit.data import folds
from kit.errors import DataError, KitError
from kit.repeats.result import Run


@pytest.fixture(scope="module")
def data():
    return kit.load_data("wine")


@pytest.fixture(scope="module")
def found(data):
    return kit.cross_validate(
        kit.build, data, folds=3, epochs=15, learning_rate=0.03, width=16, depth=1, verbose=0
    )


def test_every_sample_is_tested_once_a_seed_and_never_by_a_model_that_saw_it(data):
    every = np.concatenate([data.train.inputs.to_numpy(), data.validation.inputs.to_numpy()])
    tested = []
    for part, rows in folds.rotated(data, 4):
        seen = {tuple(row) for each in (part.train, part.validation) for row in each.inputs.to_numpy()}
        held = [tuple(row) for row in part.test.inputs.to_numpy()]
        assert held == [tuple(row) for row in every[rows]]
        assert not seen & set(held)
        assert len(part.train) + len(part.validation) + len(part.test) == len(every)
        tested += rows.tolist()
    assert sorted(tested) == list(range(len(every)))


def test_what_the_input_knows_is_measured_on_the_training_part_alone(data):
    part, _ = next(folds.rotated(data, 4))
    first = part.input.columns[0]
    assert first.center == pytest.approx(part.train.inputs[first.name].median(), rel=1e-5)


def test_scores_are_those_of_scikit_learn_on_what_was_said_of_each_fold(data, found):
    labels = np.concatenate([data.train.labels, data.validation.labels]).astype(str)
    names = np.array(data.task.names).astype(str)
    for run in found.runs:
        said = names[run.outputs.argmax(axis=1)]
        assert run.metrics["accuracy"] == pytest.approx(accuracy_score(labels[run.rows], said))
    said = names[found.outputs.argmax(axis=1)]
    assert accuracy_score(labels, said) > 0.9
    np.testing.assert_allclose(found.outputs.sum(axis=1), 1, atol=1e-5)


def test_the_frame_has_a_row_a_run_and_the_summary_a_row_a_metric(found):
    frame, summary = found.frame(), found.summary()
    assert frame[["fold", "seed"]].to_numpy().tolist() == [[0, 0], [1, 0], [2, 0]]
    row = summary.loc["accuracy"]
    assert row["mean"] == pytest.approx(frame["accuracy"].mean())
    assert row["std"] == pytest.approx(frame["accuracy"].std(ddof=1))
    assert row["low"] <= row["mean"] <= row["high"]
    assert "accuracy" in repr(found) and repr(found).startswith("3 runs")


def test_what_several_seeds_said_of_a_sample_is_averaged():
    def run(fold, seed, value):
        outputs = np.full((2, 1), value)
        return Run(None, {"loss": value}, seed, 1, 0.1, fold, np.array([fold, fold + 2]), outputs)

    found = kit.Repeats((run(0, 0, 1.0), run(0, 1, 3.0), run(1, 0, 5.0), run(1, 1, 6.0)))
    assert found.outputs[:, 0].tolist() == [2.0, 5.5, 2.0, 5.5]


def test_one_fold_too_few_or_one_sample_too_few_is_refused(data):
    with pytest.raises(KitError, match="at least 3"):
        kit.cross_validate(kit.build, data, folds=2)
    with pytest.raises(DataError, match="cannot be cut into 1000 folds"):
        kit.cross_validate(kit.build, data, folds=1000)
    with pytest.raises(KitError, match="learning_rate"):
        kit.cross_validate(kit.build, data, learning_rat=1)


def test_maps_have_no_folds():
    data = kit.load_data(kit.shapes("segmentation", 12, (32, 32)))
    with pytest.raises(KitError, match="kit.repeat"):
        kit.cross_validate(kit.build, data)
