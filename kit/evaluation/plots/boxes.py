"""Boxes on the worst images, and precision against recall of each class."""

import numpy as np

from kit import draw
from kit.evaluation.average_precision import RECALLS
from kit.evaluation.box_errors import KINDS
from kit.evaluation.plots import FIGURES


def _has_boxes(report):
    return report.outcome.form == "boxes"


@FIGURES.register(
    "boxes",
    at=15,
    fits=lambda report: _has_boxes(report) and bool(report.examples),
    reading="The images with the highest loss: what is true on the left, what is said on the right.",
)
def boxes(report):
    """True and said boxes of the images with the highest loss."""
    examples, names = report.examples, report.outcome.names
    colors = dict(zip(names, draw.class_colors(len(names)), strict=True))
    aspect = np.mean([each.picture.shape[0] / each.picture.shape[1] for each in examples])
    height = len(examples) * (4.0 * aspect + 0.35) + 0.8
    figure, axes = draw.figure(report.headline, rows=len(examples), columns=2, width=8.4, height=height)
    for line, each in zip(np.reshape(axes, (len(examples), 2)), examples, strict=True):
        for panel, what in zip(line, (each.truth, each.said), strict=True):
            said = [names[label] for label in what["labels"]]
            own = [colors[name] for name in said]
            draw.boxes_on(panel, each.picture, what["boxes"], said, own, what.get("scores"))
        line[0].set_title(f"{draw.readable(each.name, 28)}: true", fontsize=8)
        line[1].set_title(f"said, loss {each.loss:.2f}", fontsize=8)
    return figure


@FIGURES.register(
    "average_precision",
    at=25,
    fits=lambda report: _has_boxes(report) and np.isfinite(report.outcome.precision.precision).any(),
    reading="At an IoU of 0.5. Further right more objects are found, further up fewer boxes are wrong.",
)
def average_precision(report):
    """Precision against recall at an IoU of 0.5, one line a class."""
    outcome = report.outcome
    figure, axes = draw.figure(report.finding("map_50"), width=6.2, height=4.0)
    colors = draw.class_colors(len(outcome.names))
    for number, name in enumerate(outcome.names):
        line = outcome.precision.precision[0, :, number, 0]
        if np.isfinite(line).all():
            label = f"{draw.readable(str(name), 20)} {line.mean():.3f}"
            axes.plot(RECALLS, line, color=colors[number], label=label)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.03)
    axes.set_xlabel("recall")
    axes.set_ylabel("precision")
    axes.legend(loc="lower left", fontsize=8)
    return figure


@FIGURES.register(
    "errors",
    at=28,
    fits=_has_boxes,
    reading="Boxes that are said, by what is wrong with them, and objects that are missed.",
)
def errors(report):
    """How many boxes are wrong in which way, a colour a class."""
    outcome = report.outcome
    counts = outcome.errors()[:, 1:]  # what is right needs no cure
    figure, axes = draw.figure(
        f"{counts.sum()} errors at a score of {outcome.score:g}", width=6.2, height=3.2
    )
    colors, left = draw.class_colors(len(outcome.names)), np.zeros(counts.shape[1])
    for color, name, row in zip(colors, outcome.names, counts, strict=True):
        axes.barh(KINDS[1:], row, left=left, color=color, label=draw.readable(str(name), 20))
        left += row
    axes.invert_yaxis()
    axes.set_xlabel("boxes")
    if len(outcome.names) <= 10:
        axes.legend(fontsize=8)
    return figure
