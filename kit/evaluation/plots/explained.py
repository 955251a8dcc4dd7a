"""What decisions depend on, and on which samples they are worst: columns, places in images, groups."""

import numpy as np

from kit import draw
from kit.evaluation import misses
from kit.evaluation.plots import FIGURES

_BARS = 20  # columns or groups that fit
_PICTURES = 8


@FIGURES.register(
    "importance",
    at=65,
    fits=lambda report: report.importance is not None and len(report.importance) > 0,
    reading="How much the error grows when the values of a column are dealt out anew among the samples; "
    "bars are 95 % intervals, gray ones hold 0. Columns that say the same share their importance.",
)
def importance(report):
    """Growth of the error without what a column says, the most important columns first."""
    frame = report.importance.head(_BARS)
    clear = np.nan_to_num(frame["low"].to_numpy(), nan=-1) > 0
    count = int((np.nan_to_num(report.importance["low"].to_numpy(), nan=-1) > 0).sum())
    figure, axes = draw.figure(
        f"columns that matter to the decisions: {count} of {len(report.importance)}",
        width=6.6,
        height=max(1.8, 0.27 * len(frame) + 0.9),
    )
    _intervals(
        axes, frame["column"], frame["importance"], frame[["low", "high"]].to_numpy(), clear, draw.BLUE
    )
    axes.axvline(0, color=draw.GRAY, linewidth=1.2, linestyle="--")
    axes.set_xlabel(f"growth of the {misses.unit(report.outcome)}")
    return figure


@FIGURES.register(
    "slices",
    at=66,
    fits=lambda report: report.slices is not None and len(report.slices) > 1,
    reading="Error on groups of samples with its 95 % interval. Red groups are worse than the rest beyond "
    "chance, with all groups counted; gray ones may differ by chance alone.",
)
def slices(report):
    """Error on groups of samples, findings first."""
    frame = report.slices.head(_BARS)
    found = int(report.slices["is_finding"].sum())
    title = "one group is" if found == 1 else f"{found or 'no'} groups are"
    figure, axes = draw.figure(
        f"{title} worse than the rest beyond chance, of {len(report.slices)}",
        width=7.2,
        height=max(1.8, 0.27 * len(frame) + 0.9),
    )
    names = [f"{draw.readable(row.group, 34)}  ({row.samples})" for row in frame.itertuples()]
    clear = frame["is_finding"].to_numpy()
    _intervals(axes, names, frame["error"], frame[["low", "high"]].to_numpy(), clear, draw.RED)
    mean = misses.by_sample(report.outcome).mean()
    axes.axvline(mean, color=draw.GRAY, linewidth=1.2, linestyle="--", label=f"all: {draw.number(mean, 3)}")
    axes.set_xlabel(misses.unit(report.outcome))
    axes.legend(loc="lower right")
    return figure


@FIGURES.register(
    "attention",
    at=75,
    fits=lambda report: report.attention is not None and isinstance(report.examples, np.ndarray),
    reading="Orange is what spoke for the decision (Grad-CAM), on the images with the highest loss. "
    "Look for decisions that come from the background.",
)
def attention(report):
    """Pictures with the highest loss under what spoke for the decision."""
    heat, rows = report.attention[:_PICTURES], report.worst.head(_PICTURES)
    columns = min(4, len(heat))
    lines = -(-len(heat) // columns)
    figure, axes = draw.figure(
        "what spoke for these decisions",
        rows=lines,
        columns=columns,
        width=2.1 * max(columns, 2),
        height=2.3 * lines,
    )
    for panel in np.ravel(axes):
        panel.set_axis_off()
    for panel, picture, map_, row in zip(
        np.ravel(axes), report.examples, heat, rows.itertuples(), strict=False
    ):
        panel.imshow(
            _under(picture, map_), vmin=0, vmax=1, interpolation="nearest" if len(map_) < 64 else None
        )
        said = draw.number(row.decision) if isinstance(row.decision, float) else row.decision
        panel.set_title(f"said: {draw.readable(said, 18)}", fontsize=8)
    return figure


def _under(picture, heat):
    """A gray picture that turns orange where the map is high: (h, w, 3)."""
    gray = np.repeat(picture[..., :3].mean(axis=-1, keepdims=True), 3, axis=-1)
    red = np.array([0.84, 0.37, 0.0])
    return gray * (1 - 0.65 * heat[..., None]) + red * 0.65 * heat[..., None]


def _intervals(axes, names, values, ends, clear, color):
    """Dots with intervals, from top to bottom; those that are not clear in gray."""
    places = np.arange(len(values))
    colors = [color if each else "#AAAAAA" for each in clear]
    axes.hlines(places, ends[:, 0], ends[:, 1], color=colors, linewidth=2)
    axes.scatter(values, places, color=colors, zorder=3, s=24)
    axes.set_yticks(places, [draw.readable(name, 44) for name in names])
    axes.set_ylim(len(values) - 0.4, -0.6)
