"""kit builds, trains, saves and loads Keras models in which everything that belongs together matches.

An input says what comes in, a task says what goes out, a backbone joins them; a builder
makes the three into a compiled `keras.Model`. Names load on first use: `import kit` imports
neither Keras nor NumPy.
"""

import importlib
import os

# TensorFlow uses oneDNN by itself on some processors only; where it has to be asked, a training step
# of a U-Net takes two thirds of the time with it. Read when TensorFlow is loaded.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

__version__ = "0.1.0"

_HOMES = {
    "kit.artifact": ("Predictor", "load", "save"),
    "kit.artifact.exporting": ("export",),
    "kit.builders": (
        "build",
        "build_classifier",
        "build_denoiser",
        "build_detector",
        "build_regressor",
        "build_segmenter",
        "dncnn_2017",
        "unet_2015",
    ),
    "kit.data": ("Data", "Samples", "load_data", "shapes"),
    "kit.decisions": ("Decision",),
    "kit.errors": ("ArtifactError", "DataError", "KitError", "MatchError", "SchemaError"),
    "kit.estimators": ("KitClassifier", "KitRegressor"),
    "kit.evaluation": ("Report", "calibrate", "evaluate", "grad_cam", "importance", "slices"),
    "kit.inputs": ("Images", "Series", "Table", "Texts"),
    "kit.planning": ("Plan", "plan"),
    "kit.registration": ("register",),
    "kit.repeats": ("Repeats", "cross_validate", "ensemble", "repeat"),
    "kit.tasks": (
        "Classification",
        "Denoising",
        "Detection",
        "Forecasting",
        "MultilabelClassification",
        "Regression",
        "Segmentation",
    ),
    "kit.search": ("SearchResult", "SearchSpace"),
    "kit.training": ("find_learning_rate", "fit"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_MODULES = (
    "activations",
    "backbones",
    "doctor",
    "draw",
    "gradients",
    "losses",
    "match",
    "metrics",
    "optimizers",
    "schedules",
    "search",
)

__all__ = sorted(_HOME_OF)


def __getattr__(name):
    if name in _HOME_OF:
        return getattr(importlib.import_module(_HOME_OF[name]), name)
    if name in _MODULES:
        return importlib.import_module(f"kit.{name}")
    raise AttributeError(f"module 'kit' has no attribute '{name}'")


def __dir__():
    return sorted([*globals(), *__all__, *_MODULES])
