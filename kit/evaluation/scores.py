"""Scores: how good decisions are, each by its flat name, over any number of resamples at once.

A score takes an outcome and `weights` (N, R): how often each of N samples counts in each of R
resamples. It returns (R,) values, NaN where it is undefined. All ones, (N, 1), is the plain
score; counts drawn with replacement are the bootstrap. So one definition serves both.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from kit import aims
from kit.errors import unknown
from kit.evaluation import weighted

SCORES = {}  # name -> Score, in the order in which they are shown


@dataclasses.dataclass(frozen=True)
class Score:
    """One entry of `SCORES`.

    Args:
        function: (outcome, weights (N, R)) -> (R,).
        fits: outcome -> whether the score means something for it.
        undefined: why it may be undefined all the same, for the note in its place.
        share: whether it is a share of samples, 0 to 1.
    """

    function: Callable
    fits: Callable
    undefined: str = ""
    share: bool = False


def applicable(outcome):
    """Names of the scores that fit an outcome, in the order in which they are shown."""
    return [name for name, entry in SCORES.items() if entry.fits(outcome)]


def score(name, outcome, weights=None):
    """One score, (R,) values; without `weights` a float. NaN where it is undefined.

    Raises:
        KitError: if there is no score of that name.
    """
    if name not in SCORES:
        raise unknown("score", name, SCORES)
    if weights is None:
        return float(score(name, outcome, np.ones((len(outcome), 1)))[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        return SCORES[name].function(outcome, weights)


def add(name, **facts):
    """Decorator of a score: enters it in `SCORES` with the facts of `Score`."""

    def enter(function):
        SCORES[name] = Score(function, **facts)
        return function

    return enter


def _classes(outcome):
    return outcome.form in ("binary", "multiclass", "multilabel")


def _numeric(outcome):
    return outcome.form == "numeric"


def _probable(outcome):
    return _classes(outcome) and outcome.probabilities is not None


def _has_sets(outcome):
    return _classes(outcome) and outcome.sets is not None


def _costs(outcome):
    return None if outcome.aim is None else aims.parse(outcome.aim).costs


def _ordinal(outcome):
    return outcome.match.decide == "rank"


@add("loss", fits=lambda outcome: outcome.losses is not None)
def loss(outcome, weights):
    """Mean of the loss that the task trains with."""
    return weighted.mean(outcome.losses, weights)


@add("accuracy", fits=_classes, share=True)
def accuracy(outcome, weights):
    """Share of samples whose class is said; multilabel: share of labels decided right."""
    right = outcome.true == outcome.said
    return weighted.mean(right.all(axis=1) if outcome.is_single else right.mean(axis=1), weights)


@add("exact_match", fits=lambda outcome: outcome.form == "multilabel", share=True)
def exact_match(outcome, weights):
    """Share of samples with every label right."""
    return weighted.mean((outcome.true == outcome.said).all(axis=1), weights)


@add("balanced_accuracy", fits=lambda outcome: outcome.is_single)
def balanced_accuracy(outcome, weights):
    """Mean over the classes that occur of the share of each that is found."""
    hits, _, support = weighted.tallies(outcome, weights)
    return weighted.mean_defined(hits / support)


@add("auc", fits=_classes, undefined="it needs samples inside and outside of a class")
def auc(outcome, weights):
    """Area under the ROC curve: the chance that a sample of a class ranks above one that is not of it.

    Two classes: of `classes[1]`. More, and multilabel: mean over the classes that are neither
    absent nor everywhere, each against the rest; undefined if there is none.
    """
    columns = [1] if outcome.form == "binary" else range(len(outcome.names))
    areas = [
        weighted.area(outcome.true[:, column], outcome.ranking[:, column], weights) for column in columns
    ]
    return weighted.mean_defined(np.stack(areas))


@add("f1_macro", fits=_classes)
def f1_macro(outcome, weights):
    """Mean over classes of 2 x found / (said + true), over those said or true at least once."""
    hits, said, support = weighted.tallies(outcome, weights)
    return weighted.mean_defined(2 * hits / (said + support))


@add("precision", fits=_classes)
def precision(outcome, weights):
    """Share right of what was said. Two classes: of `classes[1]`; more: mean over classes.

    A class never said counts 0; one neither said nor true does not count.
    """
    hits, said, support = weighted.tallies(outcome, weights)
    return _over_classes(outcome, weighted.ratio(hits, said), said + support)


@add("recall", fits=_classes)
def recall(outcome, weights):
    """Share found of what is true. Two classes: of `classes[1]`; more: mean over classes.

    A class that never occurs counts 0 if it was said; one neither said nor true does not count.
    """
    hits, said, support = weighted.tallies(outcome, weights)
    return _over_classes(outcome, weighted.ratio(hits, support), said + support)


@add("nll", fits=lambda outcome: _probable(outcome) or outcome.match.decide == "gaussian")
def nll(outcome, weights):
    """Mean negative log-likelihood, natural logarithm. Multilabel and several targets: a label or target."""
    return weighted.mean(weighted.log_loss(outcome), weights)


@add("ece", fits=_probable)
def ece(outcome, weights):
    """Expected calibration error: mean distance of confidence from the share that is right.

    In 15 bins of equal width (Guo et al. 2017, arXiv:1706.04599). Confidence is the probability
    of the likeliest class, whatever the threshold; multilabel: of the likelier answer to each label.
    """
    confidence, right = weighted.confidences(outcome)
    gaps = np.eye(weighted.BINS)[weighted.bin_of(confidence)] * (confidence - right)[:, None]  # (M, 15)
    gaps = weighted.mean(gaps.reshape(len(outcome), -1, weighted.BINS).mean(axis=1), weights)
    return np.abs(gaps).sum(axis=0).round(7)  # what is beyond is the rounding of float32


@add("cost", fits=lambda outcome: _classes(outcome) and _costs(outcome) is not None)
def cost(outcome, weights):
    """Mean cost of a sample where the aim says what a mistake costs; multilabel: of a label."""
    columns = slice(1, None) if outcome.form == "binary" else slice(None)
    false_positive, false_negative = _costs(outcome)
    true, said = outcome.true[:, columns], outcome.said[:, columns]
    costs = false_positive * said * (1 - true) + false_negative * true * (1 - said)
    return weighted.mean(costs.mean(axis=1), weights)


@add("qwk", fits=_ordinal, undefined="all samples are of one class and all are said to be of it")
def qwk(outcome, weights):
    """Cohen's kappa with quadratic weights: agreement beyond chance, 1 perfect, 0 chance."""
    true, said = outcome.true.argmax(axis=1), outcome.said.argmax(axis=1)
    first, second = weighted.mean(true, weights), weighted.mean(said, weights)
    chance = weighted.mean(true**2 + said**2, weights) - 2 * first * second
    return 1 - weighted.mean((true - said) ** 2, weights) / np.where(chance > 1e-12, chance, np.nan)


@add("rmse", fits=_numeric)
def rmse(outcome, weights):
    """Root of the mean squared error, in the target's units; several targets: their mean."""
    return np.mean(np.sqrt(weighted.mean((outcome.values - outcome.truth) ** 2, weights)), axis=0)


@add("mae", fits=lambda outcome: _numeric(outcome) or _ordinal(outcome))
def mae(outcome, weights):
    """Mean absolute error in the target's units; several targets: their mean; ordinal: in classes."""
    if _ordinal(outcome):
        return weighted.mean(np.abs(outcome.true.argmax(axis=1) - outcome.said.argmax(axis=1)), weights)
    return weighted.mean(np.abs(outcome.values - outcome.truth).mean(axis=1), weights)


@add("mase", fits=lambda outcome: _numeric(outcome) and outcome.naive_error is not None)
def mase(outcome, weights):
    """`mae` of a forecast over that of the value a season ago in the training part; below 1 is better.

    Source: Hyndman and Koehler 2006, Another look at measures of forecast accuracy.
    """
    return mae(outcome, weights) / outcome.naive_error


@add("r2", fits=_numeric, undefined="the true values do not vary")
def r2(outcome, weights):
    """Share of the variance that is explained, 1 perfect, 0 as the mean; several targets: their mean."""
    return r2_by_target(outcome, weights).mean(axis=0)


@add("coverage", fits=lambda outcome: _has_sets(outcome) or outcome.interval is not None, share=True)
def coverage(outcome, weights):
    """Share of true values inside their interval, ends included; of classes, inside their label set."""
    if _has_sets(outcome):
        return weighted.mean((outcome.sets * outcome.true).any(axis=1), weights)
    return weighted.mean(weighted.inside(outcome).mean(axis=1), weights)


@add("set_size", fits=lambda outcome: _has_sets(outcome))
def set_size(outcome, weights):
    """Mean number of classes in a label set."""
    return weighted.mean(outcome.sets.sum(axis=1), weights)


@add("interval_width", fits=lambda outcome: outcome.interval is not None)
def interval_width(outcome, weights):
    """Mean width of the intervals, in the target's units; several targets: their mean."""
    return weighted.mean((outcome.interval[..., 1] - outcome.interval[..., 0]).mean(axis=1), weights)


@add("pinball", fits=lambda outcome: outcome.match.decide == "quantiles")
def pinball(outcome, weights):
    """Mean pinball loss over quantiles and targets, in the target's units: q e above, (q - 1) e below."""
    quantiles = np.asarray(outcome.quantiles)
    errors = outcome.truth[:, :, None] - outcome.outputs.reshape(*outcome.truth.shape, len(quantiles))
    return weighted.mean(np.maximum(quantiles * errors, (quantiles - 1) * errors).mean(axis=(1, 2)), weights)


@add("poisson_deviance", fits=lambda outcome: outcome.match.code == "counts")
def poisson_deviance(outcome, weights):
    """Mean of 2 (y log(y / m) - y + m) for a count y and its predicted mean m; 0 is perfect."""
    true, rate = outcome.truth, np.maximum(outcome.values, weighted.TINY)
    logs = np.where(true > 0, true * np.log(np.where(true > 0, true, 1) / rate), 0)
    return weighted.mean(2 * (logs - true + rate).mean(axis=1), weights)


def r2_by_target(outcome, weights):
    """(T, R): `r2` of each target, NaN where its true values do not vary."""
    centred = outcome.truth - outcome.truth.mean(axis=0)
    errors = weighted.mean((outcome.values - outcome.truth) ** 2, weights)
    spread = weighted.mean(centred**2, weights) - weighted.mean(centred, weights) ** 2
    smallest = 1e-12 * np.square(outcome.truth).max(axis=0)[:, None]  # what rounding leaves of zero
    return (1 - errors / np.where(spread > smallest, spread, np.nan)).round(12)


def by_class(outcome):
    """precision, recall, f1 and support of each class or label, each an array (C,)."""
    hits, said, support = (tally[:, 0] for tally in weighted.tallies(outcome, np.ones((len(outcome), 1))))
    with np.errstate(divide="ignore", invalid="ignore"):
        return (
            weighted.ratio(hits, said),
            weighted.ratio(hits, support),
            weighted.ratio(2 * hits, said + support),
            support.astype(int),
        )


def _over_classes(outcome, values, occurs):
    return (
        values[1] if outcome.form == "binary" else weighted.mean_defined(np.where(occurs > 0, values, np.nan))
    )
