"""kit.data.augment: changes that depend on seed, epoch and index only."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kit
from kit.data.augment import Policy, augment, has_sides, policy

ALL = Policy(mirror=True, shift=2, brightness=0.2, contrast=0.2, hole=3)
CATS = kit.Classification(("cat", "dog"))


def images(count=16, size=8, channels=3, dtype="uint8"):
    return np.random.default_rng(0).integers(0, 256, size=(count, size, size, channels)).astype(dtype)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 2**63),
    st.integers(0, 1000),
    st.lists(st.integers(0, 15), min_size=1, max_size=16, unique=True),
)
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_an_image_changes_the_same_in_every_batch_and_place(dtype, seed, epoch, picked):
    whole = augment(images(dtype=dtype), range(16), seed=seed, epoch=epoch, policy=ALL)
    some = augment(images(dtype=dtype)[picked], picked, seed=seed, epoch=epoch, policy=ALL)
    np.testing.assert_array_equal(whole[picked], some)


@pytest.mark.parametrize("other", [{"seed": 1, "epoch": 0}, {"seed": 0, "epoch": 1}])
def test_seed_and_epoch_change_the_changes(other):
    first = augment(images(), range(16), seed=0, epoch=0, policy=ALL)
    assert (first != augment(images(), range(16), **other, policy=ALL)).any(axis=(1, 2, 3)).all()


@pytest.mark.parametrize("dtype, scale", [("uint8", 255), ("float32", 255), ("float32", 1)])
def test_type_shape_and_range_stay(dtype, scale):
    before = (images() / 255 * scale).astype(dtype)
    after = augment(before, range(16), seed=0, epoch=0, policy=Policy(True, 2, 0.5, 0.5, 3, scale))
    assert after.dtype == before.dtype and after.shape == before.shape
    assert after.min() >= 0 and after.max() <= scale


def test_the_originals_are_not_changed():
    before = images()
    augment(before, range(16), seed=0, epoch=0, policy=ALL)
    assert (before == images()).all()


def test_half_of_the_images_are_mirrored_and_nothing_else():
    before = images(400, 4, 1)
    after = augment(before, range(400), seed=0, epoch=0, policy=Policy(mirror=True))
    kept = (after == before).all(axis=(1, 2, 3))
    mirrored = (after == before[:, :, ::-1]).all(axis=(1, 2, 3))
    assert (kept | mirrored).all() and 0.4 < mirrored.mean() < 0.6


@pytest.mark.parametrize("epoch", [0, 1, 6])
def test_two_passes_show_both_sides_of_every_image(epoch):
    before = images(50, 4, 1)
    passes = [
        augment(before, range(50), seed=0, epoch=each, policy=Policy(mirror=True))
        for each in (epoch, epoch + 1)
    ]
    np.testing.assert_array_equal(passes[0], passes[1][:, :, ::-1])


def test_shifts_reach_every_distance_and_repeat_the_edge():
    before = np.arange(25, dtype="uint8").reshape(1, 5, 5, 1).repeat(200, axis=0)
    after = augment(before, range(200), seed=0, epoch=0, policy=Policy(shift=1))
    padded = np.pad(before[0, ..., 0], 1, mode="edge")
    expected = {padded[dy : dy + 5, dx : dx + 5].tobytes() for dy in range(3) for dx in range(3)}
    assert {image.tobytes() for image in np.ascontiguousarray(after[..., 0])} == expected


def test_brightness_adds_at_most_its_part_of_the_scale():
    before = np.full((300, 2, 2, 1), 100, "float32")
    after = augment(before, range(300), seed=0, epoch=0, policy=Policy(brightness=0.1))
    assert np.abs(after - 100).max() <= 25.5 and np.abs(after - 100).max() > 20
    assert np.ptp(after, axis=(1, 2, 3)).max() == 0


def test_contrast_stretches_around_the_mean():
    before = np.array([50, 150], "float32").reshape(1, 1, 2, 1).repeat(300, axis=0)
    after = augment(before, range(300), seed=0, epoch=0, policy=Policy(contrast=0.2))[:, 0, :, 0]
    assert after.mean(axis=1) == pytest.approx(np.full(300, 100), rel=1e-5)
    assert 0.8 <= np.ptp(after, axis=1).min() / 100 < 0.85 < 1.15 < np.ptp(after, axis=1).max() / 100 <= 1.2


def test_a_hole_is_a_square_of_the_mean_inside_the_image():
    before = np.full((100, 8, 8, 1), 10, "float32")
    before[:, 0, 0] = 200  # mean is not 10
    after = augment(before, range(100), seed=0, epoch=0, policy=Policy(hole=3))
    changed = (after != before)[..., 0]
    assert (changed.sum(axis=(1, 2)) == 9).all()
    assert all(np.ptp(np.nonzero(one), axis=1).tolist() == [2, 2] for one in changed)


def test_a_policy_of_nothing_changes_nothing():
    assert (augment(images(), range(16), seed=0, epoch=0, policy=Policy()) == images()).all()


@pytest.mark.parametrize(
    "classes, channels, size, mirror",
    [
        (("cat", "dog"), 3, 32, True),
        (("not_smiling", "smiling"), 1, 64, True),
        (tuple(range(10)), 1, 28, False),
        (tuple("0123456789"), 3, 32, False),
        (("12", "7"), 3, 32, False),
        (("a", "b", "c"), 3, 32, False),
        (("turn_left", "turn_right"), 3, 32, False),
        (("cat", "dog"), 1, 8, False),
    ],
)
def test_symbols_sides_and_tiny_gray_images_are_not_mirrored(classes, channels, size, mirror):
    assert policy(kit.Images((size, size), channels), kit.Classification(classes)).mirror is mirror


def test_numbers_may_depend_on_the_side_and_are_not_mirrored():
    assert not policy(kit.Images((32, 32)), kit.Regression()).mirror


def test_tiny_images_have_no_holes():
    assert policy(kit.Images((8, 8), 1), CATS).hole == 0
    assert policy(kit.Images((32, 40)), CATS).hole == 8


def test_the_policy_knows_the_scale():
    assert policy(kit.Images((8, 8), 1, scale=16), CATS).scale == 16


def test_erased_are_as_many_images_as_asked_and_a_rectangle_of_noise_in_each():
    before = np.full((600, 20, 30, 3), 100, "uint8")
    after = augment(before, range(600), seed=0, epoch=0, policy=Policy(erase=0.25))
    changed = (after != before).any(axis=-1)
    erased = np.flatnonzero(changed.any(axis=(1, 2)))
    assert abs(len(erased) / 600 - 0.25) < 0.06
    for number in erased:
        rows, columns = np.nonzero(changed[number])
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        assert len(rows) >= 0.97 * height * width  # a value of noise may be 100 in all channels
        assert 0.01 < height * width / 600 < 0.45 and (0.25 < height / width < 4 or 20 in (height, width))
    noise = after[erased][changed[erased]]
    assert abs(noise.mean() - 127.5) < 3 and abs(noise.std() - 255 / np.sqrt(12)) < 3


@pytest.mark.parametrize("dtype, scale", [("uint8", 255), ("float32", 1)])
def test_erasing_and_operations_keep_type_and_range_and_do_not_look_at_the_batch(dtype, scale):
    before = (images() / 255 * scale).astype(dtype)
    strong = Policy(erase=0.5, randaugment=2, strength=0.9, scale=scale)
    whole = augment(before, range(16), seed=0, epoch=0, policy=strong)
    assert whole.dtype == before.dtype and whole.min() >= 0 and whole.max() <= scale
    np.testing.assert_allclose(
        whole[3:5], augment(before[3:5], [3, 4], seed=0, epoch=0, policy=strong), atol=1e-6
    )
    assert (whole != before).any(axis=(1, 2, 3)).mean() > 0.7


def test_detectors_do_not_mirror_what_is_named_left_or_right():
    assert has_sides(["turn-left", "turn-right"]) and not has_sides(["leftover", "bright"])
