"""Which losses take images that are put together of two: those that the mean of both targets suits."""

import numpy as np
import pytest

import kit
from kit import codecs, match
from kit.errors import MatchError
from kit.losses.mixes import check_mixes, mixes

SHARE = 0.3
ROWS = [row for row in match.table() if mixes(row)]
FOCAL = [match.resolve("binary", "focal"), match.resolve("multilabel", "focal")]


def pair(row):
    """Targets with the first and with the second label, and outputs that the row allows."""
    rng = np.random.default_rng(0)
    names, labels = tuple(range(2 if row.form == "binary" else 4)), ([1], [0])
    if row.form == "multilabel":
        labels = np.array([[1, 0, 0, 1]]), np.array([[1, 1, 0, 0]])
    if row.form == "numeric":
        names, labels = ("a", "b"), ([[1.0, 8.0]], [[3.0, -2.0]])
    code = "one_hot" if row.code == "integer" else row.code
    targets = [codecs.get(code).encode(each, names) for each in labels]
    units = match.units(row, {"classes": len(names), "labels": len(names), "targets": 2})
    outputs = rng.uniform(0.1, 0.9, (1, units)).astype("float32")
    return targets, outputs / outputs.sum() if row.activation == "softmax" else outputs


def slopes(row, toys):
    """The gradient at the mean of both targets, and the mean of both gradients; by their shares."""
    (first, second), outputs = pair(row)
    loss = match.make_loss(row, {"label_smoothing": 0.1})
    mixed = SHARE * first + (1 - SHARE) * second

    def slope(targets):
        return toys.slope(lambda p: loss(targets.astype("float32"), p), outputs)

    return slope(mixed), SHARE * slope(first) + (1 - SHARE) * slope(second)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_mean_of_both_targets_teaches_what_both_labels_teach(row, toys):
    np.testing.assert_allclose(*slopes(row, toys), rtol=1e-4, atol=1e-6)


def test_no_loss_but_the_squared_error_mixes_numbers_and_none_pastes_them():
    numeric = {row.loss: mixes(row) for row in match.table("numeric") if mixes(row)}
    assert numeric == {"mse": {"mixup"}}
    assert all(mixes(row) == {"mixup", "cutmix"} for row in ROWS if row.form != "numeric")
    assert not any(mixes(row) for form in (*match.MASKS, "image", "boxes") for row in match.table(form))


@pytest.mark.parametrize("row", FOCAL, ids=str)
def test_a_loss_that_is_refused_would_teach_something_else(row, toys):
    mixed, by_labels = slopes(row, toys)
    assert not mixes(row) and np.abs(mixed - by_labels).max() > 0.05 * np.abs(by_labels).max()


@pytest.mark.parametrize(
    ("task", "change"),
    [
        (kit.Classification(3, loss="focal"), "mixup"),
        (kit.Classification(2, loss="hinge"), "cutmix"),
        (kit.MultilabelClassification(3, loss="focal"), "cutmix"),
        (kit.Regression(("price",)), "cutmix"),
        (kit.Regression(("price",), loss="mae"), "mixup"),
        (kit.Regression(("eggs",), loss="poisson"), "mixup"),
    ],
    ids=str,
)
def test_a_refusal_says_what_was_asked_and_where_it_fits(task, change):
    with pytest.raises(MatchError, match=f"(?s)augment: {change} .* '{task.loss}'.*multiclass crossentropy"):
        check_mixes(task, [change])
