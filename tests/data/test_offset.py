"""The offset of masks: found to a twentieth of a pixel, and kept by patches that are turned and mirrored."""

import numpy as np
import pytest

import kit
from kit.data.offset import offset
from kit.data.patches import Patches, Policy

SHAPES = [((64, 64, 1), (64, 64)), ((5, 5, 1), (5, 5)), ((64, 64, 3), (64, 64, 2))]
FINE = 8  # places a pixel at which pictures are drawn


def blobs(down=0, right=0, count=6, size=96, seed=0):
    """Pictures of blobs and their masks, which lie `down` and `right` eighths of a pixel beside them."""
    from scipy import ndimage

    draw, pairs = np.random.default_rng(seed), []
    for _ in range(count):
        field = ndimage.zoom(draw.normal(size=(size // 8, size // 8)), 8 * FINE, order=3)
        inside = (field > 0).astype("float32")
        small = inside.reshape(size, FINE, size, FINE).mean(axis=(1, 3))
        noise = draw.normal(scale=10, size=small.shape)
        picture = (60 + 120 * small + noise).clip(0, 255).astype("uint8")[..., None]
        moved = np.roll(inside, (down, right), (0, 1)).reshape(size, FINE, size, FINE).mean(axis=(1, 3))
        pairs.append((picture, (moved >= 0.5).astype("uint8")))
    return tuple(map(list, zip(*pairs, strict=True)))


@pytest.mark.parametrize("down, right", [(-4, 0), (4, -2), (-8, 8), (0, 12), (2, 3), (-6, 3), (-5, -2)])
def test_an_offset_is_found_to_a_twentieth_of_a_pixel(down, right):
    assert offset(*blobs(down, right, count=12)) == pytest.approx((down / FINE, right / FINE), abs=0.05)


def test_light_from_one_side_looks_like_a_large_offset_and_moves_no_patches():
    from scipy import ndimage

    pictures, masks = blobs(count=8)
    shadows = [0.1 * ndimage.sobel(picture.astype("float32"), axis=1) for picture in pictures]
    lit = [
        (picture + shadow).clip(0, 255).astype("uint8")
        for picture, shadow in zip(pictures, shadows, strict=True)
    ]
    assert offset(lit, masks)[1] > 1.5
    feed = Patches(lit, masks, size=(80, 80), task=kit.Segmentation(2), policy=Policy(turn=True))
    assert feed.offset == (0.0, 0.0)


def test_patches_that_are_only_mirrored_keep_what_lies_sideways():
    pictures, masks = blobs(down=-4, right=4, count=8)
    settings = {"size": (80, 80), "task": kit.Segmentation(2)}
    assert Patches(pictures, masks, policy=Policy(), **settings).offset == pytest.approx((0, 0.5), abs=0.05)
    pictures, masks = blobs(down=-4, count=8)
    assert Patches(pictures, masks, policy=Policy(), **settings).offset == (0.0, 0.0)


def test_masks_that_lie_on_their_edges_have_none():
    assert offset(*blobs()) == (0.0, 0.0)
    assert offset(*kit.shapes("segmentation", 24, seed=0)) == (0.0, 0.0)


def test_labels_that_overlap_and_pictures_in_colour_are_measured_too():
    pictures, masks = blobs(down=-4)
    colours = [np.repeat(each, 3, axis=2) for each in pictures]
    both = [np.stack([each, np.zeros_like(each)], axis=-1) for each in masks]
    assert offset(colours, both) == pytest.approx((-0.5, 0), abs=0.1)


def test_an_offset_that_differs_between_images_or_has_few_to_tell_it_is_none():
    pairs = [blobs(down, count=1, seed=seed) for seed, down in enumerate((-4, 4, -4, 4, -4, 4))]
    assert offset(*(sum(parts, []) for parts in zip(*pairs, strict=True))) == (0.0, 0.0)
    assert offset(*blobs(down=-4, count=3)) == (0.0, 0.0)


@pytest.mark.parametrize("images, masks", SHAPES)
def test_empty_masks_and_images_smaller_than_the_reach_have_none(images, masks):
    assert offset([np.zeros(images, "uint8")] * 5, [np.zeros(masks, "uint8")] * 5) == (0.0, 0.0)


@pytest.mark.parametrize(
    "changes", [Policy(turn=True), Policy(turn=True, bend=2.0), Policy(turn=True, zoom=1.25)]
)
def test_patches_that_are_turned_keep_the_offset_of_their_masks(changes):
    pictures, masks = blobs(down=-4, right=3, count=8)
    feed = Patches(pictures, masks, size=(80, 80), task=kit.Segmentation(2), policy=changes)
    assert offset(*feed.epoch(0)) == pytest.approx((-0.5, 0.375), abs=0.15)
    feed.offset = (0.0, 0.0)  # as if nothing had been measured
    assert offset(*feed.epoch(1)) == (0.0, 0.0)


def test_whole_pixels_are_kept_exactly_whatever_the_turn():
    inside = np.kron(np.random.default_rng(1).integers(0, 2, (6, 6)), np.ones((8, 8))).astype("uint8")
    pictures, masks = [200 * inside[..., None]] * 4, [np.roll(inside, (-1, 1), (0, 1))] * 4
    feed = Patches(pictures, masks, size=(48, 48), task=kit.Segmentation(2), policy=Policy(turn=True))
    feed.offset = (-1.0, 1.0)
    x, y = feed.epoch(0)
    seen = np.roll(x[..., 0] > 100, (-1, 1), (1, 2))
    assert (seen == y)[:, 4:-4, 4:-4].all()
    assert len({each.tobytes() for each in y}) > 1
