"""Scores of tasks on maps; all of masks come from whole numbers of pixels summed over the images."""

import numpy as np

from kit.evaluation import weighted
from kit.evaluation.scores import add


def _masks(outcome):
    return outcome.is_dense and outcome.form != "image"


def _images(outcome):
    return outcome.form == "image"


def _summed(array, weights):
    """(N, ...) and (N, R) -> (R, ...)."""
    return np.tensordot(weights, array, axes=(0, 0))


def overlaps(outcome, weights):
    """(R, C): found, said and true pixels of each class, each summed over the images."""
    return np.moveaxis(_summed(outcome.tallies.astype(float), weights), -1, 0)


@add("mean_iou", fits=_masks)
def mean_iou(outcome, weights):
    """Mean over the classes that are said or true of found / (said or true), in pixels of all images."""
    found, said, true = overlaps(outcome, weights)
    return weighted.mean_defined((found / np.where(said + true > 0, said + true - found, np.nan)).T)


@add("dice", fits=_masks)
def dice(outcome, weights):
    """Mean over the foreground classes that are said or true of 2 found / (said + true)."""
    found, said, true = (each[:, outcome.first :] for each in overlaps(outcome, weights))
    return weighted.mean_defined((2 * found / np.where(said + true > 0, said + true, np.nan)).T)


@add("pixel_accuracy", fits=_masks)
def pixel_accuracy(outcome, weights):
    """Share of the pixels, void ones left out, of which the right class is said."""
    counts = outcome.counts.astype(float)
    right = np.trace(counts, axis1=-2, axis2=-1).reshape(len(counts), -1).sum(axis=1)
    return _summed(right, weights) / _summed(counts.reshape(len(counts), -1).sum(axis=1), weights)


@add("boundary_f1", fits=_masks)
def boundary_f1(outcome, weights):
    """Mean over the foreground classes of F1 of border pixels within 0.75 % of the image's diagonal.

    Source: Csurka et al. 2013, What is a good evaluation measure for semantic segmentation (BMVC),
    summed over the images.
    """
    said, near, true, met = np.moveaxis(
        _summed(outcome.borders[:, outcome.first :].astype(float), weights), -1, 0
    )
    precision, recall = weighted.ratio(near, said), weighted.ratio(met, true)
    occurs = said + true > 0
    f1 = weighted.ratio(2 * precision * recall, precision + recall)
    return weighted.mean_defined(np.where(occurs, f1, np.nan).T)


@add("psnr", fits=_images)
def psnr(outcome, weights):
    """Mean over the images of the peak signal-to-noise ratio, dB, outputs clipped to the range."""
    return weighted.mean(outcome.psnr, weights)


@add("ssim", fits=_images)
def ssim(outcome, weights):
    """Mean over the images of the structural similarity, up to 1."""
    return weighted.mean(outcome.ssim, weights)
