"""Figures that look the same everywhere: one palette, one font, no global state of pyplot.

Every figure is a `matplotlib.figure.Figure` drawn by Agg, so that nothing opens a window and
figures can be made on a server and in threads of a test.
"""

from kit.draw.attention import attention_maps
from kit.draw.curves import overfitting
from kit.draw.fields import receptive_fields
from kit.draw.figures import (
    BLUE,
    GRAY,
    GREEN,
    ORANGE,
    PALETTE,
    PURPLE,
    RED,
    SKY,
    class_colors,
    figure,
    png,
    style,
)
from kit.draw.images import boxes_on, overlaid, with_boxes
from kit.draw.maps import feature_maps
from kit.draw.recurrence import unrolled
from kit.draw.text import number, readable

__all__ = [
    "BLUE",
    "GRAY",
    "GREEN",
    "ORANGE",
    "PALETTE",
    "PURPLE",
    "RED",
    "SKY",
    "attention_maps",
    "boxes_on",
    "class_colors",
    "feature_maps",
    "figure",
    "number",
    "overfitting",
    "overlaid",
    "png",
    "readable",
    "receptive_fields",
    "style",
    "unrolled",
    "with_boxes",
]
