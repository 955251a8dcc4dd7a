import dataclasses

import pytest


@pytest.fixture(scope="module")
def with_history(make, report):
    found = report(*make("numbers"))
    return lambda **history: dataclasses.replace(found, history=history)


def test_the_title_names_the_best_epoch(with_history):
    found = with_history(loss=[3.0, 2.0, 1.0], val_loss=[3.0, 1.5, 2.0])
    assert found.figure("training").get_suptitle() == "lowest validation loss 1.50 in epoch 2 of 3"


def test_without_validation_the_training_loss_is_named(with_history):
    assert (
        with_history(loss=[3.0]).figure("training").get_suptitle()
        == "lowest training loss 3.00 in epoch 1 of 1"
    )


def test_a_metric_of_both_parts_has_its_panel_and_a_learning_rate_has_none(with_history):
    found = with_history(loss=[3.0], val_loss=[2.0], mae=[1.0], val_mae=[1.0], learning_rate=[0.1])
    assert [axes.get_ylabel() for axes in found.figure("training").axes] == ["loss", "mae"]


def test_a_loss_that_was_never_finite_is_said_to_be_so(with_history):
    assert with_history(loss=[float("nan")]).figure("training").get_suptitle() == "the loss was never finite"


def test_without_a_history_there_is_no_curve(with_history):
    assert "training" not in with_history().figures()
