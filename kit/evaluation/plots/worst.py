"""The pictures with the highest loss."""

import numpy as np

from kit import draw
from kit.evaluation.plots import FIGURES

_MOST = 12


@FIGURES.register(
    "worst",
    at=70,
    fits=lambda report: isinstance(report.examples, np.ndarray) and len(report.examples) > 0,
    reading="Look for wrong labels first, then for what these pictures have in common.",
)
def worst(report):
    """The pictures with the highest loss, each with its truth and the decision."""
    pictures, rows = report.examples[:_MOST], report.worst.head(_MOST)
    columns = min(4, len(pictures))
    lines = -(-len(pictures) // columns)
    title = (
        f"the {len(pictures)} samples with the highest loss"
        if len(pictures) > 1
        else "the sample with the highest loss"
    )
    figure, axes = draw.figure(
        title, rows=lines, columns=columns, width=2.1 * max(columns, 2), height=2.5 * lines
    )
    for panel in np.ravel(axes):
        panel.set_axis_off()
    for panel, picture, row in zip(np.ravel(axes), pictures, rows.itertuples(), strict=False):
        shown = picture[..., 0] if picture.shape[-1] in (1, 2) else picture[..., :3]
        panel.imshow(shown, cmap="gray", vmin=0, vmax=1, interpolation="nearest" if len(shown) < 64 else None)
        panel.set_title(_caption(row), fontsize=8)
    return figure


def _caption(row):
    true, said = (
        draw.readable(draw.number(value) if isinstance(value, float) else value, 18)
        for value in (row.truth, row.decision)
    )
    return f"true: {true}\nsaid: {said}\nloss {draw.number(row.loss, 3)}"
