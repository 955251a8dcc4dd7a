"""Masks over their images, and restored images beside noisy and clean ones."""

import numpy as np

from kit import draw
from kit.evaluation.plots import FIGURES
from kit.maps import VOID


def _has_masks(report):
    return report.outcome.is_dense and report.outcome.form != "image" and bool(report.examples)


@FIGURES.register(
    "overlays",
    at=15,
    fits=_has_masks,
    reading="The best, the middle and the worst images by their own mean IoU. "
    "Void pixels of the truth are left gray.",
)
def overlays(report):
    """Image, true mask and decided mask of the best, the middle and the worst images."""
    examples, colors = report.examples, draw.class_colors(len(report.outcome.names))
    figure, axes = draw.figure(
        report.headline, rows=len(examples), columns=3, width=8.4, height=_height(examples, 2.7)
    )
    panels = np.reshape(axes, (len(examples), 3))
    for line, example in zip(panels, examples, strict=True):
        _show(line[0], example.picture, f"{draw.readable(example.name, 28)}")
        _show(line[1], draw.overlaid(example.picture, example.truth, colors, VOID), "true")
        _show(
            line[2],
            draw.overlaid(example.picture, example.said, colors, VOID),
            f"said, IoU {example.score:.3f}",
        )
    _name_colors(figure, report.outcome.names, colors)
    return figure


@FIGURES.register(
    "object_size",
    at=30,
    fits=lambda report: _has_masks(report) and len(report.outcome.objects) > 1,
    reading="A point is one connected piece of a true class. Small pieces are lost first; "
    "the line is the median of pieces of about that size.",
)
def object_size(report):
    """Share found of every true object against its size."""
    _, areas, found = report.outcome.objects.T
    figure, axes = draw.figure("how much of an object is found, by its size", width=6.2, height=3.6)
    axes.scatter(areas, found, s=9, alpha=0.25, color=draw.BLUE, linewidths=0)
    edges = np.unique(np.quantile(areas, np.linspace(0, 1, 9)))
    groups = np.clip(np.digitize(areas, edges[1:-1]), 0, max(0, len(edges) - 2))
    middles = [(np.median(areas[groups == g]), np.median(found[groups == g])) for g in np.unique(groups)]
    axes.plot(*zip(*middles, strict=True), color=draw.RED, marker="o", markersize=4)
    axes.set_xscale("log")
    axes.set_ylim(-0.03, 1.03)
    axes.set_xlabel("pixels of the object")
    axes.set_ylabel("share of it that is found")
    return figure


@FIGURES.register(
    "triptychs",
    at=15,
    fits=lambda report: report.outcome.form == "image" and bool(report.examples),
    reading="The best, the middle and the worst images by PSNR: noisy, result, clean.",
)
def triptychs(report):
    """Noisy image, result and clean image of the best, the middle and the worst images."""
    examples = report.examples
    figure, axes = draw.figure(
        report.headline, rows=len(examples), columns=3, width=8.4, height=_height(examples, 2.7)
    )
    for line, example in zip(np.reshape(axes, (len(examples), 3)), examples, strict=True):
        _show(line[0], example.picture, f"{draw.readable(example.name, 28)}: noisy")
        _show(line[1], np.clip(example.said, 0, 1), f"result, {example.score:.2f} dB")
        _show(line[2], example.truth, "clean")
    return figure


def _show(panel, picture, title):
    panel.set_axis_off()
    shown = picture[..., 0] if picture.ndim == 3 and picture.shape[-1] in (1, 2) else picture[..., :3]
    panel.imshow(shown, cmap="gray", vmin=0, vmax=1)
    panel.set_title(title, fontsize=8)


def _height(examples, width):
    """Inches of all rows, by the shapes of the images."""
    return sum(width * min(2.0, each.picture.shape[0] / each.picture.shape[1]) + 0.25 for each in examples)


def _name_colors(figure, names, colors):
    from matplotlib.patches import Patch

    handles = [
        Patch(color=color, label=draw.readable(str(name), 18))
        for name, color in zip(names, colors, strict=True)
    ]
    figure.legend(handles=handles[:24], loc="outside lower center", ncols=min(6, len(handles)))
