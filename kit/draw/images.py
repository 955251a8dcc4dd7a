"""Images, with what is in them drawn over them."""

import numpy as np

from kit.draw.figures import png
from kit.draw.text import readable

_TOP, _RIGHT = 0.06, 0.8  # shares of the sides beyond which a name stands inside of its box: else it is cut


def overlaid(picture, mask, colors, void=255, opacity=0.55):
    """A picture under its mask, (h, w, 3) in 0 to 1.

    Args:
        picture: (h, w, channels) in 0 to 1.
        mask: (h, w) class numbers, `void` where the picture alone is shown; or (h, w, L) of 0 and 1.
        colors: (classes, 3) in 0 to 1.
        void: the number that is no class.
        opacity: of the mask, 0 to 1.
    """
    gray = np.repeat(picture[..., :3].mean(axis=-1, keepdims=True), 3, axis=-1)
    if mask.ndim == 3:
        shares = (mask == 1) / np.maximum((mask == 1).sum(axis=-1, keepdims=True), 1)
        tint, there = shares @ colors, (mask == 1).any(axis=-1)
    else:
        there = mask != void
        tint = colors[np.where(there, mask, 0)]
    return np.where(there[..., None], (1 - opacity) * gray + opacity * tint, gray)


def boxes_on(axes, picture, boxes, names, colors, scores=None):
    """Shows a picture with boxes around the objects in it, each with its name.

    Args:
        axes: a Matplotlib `Axes`.
        picture: (h, w, channels) in 0 to 1.
        boxes: (M, 4) corners x1, y1, x2, y2 in pixels of the picture.
        names: M names, written on the boxes.
        colors: M colours.
        scores: M numbers, written beside the names; None for no numbers.
    """
    from matplotlib.patches import Rectangle

    shown = picture[..., 0] if picture.shape[-1] == 1 else picture[..., :3]
    axes.imshow(shown, cmap="gray", vmin=0, vmax=1, extent=(0, picture.shape[1], picture.shape[0], 0))
    axes.set_axis_off()
    for place, ((x1, y1, x2, y2), name, color) in enumerate(zip(boxes, names, colors, strict=True)):
        axes.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor=color, linewidth=1.2))
        text = readable(name, 16) + ("" if scores is None else f" {scores[place]:.2f}")
        style = {"facecolor": color, "edgecolor": "none", "pad": 0.6}
        is_high, is_far = y1 < _TOP * picture.shape[0], x1 > _RIGHT * picture.shape[1]
        corner = (min(x2, picture.shape[1]) if is_far else x1), max(y1, 0)
        sides = {"va": "top" if is_high else "bottom", "ha": "right" if is_far else "left"}
        axes.text(*corner, text, fontsize=6, color="white", bbox=style, clip_on=True, **sides)


def with_boxes(picture, boxes, names, colors, scores=None):
    """The bytes of a PNG: a picture in its own size with boxes around the objects in it.

    Args:
        picture: (h, w, channels) in 0 to 1.
        boxes: (M, 4) corners in pixels.
        names: M names.
        colors: name -> colour.
        scores: M numbers, or None.
    """
    from matplotlib.figure import Figure

    height, width = picture.shape[:2]
    dots = max(100, 400 * 100 // max(height, width))  # small pictures are enlarged: text must be readable
    figure = Figure(figsize=(width / 100, height / 100), dpi=dots)
    axes = figure.add_axes((0, 0, 1, 1))
    boxes_on(axes, picture, boxes, names, [colors[name] for name in names], scores)
    return png(figure)
