"""Scores of masks and images, against scikit-learn and by hand."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, f1_score, jaccard_score

import kit
from kit.evaluation import map_scores, maps, scores
from kit.maps import VOID

NAMES = ("background", "a", "b")


@pytest.fixture(scope="module")
def pairs():
    rng = np.random.default_rng(0)
    true = rng.integers(0, 3, (5, 20, 30)).astype("uint8")
    said = np.where(rng.uniform(size=true.shape) < 0.7, true, rng.integers(0, 3, true.shape)).astype("uint8")
    true[:, :3] = VOID
    return true, said


def outcome(true, said, names=NAMES):
    task = kit.Segmentation(names)
    return maps.MaskOutcome(
        match=task.match,
        names=task.names,
        counts=np.stack([maps.mask_counts(*pair, len(names)) for pair in zip(true, said, strict=True)]),
        borders=np.stack([maps.border_counts(*pair, len(names)) for pair in zip(true, said, strict=True)]),
        objects=np.concatenate([maps.objects_of(*pair, 1) for pair in zip(true, said, strict=True)]),
        first=1,
    )


def test_pixels_are_counted_as_scikit_learn_counts_them_without_void(pairs):
    true, said = pairs
    there = true != VOID
    by_sklearn = confusion_matrix(true[there], said[there], labels=range(3))
    assert (outcome(true, said).counts.sum(axis=0) == by_sklearn).all()


def test_mean_iou_dice_and_accuracy_are_those_of_all_pixels_together(pairs):
    true, said = pairs
    found, there = outcome(true, said), true != VOID
    flat = true[there], said[there]
    assert scores.score("mean_iou", found) == pytest.approx(jaccard_score(*flat, average="macro"))
    assert scores.score("dice", found) == pytest.approx(f1_score(*flat, average="macro", labels=[1, 2]))
    assert scores.score("pixel_accuracy", found) == pytest.approx((flat[0] == flat[1]).mean())


def test_a_class_that_is_neither_true_nor_said_does_not_count():
    mask = np.zeros((1, 8, 8), "uint8")
    mask[0, :4] = 1
    assert scores.score("mean_iou", outcome(mask, mask)) == 1


def test_overlapping_labels_are_counted_one_by_one():
    true = np.array([[[1, 1], [0, 1], [VOID, 0]]], "uint8")
    said = np.array([[[1, 0], [1, 1], [1, 0]]], "uint8")
    assert maps.mask_counts(true, said, 2).tolist() == [[[0, 1], [0, 1]], [[1, 0], [1, 1]]]


def test_borders_within_the_tolerance_are_met_and_others_are_not():
    true, near, far = (np.zeros((1, 100, 100), "uint8") for _ in range(3))
    true[0, 30:60, 30:60], near[0, 31:61, 30:60], far[0, 38:68, 30:60] = 1, 1, 1
    names = ("background", "square")
    assert scores.score("boundary_f1", outcome(true, near, names)) == 1  # 1 pixel off, 1.06 allowed
    assert scores.score("boundary_f1", outcome(true, far, names)) < 0.7


def test_the_share_of_each_object_that_is_found_is_known():
    true, said = np.zeros((1, 20, 20), "uint8"), np.zeros((1, 20, 20), "uint8")
    true[0, 2:6, 2:6], true[0, 10:12, 10:12] = 1, 2
    said[0, 2:4, 2:6] = 1
    assert outcome(true, said).objects.tolist() == [[1, 16, 0.5], [2, 4, 0.0]]


def test_resampled_images_give_an_interval(pairs):
    from kit.evaluation import bootstrap

    low, high = bootstrap.intervals(outcome(*pairs), ["mean_iou"], resamples=200)["mean_iou"]
    assert low < scores.score("mean_iou", outcome(*pairs)) < high
    assert map_scores.mean_iou is scores.SCORES["mean_iou"].function


def test_psnr_and_ssim_are_those_of_their_definitions():
    rng = np.random.default_rng(0)
    clean = rng.uniform(0, 255, (40, 50, 1))
    noisy = clean + rng.normal(0, 25, clean.shape)
    assert maps.psnr(clean, noisy) == pytest.approx(10 * np.log10(255**2 / ((clean - noisy) ** 2).mean()))
    assert maps.ssim(clean, clean) == pytest.approx(1)
    metrics = pytest.importorskip("skimage.metrics")
    by_skimage = metrics.structural_similarity(
        clean[..., 0],
        noisy[..., 0],
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=255,
    )
    assert maps.ssim(clean, noisy) == pytest.approx(by_skimage, abs=1e-6)


def test_a_border_that_is_void_is_no_border():
    disc = np.hypot(*(np.mgrid[:64, :64] - 32)) < 15
    said = disc.astype("uint8")[None]
    true = np.where(np.abs(np.hypot(*(np.mgrid[:64, :64] - 32)) - 15) < 2, VOID, said)
    assert np.isnan(scores.score("boundary_f1", outcome(true, said, ("background", "disc"))))
    half = np.where(np.arange(64) < 32, true, said)  # void on the left alone: the border on the right counts
    assert scores.score("boundary_f1", outcome(half, said, ("background", "disc"))) == 1


def test_an_image_without_a_pixel_of_any_class_has_no_mean_iou_and_warns_of_nothing(recwarn):
    true = np.stack([np.full((4, 4), VOID, "uint8"), np.ones((4, 4), "uint8")])
    measured = outcome(true, np.ones((2, 4, 4), "uint8"))
    np.testing.assert_array_equal(maps.mean_iou_of_each(measured.tallies), [np.nan, 1])
    assert not recwarn.list
