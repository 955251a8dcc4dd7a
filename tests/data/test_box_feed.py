"""BoxFeed: boxes stay on their objects, whatever is done to the image."""

import numpy as np
import pytest

from kit.data.box_feed import BoxFeed, Policy
from kit.data.moves import mirrored, placed
from kit.data.shapes import shapes


def white_squares(count=6, size=48, seed=0):
    """Black images with one white square each, and its box: what is white tells where the box has to be."""
    rng = np.random.default_rng(seed)
    x, y = np.zeros((count, size, size, 3), "uint8"), np.full((count, 4, 5), -1, "float32")
    for image, target in zip(x, y, strict=True):
        left, top, side = *rng.integers(4, size // 2, 2), int(rng.integers(10, 20))
        image[top : top + side, left : left + side] = 255
        target[0] = (left, top, left + side, top + side, 1)
    return x, y


def box_of_white(image):
    rows, columns = np.nonzero(image[..., 0] > 127)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


@pytest.mark.parametrize("policy", [Policy(), Policy(zoom=1.0, shift=0.3), Policy(zoom=1.6, shift=0.0)])
def test_the_box_is_around_what_is_white(policy):
    x, y = white_squares()
    feed = BoxFeed(x, y, policy=policy, seed=1)
    for epoch in range(4):
        for image, targets in zip(*feed.epoch(epoch), strict=True):
            for box in targets[targets[:, 4] >= 0]:
                np.testing.assert_allclose(box[:4], box_of_white(image), atol=1.5)


def test_a_mosaic_keeps_the_boxes_of_all_four():
    x, y = white_squares(count=8)
    images, targets = BoxFeed(x, y, policy=Policy(mosaic=1.0, contrast=0, brightness=0), seed=3).epoch(0)
    counts = (targets[..., 4] >= 0).sum(axis=1)
    assert counts.max() > 1
    for image, boxes in zip(images, targets, strict=True):
        inside = np.zeros(image.shape[:2], bool)
        for left, top, right, bottom in np.rint(boxes[boxes[:, 4] >= 0, :4]).astype(int):
            inside[max(0, top - 1) : bottom + 1, max(0, left - 1) : right + 1] = True
        white = image[..., 0] > 200
        assert (white & ~inside).sum() <= 0.25 * max(1, white.sum())  # what is hardly seen has no box


def test_mosaics_end_with_the_first_part_of_the_training():
    x, y = white_squares(count=8)
    feed = BoxFeed(x, y, policy=Policy(mosaic=1.0), seed=3)
    feed.epochs = 10
    several = [int((feed.batch(epoch, range(8))[1][..., 4] >= 0).sum(axis=1).max()) for epoch in range(10)]
    assert max(several[:7]) > 1 and several[7:] == [1, 1, 1]


def test_a_blend_shows_both_images_and_has_the_boxes_of_both():
    x, y = white_squares(count=8)
    still = Policy(mirror=False, zoom=1.0, shift=0.0, tint=0, contrast=0, brightness=0, mixup=1.0)
    images, targets = BoxFeed(x, y, policy=still, seed=3).epoch(0)
    assert ((targets[..., 4] >= 0).sum(axis=1) == 2).all()
    for row, (image, boxes) in enumerate(zip(images, targets, strict=True)):
        np.testing.assert_array_equal(boxes[0], y[row, 0])
        seen = np.zeros(image.shape[:2], bool)
        for left, top, right, bottom in boxes[:2, :4].astype(int):
            assert image[top:bottom, left:right].min() > 0.25 * 255  # either one takes about a half
            seen[top:bottom, left:right] = True
        assert image[~seen].max() == 0


def test_blends_end_with_the_first_part_of_the_training():
    x, y = white_squares(count=8)
    feed = BoxFeed(x, y, policy=Policy(mixup=1.0), seed=3)
    feed.epochs = 10
    several = [int((feed.batch(epoch, range(8))[1][..., 4] >= 0).sum(axis=1).max()) for epoch in range(10)]
    assert several == [2] * 7 + [1] * 3


def test_boxes_beyond_the_padding_are_left_out_the_smallest_first():
    x, y = white_squares(count=8)
    few, every = (BoxFeed(x, each, policy=Policy(mosaic=1.0), seed=3).epoch(0)[1] for each in (y[:, :1], y))
    assert few.shape == (8, 2, 5) and every.shape == (8, 8, 5)

    def areas(boxes):
        return sorted(((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))[boxes[:, 4] >= 0])[::-1]

    assert any(len(areas(boxes)) > 2 for boxes in every)
    assert [areas(boxes) for boxes in few] == [areas(boxes)[:2] for boxes in every]


def test_objects_of_several_full_images_have_all_their_targets():
    x, y = white_squares(count=8)
    full = y[:, :1]
    for policy, most in ((Policy(mosaic=1.0), 2), (Policy(mixup=1.0), 2), (Policy(), 1)):
        assert BoxFeed(x, full, policy=policy, seed=3).epoch(0)[1].shape == (8, most, 5)
    blended = BoxFeed(x, full, policy=Policy(mixup=1.0), seed=3).epoch(0)[1]
    assert (blended[..., 4] >= 0).all()


def test_an_object_of_which_little_is_seen_has_no_box():
    image = np.zeros((20, 20, 3), "uint8")
    boxes = np.array([[0.0, 0, 10, 10, 0], [12, 12, 18, 18, 1]])
    _, kept = placed(image, boxes, 1.0, -9.0, -9.0)
    assert kept.tolist() == [[3.0, 3.0, 9.0, 9.0, 1.0]]


def test_mirroring_twice_is_nothing(rng):
    (image,), ((boxes, _),) = shapes("detection", 1, (32, 40))
    coded = np.column_stack([boxes, np.zeros(len(boxes))])
    twice = mirrored(*mirrored(image, coded))
    assert (twice[0] == image).all() and (twice[1] == coded).all()


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_bytes_and_floats_of_any_number_of_channels_are_changed_alike(channels, rng):
    x = rng.integers(0, 255, (1, 24, 24, channels)).astype("uint8")
    y = np.full((1, 1, 5), -1, "float32")
    as_bytes = BoxFeed(x, y, policy=Policy(), seed=2).epoch(0)[0]
    as_floats = BoxFeed(x.astype("float32"), y, policy=Policy(), seed=2).epoch(0)[0]
    assert as_bytes.dtype == np.uint8 and as_floats.dtype == np.float32
    assert np.abs(as_bytes - as_floats).mean() < 1  # of 255: rounded once more


def test_an_epoch_depends_on_seed_and_number_and_nothing_else(rng):
    x, y = white_squares()
    first, again, other = (BoxFeed(x, y, policy=Policy(mosaic=0.5), seed=seed) for seed in (5, 5, 6))
    assert (first.epoch(3)[0] == again.batch(3, range(6))[0]).all()
    assert (first.batch(3, [4])[0][0] == again.epoch(3)[0][4]).all()
    assert (first.epoch(3)[0] != first.epoch(4)[0]).any() and (first.epoch(3)[0] != other.epoch(3)[0]).any()
