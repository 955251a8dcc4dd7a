"""Assignment: the same as a search place by place in plain Python, and nothing from what is not there."""

import keras
import numpy as np
import pytest

from kit.losses.assign import assign
from kit.places import grid

SIZE, STRIDES = (32, 48), (8, 16)
MIDDLES, _ = grid(SIZE, STRIDES)
KINDS = 3


def overlap(a, b):
    sides = [min(a[i + 2], b[i + 2]) - max(a[i], b[i]) for i in range(2)]
    shared = max(sides[0], 0) * max(sides[1], 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return shared / max(areas[0] + areas[1] - shared, 1e-7)


def searched(boxes, labels, said, scores, narrowest):
    """Boxes and scores of each place of one image, by loops."""
    aligned, shares = {}, {}
    for i, (box, label) in enumerate(zip(boxes, labels, strict=True)):
        half = [max(box[j + 2] - box[j], narrowest) / 2 for j in range(2)]
        centre = [(box[j] + box[j + 2]) / 2 for j in range(2)]
        for place, middle in enumerate(MIDDLES):
            if label >= 0 and all(abs(middle[j] - centre[j]) < half[j] for j in range(2)):
                found = overlap(box, said[place])
                aligned[i, place] = scores[place, label] ** 0.5 * found**6, found
    for i in range(len(boxes)):
        own = sorted((place for owner, place in aligned if owner == i), key=lambda p: -aligned[i, p][0])
        shares.update({(i, place): aligned[i, place] for place in own[:10]})
    for place in range(len(MIDDLES)):  # of several objects the one that is overlapped most
        owners = sorted((i for i, p in shares if p == place), key=lambda i: -shares[i, place][1])
        for i in owners[1:]:
            del shares[i, place]
    target, wanted = np.zeros((len(MIDDLES), 4)), np.zeros((len(MIDDLES), KINDS))
    for (i, place), (align, _) in shares.items():
        own = [pair for (owner, _), pair in shares.items() if owner == i]
        target[place] = boxes[i]
        wanted[place, labels[i]] = align / max(a for a, _ in own) * max(o for _, o in own)
    return target, wanted


def drawn(rng, objects):
    corner, sides = rng.uniform(0, 24, (objects, 2)), rng.uniform(3, 24, (objects, 2))
    boxes = np.concatenate([corner, corner + sides], axis=1).astype("float32")
    labels = rng.integers(0, KINDS, objects).astype("int32")
    said = np.concatenate(
        [MIDDLES - rng.uniform(2, 14, MIDDLES.shape), MIDDLES + rng.uniform(2, 14, MIDDLES.shape)], axis=1
    )
    scores = rng.uniform(0.01, 0.9, (len(MIDDLES), KINDS)).astype("float32")
    return boxes, labels, said.astype("float32"), scores


def assigned(boxes, labels, said, scores, narrowest=16.0):
    batch = (keras.ops.convert_to_tensor(each[None]) for each in (boxes, labels, said, scores))
    return [keras.ops.convert_to_numpy(each)[0] for each in assign(*batch, MIDDLES, narrowest=narrowest)]


@pytest.mark.parametrize("seed", range(6))
def test_places_are_those_of_a_search_by_hand(seed):
    one = drawn(np.random.default_rng(seed), objects=1 + seed)
    boxes, scores = assigned(*one)
    want_boxes, want_scores = searched(*one, narrowest=16.0)
    np.testing.assert_allclose(scores, want_scores, atol=1e-4)
    has = want_scores.sum(axis=1) > 1e-6
    np.testing.assert_allclose(boxes[has], want_boxes[has], rtol=1e-5)


def test_fillers_and_images_without_objects_get_no_place(rng):
    boxes, labels, said, scores = drawn(rng, 2)
    for empty in (np.full_like(boxes, -1), np.zeros_like(boxes)):
        found, wanted = assigned(empty, np.full_like(labels, -1), said, scores)
        assert not found.any() and not wanted.any()


def test_overlaps_whose_sixth_power_is_nothing_in_float32_choose_a_place_all_the_same():
    boxes, labels = np.array([[0, 0, 24, 24]], "float32"), np.array([2], "int32")
    said = np.concatenate([MIDDLES, MIDDLES + 1e-3], axis=1).astype("float32")  # an IoU of 2e-9
    scores = np.full((len(MIDDLES), KINDS), 0.01, "float32")
    overlaps = np.array([overlap(boxes[0].tolist(), each) for each in said.tolist()])
    assert (np.float32(overlaps.max()) ** 6) == 0
    found, wanted = assigned(boxes, labels, said, scores)
    assert np.isfinite(found).all() and np.isfinite(wanted).all() and (wanted >= 0).all()


def test_an_object_smaller_than_the_places_are_apart_still_has_one(rng):
    boxes = np.array([[20.5, 12.5, 22.5, 14.5]], "float32")  # between the places of both levels
    _, _, said, scores = drawn(rng, 1)
    assert assigned(boxes, np.array([1], "int32"), said, scores)[1].sum() > 0
