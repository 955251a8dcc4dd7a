"""How well the order of the outputs tells classes apart, at every threshold: ROC and precision-recall."""

import numpy as np

from kit import draw
from kit.evaluation.plots import FIGURES

_NAMED = 6  # classes with a colour of their own
_DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))


def _ranks(report):
    no_ranking = report.outcome.is_dense or report.outcome.form in ("numeric", "boxes")
    return not no_ranking and bool(_columns(report.outcome))


@FIGURES.register(
    "roc",
    at=40,
    fits=_ranks,
    reading="Each point is one threshold. The dashed line is guessing; closer to the upper left is better.",
)
def roc(report):
    """Share found against share wrongly said, over all thresholds."""
    figure, axes = draw.figure(report.finding("auc"), width=6.6, height=4.4)
    axes.plot([0, 1], [0, 1], "--", color=draw.GRAY, linewidth=1.2)
    _draw_curves(axes, report, _roc_points)
    axes.set_xlabel("share wrongly said of what is not (false positive rate)")
    axes.set_ylabel("share found of what is (recall)")
    _finish(axes, report, "lower right")
    return figure


@FIGURES.register(
    "precision_recall",
    at=50,
    fits=_ranks,
    reading="Each point is one threshold. Higher and further right is better; a rare class starts lower.",
)
def precision_recall(report):
    """Share right of what is said against share found, over all thresholds."""
    averages = "" if report.outcome.form == "binary" else " (means over classes)"
    found = ", ".join(f"{name} {draw.number(report.metrics[name], 3)}" for name in ("precision", "recall"))
    figure, axes = draw.figure(f"as decided: {found}{averages}", width=6.6, height=4.4)
    _draw_curves(axes, report, _precision_recall_points)
    axes.set_xlabel("share found of what is (recall)")
    axes.set_ylabel("share right of what is said (precision)")
    _finish(axes, report, "lower left")
    return figure


def passes(positive, ranking):
    """Positives and negatives at or above each distinct rank, the highest first: two arrays (K,).

    Example:
        >>> passes(np.array([1, 0, 1]), np.array([0.9, 0.5, 0.5]))
        (array([1., 2.]), array([0., 1.]))
    """
    order = np.argsort(-ranking, kind="stable")
    ranked, positive = ranking[order], np.asarray(positive, float)[order]
    last = np.flatnonzero(np.concatenate([ranked[1:] != ranked[:-1], [True]]))
    return np.cumsum(positive)[last], np.cumsum(1 - positive)[last]


def _columns(outcome):
    """Classes that are neither absent nor everywhere; of two classes the second alone."""
    columns = [1] if outcome.form == "binary" else range(len(outcome.names))
    return [column for column in columns if 0 < outcome.true[:, column].sum() < len(outcome)]


def _roc_points(positive, ranking):
    hits, slips = passes(positive, ranking)
    return np.append(0, slips / slips[-1]), np.append(0, hits / hits[-1])


def _precision_recall_points(positive, ranking):
    hits, slips = passes(positive, ranking)
    hits, first = np.unique(hits, return_index=True)  # where a share is found, the strictest threshold counts
    precision = (hits / (hits + slips[first]))[hits > 0]
    hits = hits[hits > 0]
    return np.append(0, hits / hits[-1]), np.append(precision[0], precision)


def _draw_curves(axes, report, points):
    outcome = report.outcome
    columns = _columns(outcome)
    named = _lowest(report, columns) if len(columns) > _NAMED else columns
    for column in (column for column in columns if column not in named):
        axes.plot(
            *points(outcome.true[:, column], outcome.ranking[:, column]), color="#CCCCCC", linewidth=0.9
        )
    looks = zip(draw.PALETTE, _DASHES, strict=True)
    for column, (colour, dashes) in zip(named, looks, strict=False):
        curve = points(outcome.true[:, column], outcome.ranking[:, column])
        step = "steps-pre" if points is _precision_recall_points else "default"
        name = draw.readable(outcome.names[column])
        axes.plot(*curve, color=colour, linestyle=dashes, drawstyle=step, label=name, clip_on=False)
    if len(columns) > len(named):
        axes.plot([], [], color="#CCCCCC", label=f"{len(columns) - len(named)} more classes")


def _lowest(report, columns):
    """The classes found worst: they are the ones to look at."""
    order = np.argsort(report.per_class["f1"].to_numpy()[columns], kind="stable")
    return [columns[place] for place in order[: _NAMED - 1]]


def _finish(axes, report, corner):
    axes.set_xlim(-0.01, 1.01)
    axes.set_ylim(-0.01, 1.02)
    if report.outcome.form == "binary":
        _mark(axes, report.outcome, corner)
    axes.legend(loc=corner, title=None)


def _mark(axes, outcome, corner):
    """The point at which the task decides."""
    true, said = outcome.true[:, 1] > 0.5, outcome.said[:, 1] > 0.5
    found = (true & said).sum() / true.sum()
    if corner == "lower right":
        place = (said & ~true).sum() / (~true).sum(), found
    elif said.any():
        place = found, (true & said).sum() / said.sum()
    else:
        return
    axes.plot(*place, "o", color=draw.RED, markersize=8, label="as decided", clip_on=False, linestyle="none")
