"""What every loss of masks and images owes: its formula, void pixels, finite gradients, its file.

Each number is compared with a NumPy formula written pixel by pixel, so both backends are pinned to
the same ones.
"""

import keras
import numpy as np
import pytest

from kit import match
from kit.maps import VOID

MASKS = [row for form in match.MASKS for row in match.table(form)]
ROWS = [*MASKS, *match.table("image")]
rows = pytest.mark.parametrize("row", ROWS, ids=str)
masks = pytest.mark.parametrize("row", MASKS, ids=str)
H, W = 5, 6


def units_of(row):
    return {"binary mask": 1, "image": 2}.get(row.form, 3)


def truth(row, seed=0):
    """Three masks with void pixels, or three pictures."""
    rng = np.random.default_rng(seed)
    if row.form == "image":
        return rng.uniform(0, 255, (3, H, W, 2)).astype("float32")
    shape = (3, H, W, 3) if row.form == "multilabel mask" else (3, H, W)
    mask = rng.integers(0, 3 if row.form == "multiclass mask" else 2, shape).astype("uint8")
    mask[:, 0, :2] = VOID
    return mask


def outputs(row, seed=1):
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(3, H, W, units_of(row)))
    if row.form == "image":
        return (truth(row) + 20 * logits).astype("float32")
    return activated(row, logits).astype("float32")


def activated(row, logits):
    if row.activation == "softmax":
        return np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    return 1 / (1 + np.exp(-logits))


def planes(row, y, p, background=True):
    """One image: (true 0 or 1, probability) of the pixels that count, a pair a plane; and which planes do."""
    if row.form == "multilabel mask":
        return [(y[..., i][y[..., i] != VOID], p[..., i][y[..., i] != VOID]) for i in range(3)], [1, 1, 1]
    there = y != VOID
    if row.form == "binary mask":
        t, q = y[there].astype(float), p[there][:, 0]
        both = [(1 - t, 1 - q), (t, q)]
        return ([(t, q)], [1]) if background else (both, [int(one.any()) for one, _ in both])
    found = [((y[there] == i).astype(float), p[there][:, i]) for i in range(1 if background else 0, 3)]
    return found, [int(t.any()) for t, _ in found]


def mean_of(row, y, p, formula, background=True):
    found, counts = planes(row, y, p, background)
    values = [formula(t, q) for (t, q), counted in zip(found, counts, strict=True) if counted]
    return np.mean(values) if values else 0.0


def crossentropy(row, y, p, weight=lambda true: 1.0):
    if row.form == "multiclass mask":
        there = y != VOID
        true = p[there][np.arange(there.sum()), y[there].astype(int)]
        return (weight(true) * -np.log(true)).mean()
    found, _ = planes(row, y, p)
    true = np.concatenate([np.where(t > 0, q, 1 - q) for t, q in found])
    return (weight(true) * -np.log(true)).mean()


def generalized(row, y, p):
    found, _ = planes(row, y, p, background=False)  # both planes of a binary mask
    weights = [1 / max(t.sum(), 1) ** 2 for t, _ in found]
    inside = sum(w * (t * q).sum() for w, (t, q) in zip(weights, found, strict=True))
    total = sum(w * (t + q).sum() for w, (t, q) in zip(weights, found, strict=True))
    return 1 - (2 * inside + min(weights)) / (total + min(weights))


def tversky(t, q):
    covered, extra, missed = (t * q).sum(), ((1 - t) * q).sum(), (t * (1 - q)).sum()
    return 1 - (covered + 1) / (covered + 0.3 * extra + 0.7 * missed + 1)


def lovasz(t, q):
    """Algorithm 1 of Berman et al. 2018, with the IoU of each set of wrong pixels counted anew."""
    errors = np.abs(t - q)
    order = np.argsort(-errors, kind="stable")
    total, before = 0.0, 0.0
    for count in range(1, len(order) + 1):
        wrong = np.zeros(len(t), bool)
        wrong[order[:count]] = True
        said = np.where(wrong, 1 - t, t)
        either = ((said + t) > 0).sum()
        lost = 1 - (said * t).sum() / max(either, 1)
        total, before = total + errors[order[count - 1]] * (lost - before), lost
    return total


def boundary(row, y, p):
    from scipy.ndimage import distance_transform_edt

    found = []
    last = units_of(row)
    first = 1 if row.form == "multiclass mask" else 0
    for place in range(first, last):
        if row.form == "multilabel mask":
            plane, valid = y[..., place] == 1, y[..., place] != VOID
        else:
            plane, valid = y == (1 if row.form == "binary mask" else place), y != VOID
        if not plane.any() or plane.all():
            found.append(0.0)
            continue
        signed = distance_transform_edt(~plane) - np.maximum(distance_transform_edt(plane) - 1, 0)
        q = p[..., 0 if row.form == "binary mask" else place]
        found.append((q * signed * valid).sum() / valid.sum() / np.hypot(H, W))
    return np.mean(found)


def dice(t, q):
    return 1 - (2 * (t * q).sum() + 1) / (t.sum() + q.sum() + 1)


def jaccard(t, q):
    return 1 - ((t * q).sum() + 1) / (t.sum() + q.sum() - (t * q).sum() + 1)


BY_HAND = {
    "crossentropy": crossentropy,
    "focal": lambda row, y, p: crossentropy(row, y, p, lambda true: (1 - true) ** 2),
    "dice": lambda row, y, p: mean_of(row, y, p, dice),
    "jaccard": lambda row, y, p: mean_of(row, y, p, jaccard),
    "generalized_dice": generalized,
    "tversky": lambda row, y, p: mean_of(row, y, p, tversky),
    "focal_tversky": lambda row, y, p: mean_of(row, y, p, lambda t, q: tversky(t, q) ** (4 / 3)),
    "lovasz": lambda row, y, p: mean_of(row, y, p, lovasz, background=row.form == "binary mask"),
    "boundary": boundary,
    "mse": lambda row, y, p: ((y - p) ** 2).mean(),
    "mae": lambda row, y, p: np.abs(y - p).mean(),
    "charbonnier": lambda row, y, p: np.sqrt((y - p) ** 2 + 0.25**2).mean(),
}


def by_hand(row, y, p):
    return np.array([BY_HAND[row.loss](row, *pair) for pair in zip(y, p.astype("float64"), strict=True)])


def logits_model(row):
    """Logits as inputs, the row's own output activation, as a head has it."""
    from kit import activations

    inputs = keras.Input((H, W, units_of(row)))
    return keras.Model(inputs, activations.output(row.activation, inputs))


def of_logits(row, targets):
    """Function: logits -> the loss through the row's activation."""
    model, loss = logits_model(row), match.make_loss(row)
    return lambda logits: loss(targets, model(logits))


@rows
def test_each_image_scores_by_the_formula(row):
    y, p = truth(row), outputs(row)
    weight = np.array([0.0, 1.0, 2.5])
    found = float(match.make_loss(row)(y, p, sample_weight=weight))
    assert found == pytest.approx((by_hand(row, y, p) * weight).mean(), rel=1e-4)


@masks
def test_bytes_and_integers_are_the_same_mask(row):
    y, p = truth(row), outputs(row)
    assert float(match.make_loss(row)(y, p)) == float(match.make_loss(row)(y.astype("int32"), p))


@masks
def test_void_pixels_change_neither_loss_nor_gradient(toys, row):
    y, p = truth(row), outputs(row)
    other = p.copy()
    other[:, 0, :2] = activated(row, np.random.default_rng(9).normal(size=other[:, 0, :2].shape))
    assert float(match.make_loss(row)(y, p)) == pytest.approx(float(match.make_loss(row)(y, other)), rel=1e-5)
    logits = np.random.default_rng(2).normal(size=p.shape).astype("float32")
    slope = toys.slope(of_logits(row, y), logits)
    assert np.abs(slope[:, 0, :2]).max() == 0
    assert np.abs(slope[:, 1:]).max() > 0


@masks
@pytest.mark.parametrize("kind", ["empty", "full", "one pixel", "all void"])
@pytest.mark.parametrize("size", [0.0, 30.0])
def test_gradients_are_finite_on_any_mask(toys, row, kind, size):
    y = np.zeros_like(truth(row))
    if kind == "full":
        y[:] = 1
    elif kind == "one pixel":
        y[:, 2, 2] = 1
    elif kind == "all void":
        y[:] = VOID
    logits = np.full((3, H, W, units_of(row)), size)
    logits[..., 0] *= -1
    assert np.isfinite(float(match.make_loss(row)(y, activated(row, logits).astype("float32"))))
    assert np.isfinite(toys.slope(of_logits(row, y), logits.astype("float32"))).all()


@rows
def test_a_step_against_the_gradient_lowers_the_loss(toys, row):
    y = truth(row)
    logits = np.random.default_rng(3).normal(size=(3, H, W, units_of(row)))
    logits = y + 10 * logits if row.form == "image" else logits
    slope = toys.slope(of_logits(row, y), logits.astype("float32"))
    step = 0.01 * logits.std() / np.abs(slope).max()
    model = logits_model(row)
    before, after = (
        float(match.make_loss(row)(y, model(x.astype("float32")))) for x in (logits, logits - step * slope)
    )
    assert after < before


@rows
def test_a_loss_survives_its_config(row):
    loss, y, p = match.make_loss(row), truth(row), outputs(row)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert type(again) is type(loss)
    assert float(again(y, p)) == float(loss(y, p))


@masks
def test_masks_of_another_size_are_refused(row):
    with pytest.raises(ValueError, match="do not fit outputs of shape"):
        match.make_loss(row)(truth(row)[:, :-1], outputs(row))


def test_a_large_object_does_not_hide_a_missed_one():
    y = np.zeros((2, 8, 8), "uint8")
    y[0], y[1, 0, 0] = 1, 1  # image 0: 64 pixels, found; image 1: one, missed
    p = np.zeros((2, 8, 8, 1), "float32")
    p[0] = 1
    missed = 1 - (2 * 0 + 1) / (1 + 0 + 1)  # by hand, smooth 1
    assert float(match.make_loss(match.resolve("binary mask", "dice"))(y, p)) == pytest.approx(missed / 2)


def test_tversky_weighs_what_is_missed_by_beta_and_what_is_too_many_by_alpha():
    row = match.resolve("binary mask", "tversky")
    y = np.zeros((1, 2, 2), "uint8")
    y[0, 0] = 1
    few, many = np.zeros((1, 2, 2, 1), "float32"), np.ones((1, 2, 2, 1), "float32")
    loss = match.make_loss(row, {"alpha": 0.1, "beta": 0.9})
    assert float(loss(y, few)) == pytest.approx(1 - 1 / (0.9 * 2 + 1))
    assert float(loss(y, many)) == pytest.approx(1 - 3 / (2 + 0.1 * 2 + 1))


def test_a_sum_of_losses_is_their_sum_and_survives_its_config():
    parts = [match.resolve("multiclass mask", name) for name in ("crossentropy", "dice")]
    both = match.make_loss(match.resolve("multiclass mask", "crossentropy+dice"))
    y, p = truth(parts[0]), outputs(parts[0])
    assert float(both(y, p)) == pytest.approx(
        sum(float(match.make_loss(part)(y, p)) for part in parts), rel=1e-6
    )
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(both))
    assert float(again(y, p)) == float(both(y, p))


def test_losses_of_other_outputs_are_not_summed():
    from kit.errors import MatchError

    with pytest.raises(MatchError, match="Such losses cannot be summed"):
        match.resolve("binary", "crossentropy+hinge")


def test_distances_are_those_of_scipy():
    from scipy.ndimage import distance_transform_edt

    from kit.losses.mask_boundary import distance

    plane = np.random.default_rng(0).uniform(size=(17, 23)) < 0.05
    found = keras.ops.convert_to_numpy(distance(plane[None, ..., None]))[0, ..., 0]
    np.testing.assert_allclose(found, distance_transform_edt(~plane), rtol=1e-5)


def test_the_rarer_of_two_classes_counts_even_if_it_is_called_background():
    row = match.resolve("binary mask", "dice")
    y, p = truth(row), outputs(row)
    by_planes = [
        mean_of(row, *pair, dice, background=False) for pair in zip(y, p.astype("float64"), strict=True)
    ]
    assert float(match.make_loss(row, {"background": False})(y, p)) == pytest.approx(
        np.mean(by_planes), rel=1e-5
    )
    import kit

    cells = kit.Segmentation(("background", "cell"), prior=(0.2, 0.8))
    assert float(cells.make_loss()(y, p)) != float(kit.Segmentation(("background", "cell")).make_loss()(y, p))
