"""Which classes are taken for which, and how well each is found."""

import numpy as np

from kit import draw
from kit.evaluation import weighted
from kit.evaluation.plots import FIGURES

_NUMBERS = 15  # classes up to which each cell shows its count
_TICKS = 50  # names that fit along an axis
_BARS = 40  # classes that fit in one figure


@FIGURES.register(
    "confusion",
    at=20,
    fits=lambda report: report.outcome.is_single or report.outcome.is_exclusive,
    reading="A row is what is true, a column what was said; the colour is the share of the row. "
    "Right decisions lie on the diagonal.",
)
def confusion(report):
    """Counts of truth against decision, coloured by the share of each true class."""
    names, counts = report.outcome.names, report.confusion.to_numpy()
    side = min(10.5, max(2.6, len(names) * (0.5 if len(names) <= _NUMBERS else 0.22)))
    figure, axes = draw.figure(
        report.finding("pixel_accuracy" if report.outcome.is_dense else "accuracy"),
        width=max(5.6, side + 2.6),
        height=max(3.4, side + 1.0),
    )
    totals = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(totals, 1)
    picture = axes.imshow(shares, cmap="Blues", norm=_small_ones_too())
    axes.grid(False)
    _name_ticks(axes, names, side / len(names))
    axes.set_xlabel("said")
    axes.set_ylabel("true")
    if len(names) <= _NUMBERS:
        _write(axes, counts, shares, in_percent=report.outcome.is_dense)
    figure.colorbar(picture, ax=axes, label="share of the true class", shrink=0.8)
    return figure


@FIGURES.register(
    "classes",
    at=30,
    fits=lambda report: report.outcome.form in ("multiclass", "multilabel") and report.outcome.true.any(),
    reading="Precision is the share right of what was said; recall the share found of what is true. "
    "The number behind a name is how many samples truly are of it.",
)
def classes(report):
    """Precision and recall of each class that occurs, the class with the lowest f1 first."""
    table = report.per_class.query("support > 0").sort_values("f1", kind="stable").head(_BARS)
    figure, axes = draw.figure(
        _classes_title(report, table), width=6.6, height=max(1.8, 0.25 * len(table) + 0.8)
    )
    places = np.arange(len(table))
    axes.hlines(places, table["precision"], table["recall"], color="#BBBBBB", zorder=1)
    axes.scatter(
        table["precision"], places, color=draw.BLUE, marker="o", label="precision", zorder=3, clip_on=False
    )
    axes.scatter(
        table["recall"], places, color=draw.RED, marker="|", s=110, linewidths=2.4, label="recall", zorder=2
    )
    labels = [
        f"{draw.readable(name)}  ({row.support})"
        for name, row in zip(table.index, table.itertuples(), strict=True)
    ]
    axes.set_yticks(places, labels)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(len(table) - 0.4, -0.6)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


@FIGURES.register(
    "reliability",
    at=60,
    fits=lambda report: report.outcome.probabilities is not None,
    reading="On the dashed line, as many answers are right as the confidence says. "
    "Below it the network is too sure, above it too modest. Large points stand for many answers.",
)
def reliability(report):
    """Confidence against the share that is right, in 15 bins, with the number of answers below."""
    confidence, right = weighted.confidences(report.outcome)
    figure, (upper, lower) = draw.figure(
        _reliability_title(report, confidence, right), rows=2, width=5.4, height=4.8
    )
    upper.get_gridspec().set_height_ratios([3, 1])
    bins = weighted.bin_of(confidence)
    counts = np.bincount(bins, minlength=weighted.BINS)
    filled = np.flatnonzero(counts)
    sure = np.bincount(bins, confidence, weighted.BINS)[filled] / counts[filled]
    found = np.bincount(bins, right, weighted.BINS)[filled] / counts[filled]
    upper.plot([0, 1], [0, 1], "--", color=draw.GRAY, linewidth=1.2)
    upper.plot(sure, found, color=draw.BLUE, linewidth=1)
    upper.scatter(
        sure, found, s=12 + 120 * counts[filled] / counts.max(), color=draw.BLUE, zorder=3, clip_on=False
    )
    upper.set_ylabel("share right")
    upper.set_ylim(-0.02, 1.02)
    edges = np.arange(weighted.BINS) / weighted.BINS
    lower.bar(edges, counts, width=1 / weighted.BINS, align="edge", color=draw.SKY, edgecolor="white")
    lower.set_xlabel("confidence")
    lower.set_ylabel("answers")
    for axes in (upper, lower):
        axes.set_xlim(-0.02 if confidence.min() < 0.3 else confidence.min() // 0.1 / 10 - 0.02, 1.02)
    return figure


def _classes_title(report, table):
    worst, f1 = table.index[0], table["f1"].iloc[0]
    occur = int((report.per_class["support"] > 0).sum())
    shown = f"; the {len(table)} lowest of {occur} are shown" if occur > len(table) else ""
    kind = "label" if report.outcome.form == "multilabel" else "class"
    return f"lowest f1: {kind} '{draw.readable(worst)}' with {draw.number(f1, 2)}{shown}"


def _reliability_title(report, confidence, right):
    said, found = draw.number(confidence.mean(), 3), draw.number(right.mean(), 3)
    error = draw.number(report.metrics["ece"], 3)
    return f"confidence {said}, share right {found}: calibration error {error}"


def _small_ones_too():
    """Colours by the root of the share, so that few mistakes among many samples can be seen."""
    from matplotlib.colors import PowerNorm

    return PowerNorm(0.5, 0, 1)


def _name_ticks(axes, names, inches):
    """Names along both sides of a matrix whose cells are so many inches wide."""
    step = -(-len(names) // _TICKS)
    places, labels = np.arange(len(names))[::step], [draw.readable(name, 22) for name in names[::step]]
    size = 9 if len(names) <= _NUMBERS else 7
    looks = {}
    if max(map(len, labels)) > 10 * inches * step:
        looks = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"}
    if looks and len(names) > _NUMBERS:
        looks = {"rotation": 90}
    axes.set_xticks(places, labels, fontsize=size, **looks)
    axes.set_yticks(places, labels, fontsize=size)


def _write(axes, counts, shares, in_percent):
    """The counts, or where they are of millions of pixels the shares, into the cells."""
    for row, column in np.argwhere(counts):
        shown = f"{100 * shares[row, column]:.0f} %" if in_percent else counts[row, column]
        colour = "white" if shares[row, column] > 0.3 else "black"
        axes.text(column, row, shown, ha="center", va="center", color=colour, fontsize=8)
