"""kit.data.outlines: by hand, and against pycocotools' code (faster-coco-eval) where it is installed."""

import numpy as np
import pytest

import kit
from kit.data.outlines import index_map, polygon, run_lengths


def test_a_rectangle_covers_the_pixels_between_its_sides():
    inside = polygon([2, 1, 5, 1, 5, 3, 2, 3], (5, 8))
    assert inside.dtype == bool and inside.sum() == 6 and inside[1:3, 2:5].all()


def test_a_triangle_covers_half_of_its_square():
    assert polygon([0, 0, 100, 0, 0, 100], (100, 100)).sum() == pytest.approx(5000, rel=0.02)


def test_what_lies_outside_the_image_is_cut_off():
    assert polygon([-5, -5, 50, -5, 50, 50, -5, 50], (4, 6)).all()
    assert not polygon([10, 10, 20, 10, 20, 20], (4, 6)).any()


def test_corners_may_be_pairs():
    flat = [1, 1, 6, 1, 3, 6]
    assert (polygon(np.reshape(flat, (-1, 2)), (8, 8)) == polygon(flat, (8, 8))).all()


@pytest.mark.parametrize("points", [[1, 2, 3, 4], [1, 2, 3, 4, 5, 6, 7], [0, 0, 1, 1, np.nan, 2], []])
def test_too_few_corners_are_told(points):
    with pytest.raises(kit.KitError, match=f"polygon of {len(points)} numbers"):
        polygon(points, (4, 4))


def test_runs_go_down_the_columns():
    assert run_lengths([2, 3, 1], (3, 2)).astype(int).tolist() == [[0, 1], [0, 1], [1, 0]]


def test_text_of_runs_by_hand():
    # 6, 2, 40, then 60 as its difference to the last but one, 60 - 2 = 58; 40 = 8 + 32 * 1 -> "X1"
    text = chr(48 + 6) + chr(48 + 2) + chr(48 + 32 + 8) + chr(48 + 1) + chr(48 + 32 + 26) + chr(48 + 1)
    assert (run_lengths(text, (12, 9)) == run_lengths([6, 2, 40, 60], (12, 9))).all()
    assert (run_lengths(text.encode(), (12, 9)) == run_lengths(text, (12, 9))).all()


@pytest.mark.parametrize("counts", [[5], [3, 2], [10, -1], "5"])
def test_runs_that_do_not_fill_the_image_are_told(counts):
    with pytest.raises(kit.KitError, match="expected 3 x 3"):
        run_lengths(counts, (3, 3))


def test_small_objects_lie_over_large_ones():
    large, small = np.ones((3, 3), bool), np.zeros((3, 3), bool)
    small[1, 1] = True
    expected = [[1, 1, 1], [1, 2, 1], [1, 1, 1]]
    assert index_map((3, 3), [(2, small), (1, large)]).tolist() == expected
    assert index_map((3, 3), [(1, large), (2, small)]).tolist() == expected
    assert not index_map((2, 5), []).any()


@pytest.fixture
def coco():
    return pytest.importorskip("faster_coco_eval.core.mask", reason="faster-coco-eval is not installed")


def test_run_lengths_are_exactly_those_of_coco(coco, rng):
    for share in (0, 0.02, 0.5, 0.98, 1):
        inside = rng.random((37, 53)) < share
        code = coco.encode(np.asfortranarray(inside.astype("uint8")))
        assert (run_lengths(code["counts"], (37, 53)) == inside).all()


def test_polygons_are_those_of_coco_but_for_a_few_pixels_of_the_edge(coco, rng):
    for _ in range(20):
        angles = np.sort(rng.uniform(0, 2 * np.pi, 12))
        points = 60 + rng.uniform(25, 50, (12, 1)) * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        theirs = coco.decode(coco.frPyObjects([points.ravel().tolist()], 120, 120))[..., 0].astype(bool)
        ours = polygon(points, (120, 120))
        assert (ours & theirs).sum() > 0.97 * (ours | theirs).sum()
