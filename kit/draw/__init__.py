"""Figures that look the same everywhere: one palette, one font, no global state of pyplot.

Every figure is a `matplotlib.figure.Figure` drawn by Agg, so that nothing opens a window and
figures can be made on a server and in threads of a test. Pictures of concepts (activations, losses,
paths of optimizers, ...) are one function each, which returns a figure; `png` gives its bytes.
"""

from kit.draw.activations import activation_curves
from kit.draw.attention import attention_maps
from kit.draw.batches import batch_paths
from kit.draw.curves import overfitting
from kit.draw.depth import gradient_norms
from kit.draw.descent import descent_steps
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
from kit.draw.losses import loss_curves
from kit.draw.maps import feature_maps
from kit.draw.rates import loss_against_rate
from kit.draw.recurrence import unrolled
from kit.draw.schedules import schedule_curves
from kit.draw.surface import loss_surface
from kit.draw.temperature import softmax_temperature
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
    "activation_curves",
    "attention_maps",
    "batch_paths",
    "boxes_on",
    "class_colors",
    "descent_steps",
    "feature_maps",
    "figure",
    "gradient_norms",
    "loss_against_rate",
    "loss_curves",
    "loss_surface",
    "number",
    "overfitting",
    "overlaid",
    "png",
    "readable",
    "receptive_fields",
    "schedule_curves",
    "softmax_temperature",
    "style",
    "unrolled",
    "with_boxes",
]
