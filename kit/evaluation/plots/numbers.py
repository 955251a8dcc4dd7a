"""Predicted numbers beside the true ones: points, errors and intervals."""

import numpy as np

from kit import draw
from kit.evaluation import weighted
from kit.evaluation.plots import FIGURES

_PANELS = 6  # targets shown
_POINTS = 4000  # samples drawn; more only hide each other
_BARS = 80  # intervals that can be told apart


def _numeric(report):
    return report.outcome.form == "numeric"


@FIGURES.register(
    "predicted",
    at=20,
    fits=_numeric,
    reading="Each point is a sample. On the dashed line the prediction equals the truth.",
)
def predicted(report):
    """Predicted against true values, one panel a target."""
    figure, panels = _panels(report, _predicted_title(report), 4.2)
    true, values, rows = report.outcome.truth, report.outcome.values, _some(len(report.outcome), _POINTS)
    for column, axes in enumerate(panels):
        ends = _ends(np.concatenate([true[:, column], values[:, column]]))
        axes.plot(ends, ends, "--", color=draw.GRAY, linewidth=1.2)
        _points(axes, true[rows, column], values[rows, column])
        axes.set(xlabel="true", ylabel="predicted", xlim=ends, ylim=ends)
    return figure


@FIGURES.register(
    "residuals",
    at=30,
    fits=_numeric,
    reading="The error is the true value less the predicted one. Points should lie evenly around 0; "
    "the orange line is the median error, and a bend in it is something the network has not learnt.",
)
def residuals(report):
    """Errors against predicted values, with their running median, one panel a target."""
    outcome = report.outcome
    errors, rows = outcome.truth - outcome.values, _some(len(outcome), _POINTS)
    figure, panels = _panels(report, _residuals_title(outcome, errors), 3.6)
    for column, axes in enumerate(panels):
        axes.axhline(0, linestyle="--", color=draw.GRAY, linewidth=1.2)
        _points(axes, outcome.values[rows, column], errors[rows, column])
        axes.plot(*_medians(outcome.values[:, column], errors[:, column]), color=draw.ORANGE, linewidth=2.4)
        axes.set(xlabel="predicted", ylabel="true - predicted")
    return figure


@FIGURES.register(
    "intervals",
    at=40,
    fits=lambda report: report.outcome.interval is not None,
    reading="Each bar is the interval of one sample, in the order of the predicted value; "
    "a true value outside of its bar is marked by a cross.",
)
def intervals(report):
    """Predicted intervals and true values, one panel a target."""
    outcome = report.outcome
    figure, panels = _panels(report, _intervals_title(report), 3.8)
    for column, axes in enumerate(panels):
        rows = np.argsort(outcome.values[:, column], kind="stable")
        rows = rows[_some(len(rows), _BARS)]
        _bars(axes, outcome, rows, column)
    panels[0].legend(loc="upper left")
    return figure


def _panels(report, title, height):
    """A figure with one panel for each of the first targets."""
    names = report.outcome.names
    count = min(len(names), _PANELS)
    columns = min(count, 3)
    rows = -(-count // columns)
    title = title if count == len(names) else f"{title} (the first {count} of {len(names)} targets)"
    figure, axes = draw.figure(
        title, rows=rows, columns=columns, width=max(5.8, 3.6 * columns), height=height * rows
    )
    panels = [axes] if rows * columns == 1 else axes
    for extra in panels[count:]:
        extra.set_axis_off()
    for name, panel in zip(names, panels[:count], strict=False):
        panel.set_title(draw.readable(name))
        panel.ticklabel_format(useOffset=False)
        panel.locator_params(axis="x", nbins=5)
    return figure, panels[:count]


def _points(axes, x, y):
    axes.scatter(x, y, s=16, color=draw.BLUE, alpha=0.25 if len(x) > 500 else 0.6, linewidths=0)


def _some(count, most):
    """At most so many rows, evenly over all of them."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))


def _ends(values):
    low, high = float(values.min()), float(values.max())
    margin = 0.03 * (high - low) or max(1.0, 0.03 * abs(high))
    return low - margin, high + margin


def _medians(x, y, parts=12):
    """Middle of x and median of y in each of some parts with equally many samples."""
    groups = np.array_split(np.argsort(x, kind="stable"), min(parts, max(1, len(x) // 20)))
    return [np.median(x[group]) for group in groups], [np.median(y[group]) for group in groups]


def _predicted_title(report):
    r2 = f"; r2 {draw.number(report.metrics['r2'], 3)}" if "r2" in report.metrics else ""
    return report.headline + r2 * (len(report.outcome.names) == 1)


def _residuals_title(outcome, errors):
    if len(outcome.names) > 1:
        return "errors against the predicted values"
    reach, centre = draw.number(np.quantile(np.abs(errors), 0.9), 3), draw.number(errors.mean(), 2)
    return f"nine of ten errors are at most {reach}; the mean error is {centre}"


def _intervals_title(report):
    quantiles = report.outcome.quantiles if report.outcome.match.decide == "quantiles" else ()
    aim = quantiles[-1] - quantiles[0] if quantiles else 0.95
    aim = getattr(report.outcome.calibration, "coverage", None) or aim
    return f"{report.finding('coverage')}; the aim is {draw.number(aim, 2)}"


def _bars(axes, outcome, rows, column):
    low, high = outcome.interval[rows, column].T
    true, hit = outcome.truth[rows, column], weighted.inside(outcome)[rows, column]
    places = np.arange(len(rows))
    axes.vlines(
        places, low, high, color=draw.SKY, linewidth=max(1.2, min(5, 160 / len(rows))), label="interval"
    )
    axes.scatter(places[hit], true[hit], s=14, color=draw.BLUE, label="true, inside", zorder=3)
    axes.scatter(places[~hit], true[~hit], s=30, color=draw.RED, marker="x", label="true, outside", zorder=3)
    axes.set(xlabel="samples in the order of the predicted value", ylabel="value", xticks=[])
