"""Builders: task + input + backbone -> a compiled `keras.Model`; one file for each kind of task."""

from kit.builders.classical import dncnn_2017, unet_2015
from kit.builders.classifier import build_classifier
from kit.builders.common import Kit, compiled
from kit.builders.denoiser import build_denoiser
from kit.builders.detector import build_detector
from kit.builders.regressor import build_regressor
from kit.builders.segmenter import build_segmenter

_BUILDERS = {
    "Classification": build_classifier,
    "MultilabelClassification": build_classifier,
    "Regression": build_regressor,
    "Forecasting": build_regressor,
    "Segmentation": build_segmenter,
    "Denoising": build_denoiser,
    "Detection": build_detector,
}
__all__ = [
    "Kit",
    "build",
    "build_classifier",
    "build_denoiser",
    "build_detector",
    "build_regressor",
    "build_segmenter",
    "builder_for",
    "compiled",
    "dncnn_2017",
    "unet_2015",
]


def build(task, input, **settings):
    """Builds and compiles the model that the task asks for; `settings` as its builder takes them.

    Example:
        >>> kit.build(kit.Regression(), (4,), width=8).output_shape
        (None, 1)
    """
    return builder_for(task)(task, input, **settings)


def builder_for(task):
    """The builder of this kind of task."""
    return _BUILDERS[type(task).__name__]


def every():
    """All builders, each once."""
    return list(dict.fromkeys(_BUILDERS.values()))
