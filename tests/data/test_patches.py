"""Patches: masks in step with their images, whole classes, foreground, and the same draws every time."""

import dataclasses

import numpy as np
import pytest

import kit
from kit.data.patches import Patches, Policy, policy
from kit.maps import VOID

TASK = kit.Segmentation(("background", "a", "b"))
WILD = Policy(mirror=True, turn=True, zoom=1.3)


def scenes(count=4, size=(40, 56), seed=0):
    """Pictures whose value tells the class of each pixel: 10 times its number."""
    masks = np.random.default_rng(seed).integers(0, 3, (count, size[0] // 8, size[1] // 8)).astype("uint8")
    masks = masks.repeat(8, axis=1).repeat(8, axis=2)
    return 10 * masks[..., None], masks


def patches(x, y, size=(24, 24), changes=WILD, seed=0, task=TASK):
    return Patches(x, y, size=size, task=task, policy=changes, seed=seed)


def test_a_patch_depends_on_seed_epoch_and_number_alone():
    first, again, other = (patches(*scenes(), seed=seed) for seed in (0, 0, 1))
    whole = first.epoch(3)
    for row in (0, 5):
        x, y = again.batch(3, [row])
        assert (x[0] == whole[0][row]).all() and (y[0] == whole[1][row]).all()
    assert (other.epoch(3)[0] != whole[0]).any()
    assert (first.epoch(4)[0] != whole[0]).any()


def test_masks_stay_in_step_with_their_images():
    x, y = patches(*scenes(), changes=Policy(mirror=True, turn=True)).epoch(0)
    assert (x[..., 0] == 10 * y).all()


def test_zoomed_masks_hold_whole_classes_and_lie_where_their_image_does():
    x, y = patches(*scenes()).epoch(0)
    assert set(np.unique(y)) <= {0, 1, 2}
    assert np.abs(x[..., 0].astype(int) - 10 * y).mean() < 2  # only the edges of the image are mixed


def test_an_image_that_is_smaller_than_a_patch_is_filled_up_with_void():
    x, y = scenes(size=(16, 56))
    x, y = patches(x, y, changes=Policy(mirror=False)).epoch(0)
    assert y.shape[1:] == (24, 24)
    assert (y[:, 16:] == VOID).all() and (y[:, :16] != VOID).all()
    assert (x[:, 16:] == x[:, 15:16]).all()


def test_a_third_of_the_patches_hold_foreground_however_rare_it_is():
    masks = np.zeros((3, 128, 128), "uint8")
    masks[:, 100, 7] = 1
    feed = patches(np.zeros((3, 128, 128, 1), "uint8"), masks, changes=Policy())
    holding = [(feed.batch(epoch, range(len(feed)))[1] == 1).any(axis=(1, 2)) for epoch in range(3)]
    assert np.concatenate([rows[::3] for rows in holding]).all()


def test_every_image_gives_patches_in_proportion_to_its_area():
    y = [np.full((64, 64), 0, "uint8"), np.full((128, 128), 1, "uint8")]
    feed = patches([each[..., None] for each in y], y, size=(16, 16), changes=Policy(mirror=False))
    assert len(feed) == 16 + 64
    shares = np.bincount([mask[0, 0] for mask in feed.epoch(0)[1]])
    assert abs(shares[0] - 16) <= 1 and abs(shares[1] - 64) <= 1


def test_only_masks_that_look_alike_in_all_directions_are_turned_and_bent_small_ones_less():
    cells = np.random.default_rng(0).integers(0, 2, (4, 64, 64)).astype("uint8")
    streets = np.zeros((4, 64, 64), "uint8")
    streets[:, 32:] = 1
    images = kit.Images((None, None), 1)
    assert policy(images, TASK, cells).turn and policy(images, TASK, cells).bend == 64 / 32
    assert policy(images, TASK, np.tile(cells, (1, 8, 8))).bend == 5
    found = policy(images, TASK, streets)
    assert found.mirror and not found.turn and not found.bend
    assert found.zoom > policy(images, TASK, cells).zoom > 1


def test_half_of_the_patches_of_tissue_are_as_sharp_as_their_images():
    draw = np.random.default_rng(0)
    tissue = draw.integers(0, 2, (4, 128, 128)).astype("uint8")
    grain = draw.integers(0, 2, (4, 128, 128, 1)).astype("uint8") * 200
    changes = policy(kit.Images((None, None), 1), TASK, tissue)
    x, _ = patches(grain, tissue, size=(32, 32), changes=dataclasses.replace(changes, bend=0.0)).epoch(0)
    are_sharp = [len(np.unique(each)) <= 2 for each in x - x.min(axis=(1, 2, 3), keepdims=True)]
    assert 0.3 < np.mean(are_sharp) < 0.7


def test_noise_of_the_asked_level_is_laid_on_clean_patches():
    clean = [np.full((64, 64, 1), 100, "uint8") for _ in range(3)]
    task = kit.Denoising(noise=25)
    feed = patches(None, clean, task=task, changes=Policy(turn=True))
    x, y = feed.epoch(0)
    assert (y == 100).all()
    assert (x - y).std() == pytest.approx(25, rel=0.05)
    assert (feed.epoch(1)[0] != x).any()


@pytest.mark.parametrize("turned", [False, True])
def test_masks_of_a_rare_class_that_lies_on_one_side_are_not_turned_over_it(turned):
    draw = np.random.default_rng(0)
    masks = np.zeros((20, 32, 32), "uint8")
    for mask in masks:
        for number, start in ((1, 2), (2, 20)):  # one on the left, two on the right
            row, column = int(draw.integers(0, 28)), start + int(draw.integers(0, 6))
            mask[row : row + 4, column : column + 4] = number
    masks = masks.transpose(0, 2, 1) if turned else masks
    found = policy(kit.Images((None, None), 1), TASK, masks)
    assert not found.turn and found.mirror == turned


def test_quarter_turns_of_patches_that_are_not_square_keep_shapes_and_lay_no_edges_on():
    rows, columns = np.mgrid[:180, :240]
    disc = ((rows - 90) ** 2 + (columns - 120) ** 2 < 40**2).astype("uint8")
    changes = Policy(turn=True, scale=255.0, zoom=1.25)
    feed = patches([255 * disc[..., None]] * 4, [disc] * 4, (128, 192), changes)
    _, y = feed.batch(0, range(60))
    found = [np.argwhere(mask == 1) for mask in y if (mask == 1).any()]
    whole = [at for at in found if at.min() > 0 and (at.max(axis=0) < (127, 191)).all()]
    sides = np.array([np.ptp(at, axis=0) + 1 for at in whole])
    ratios = np.abs(np.log(sides[:, 0] / sides[:, 1]))
    assert len(whole) > 10 and np.median(ratios) < np.log(1.05) and ratios.max() < np.log(1.1 * 1.25)
    assert not (y == VOID).any()


def test_noisy_images_too_low_for_a_turned_patch_are_not_filled_up():
    clean = np.random.default_rng(0).integers(0, 256, (40, 200, 1)).astype("uint8")
    task = kit.Denoising(noise=25)
    feed = Patches(None, [clean], size=(32, 96), task=task, policy=Policy(turn=True, scale=255.0))
    _, y = feed.batch(0, range(8))
    assert all(np.unique(patch, axis=1).shape[1] == 96 for patch in y)
