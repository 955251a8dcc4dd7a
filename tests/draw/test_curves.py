import pytest

from kit import draw

RISES = {"loss": [1.0, 0.6, 0.4, 0.3, 0.2, 0.1], "val_loss": [1.1, 0.7, 0.8, 0.9, 1.0, 1.2]}


def lines(figure):
    return {line.get_label(): line.get_xydata().tolist() for line in figure.axes[0].lines}


def test_both_losses_are_drawn_over_epochs_that_begin_at_1():
    drawn = lines(draw.overfitting(RISES))
    assert drawn["training"] == [[i + 1, value] for i, value in enumerate(RISES["loss"])]
    assert drawn["validation"] == [[i + 1, value] for i, value in enumerate(RISES["val_loss"])]
    assert drawn["best epoch"] == [[2, 0.7]]


def test_the_epoch_after_the_best_one_is_where_overfitting_begins():
    figure = draw.overfitting(RISES)
    assert figure.get_suptitle().startswith("overfitting from epoch 3")
    (shade,) = figure.axes[0].patches
    assert (shade.get_x(), shade.get_x() + shade.get_width()) == (2, 6)


@pytest.mark.parametrize(
    "valid, train",
    [
        ([1.0, 0.8, 0.7, 0.6, 0.5], [1.0, 0.8, 0.7, 0.6, 0.5]),  # still falls
        ([1.0, 0.5, 0.51, 0.5, 0.52], [1.0, 0.5, 0.4, 0.3, 0.2]),  # no worse than by chance
        ([1.0, 0.5, 0.9, 0.9, 0.9], [1.0, 0.5, 0.9, 0.9, 0.9]),  # the training loss rises, too: it diverges
        ([1.0, 0.9, 0.5, 0.8], [1.0, 0.8, 0.6, 0.4]),  # one bad epoch
    ],
)
def test_what_is_no_overfitting_is_not_called_so(valid, train):
    figure = draw.overfitting({"loss": train, "val_loss": valid})
    assert figure.get_suptitle().startswith("no overfitting") and not figure.axes[0].patches


def test_a_metric_of_another_name_and_a_missing_validation():
    history = {"mae": [2.0, 1.0], "val_mae": [3.0, 2.0]}
    assert draw.overfitting(history, "mae").axes[0].get_ylabel() == "mae"
    with pytest.raises(KeyError):
        draw.overfitting({"loss": [1.0]})
