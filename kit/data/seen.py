"""Seen: a picture of what was read, images with the boxes of their objects, to look at before training."""

import numpy as np

from kit import draw

_COLUMNS = 4
_INCHES = 2.4  # width of one image
_MOST_NAMED = 24  # boxes in one image from which names would hide it


def picture(samples, count=16):
    """Images of a part with the boxes of their objects, as the network will see them.

    Args:
        samples: `Samples` of a `Detection`.
        count: images shown at most; evenly from first to last.

    Returns:
        A `matplotlib.figure.Figure`; `kit.draw.png` gives the bytes of its file.

    Example:
        >>> data = kit.load_data("shapes", task="detection")
        >>> len(picture(data.train, count=4).axes)
        4
    """
    rows = np.unique(np.linspace(0, len(samples) - 1, min(count, len(samples))).round().astype(int))
    few = samples.subset(rows)
    size = samples.input.size
    labels = few.seen_labels()
    colors = dict(zip(samples.task.classes, draw.class_colors(len(samples.task.classes)), strict=True))
    columns = min(_COLUMNS, len(few))
    lines = -(-len(few) // columns)
    with draw.style():
        figure, axes = draw.figure(
            f"{len(few)} of {len(samples)} images with their boxes, as they are trained on",
            rows=lines,
            columns=columns,
            width=_INCHES * columns,
            height=_INCHES * lines * size[0] / size[1] + 0.3 * lines,
        )
        for place, (panel, image) in enumerate(zip(np.ravel(axes), few.encoded, strict=False)):
            boxes, names = labels[place]
            here = [colors[name] for name in names]
            shown = names if len(names) <= _MOST_NAMED else [""] * len(names)
            draw.boxes_on(panel, image / samples.input.scale, boxes, shown, here)
            panel.set_title(draw.readable(few.names[place]), fontsize=7)
        for panel in np.ravel(axes)[len(few) :]:
            figure.delaxes(panel)
    return figure
