"""kit.data.mix: images put together of two, and what their targets then have to be."""

import numpy as np
import pytest

from kit.data.augment import Policy
from kit.data.mix import drawn, mixed

COUNT, CLASSES = 60, 4


def samples(dtype="uint8", channels=1, weighted=False):
    """Images of one value each, so that every pixel tells where it comes from; and class numbers."""
    values = np.arange(COUNT).astype(dtype)
    x = np.broadcast_to(values[:, None, None, None], (COUNT, 12, 10, channels)).copy()
    return (x, np.arange(COUNT) % CLASSES, *([np.linspace(0.5, 3, COUNT)] if weighted else []))


def mix(whole, rows=range(COUNT), classes=CLASSES, seed=0, epoch=0, **shares):
    def seen(numbers):
        return tuple(array[numbers] for array in whole)

    policy = Policy(**shares)
    return mixed(seen, rows, COUNT, seed=seed, epoch=epoch, policy=policy, classes=classes)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_the_share_of_a_pasted_label_is_that_of_the_pixels_really_pasted(dtype):
    x, y = mix(samples(dtype), cutmix=1.0)
    assert x.dtype == dtype and y.shape == (COUNT, CLASSES)
    for number in range(COUNT):
        values, pixels = np.unique(x[number], return_counts=True)
        by_pixels = np.zeros(CLASSES)
        np.add.at(by_pixels, values.astype(int) % CLASSES, pixels / 120)
        np.testing.assert_allclose(y[number], by_pixels, atol=1e-6)
        assert len(values) <= 2 and (number in values or pixels[0] == 120)


def test_what_is_pasted_is_one_rectangle_and_its_area_is_uniform_but_for_what_the_edges_cut():
    x, _ = mix(samples(), cutmix=1.0)
    areas = []
    for number in range(COUNT):
        rows, columns = np.nonzero(x[number, ..., 0] != number)
        areas.append(len(rows) / 120)
        if len(rows):
            assert len(rows) == (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
    assert 0.15 < np.mean(areas) < 0.5 and max(areas) > 0.6


def test_blended_pixels_and_labels_have_the_same_shares():
    whole = samples("float32")
    x, y = mix(whole, mixup=1.0)
    pairs = drawn(range(COUNT), COUNT, (12, 10), seed=0, epoch=0, policy=Policy(mixup=1.0))
    assert (pairs.chosen == np.arange(COUNT)).all() and (pairs.others != np.arange(COUNT)).all()
    for number, (other, share) in enumerate(zip(pairs.others, pairs.shares, strict=True)):
        np.testing.assert_allclose(x[number], share * number + (1 - share) * other, rtol=1e-5)
        expected = share * np.eye(CLASSES)[number % CLASSES] + (1 - share) * np.eye(CLASSES)[other % CLASSES]
        np.testing.assert_allclose(y[number], expected, atol=1e-6)
    assert abs(pairs.shares.mean() - 0.5) < 0.15


def test_shares_of_the_policy_are_shares_of_the_images():
    pairs = drawn(range(4000), 4000, (8, 8), seed=0, epoch=0, policy=Policy(mixup=0.3, cutmix=0.2))
    blended = (pairs.windows == 0).all(axis=1)
    assert abs(blended.mean() * len(pairs.chosen) / 4000 - 0.3) < 0.03
    assert abs(len(pairs.chosen) / 4000 - 0.5) < 0.03


def test_an_image_is_the_same_in_every_batch_and_another_one_in_every_epoch():
    whole = samples(weighted=True)
    every = mix(whole, mixup=0.4, cutmix=0.6)
    some = mix(whole, np.array([7, 3, 50]), mixup=0.4, cutmix=0.6)
    for left, right in zip(every, some, strict=True):
        np.testing.assert_array_equal(left[[7, 3, 50]], right)
    assert (every[1] != mix(whole, epoch=1, mixup=0.4, cutmix=0.6)[1]).any()


def test_what_is_given_is_not_changed():
    whole = (*samples()[:1], np.random.default_rng(0).integers(0, 2, (COUNT, 3)).astype("float32"))
    before = [np.copy(array) for array in whole]
    _, y = mix(whole, classes=None, mixup=0.5, cutmix=0.5)
    assert ((y > 0) & (y < 1)).any()
    for array, copy in zip(whole, before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_weights_go_with_their_labels():
    whole = samples(weighted=True)
    _, y, weights = mix(whole, mixup=1.0)
    pairs = drawn(range(COUNT), COUNT, (12, 10), seed=0, epoch=0, policy=Policy(mixup=1.0))
    p = np.random.default_rng(1).dirichlet(np.ones(CLASSES), COUNT)
    each = -np.log(p)  # loss of every label
    own, other = np.arange(COUNT), pairs.others
    by_hand = pairs.shares * whole[2] * each[own, own % CLASSES]
    by_hand += (1 - pairs.shares) * whole[2][other] * each[own, other % CLASSES]
    np.testing.assert_allclose(weights * (y * each).sum(axis=1), by_hand, rtol=1e-5)


def test_labels_of_no_weight_make_no_nan():
    _, y, weights = mix((*samples(), np.zeros(COUNT)), mixup=1.0)
    assert np.isfinite(y).all() and (weights == 0).all()


def test_a_single_image_stays_as_it_is():
    x, y = np.ones((1, 4, 4, 1)), np.array([1])
    policy = Policy(mixup=1.0)
    found = mixed(lambda rows: (x[rows], y[rows]), [0], 1, seed=0, epoch=0, policy=policy, classes=2)
    assert (found[0] == x).all() and found[1].tolist() == [[0.0, 1.0]]
