"""Serving: saved models behind HTTP, and a page to try them on.

`kit serve` and `kit.serving.running` need the extra `keras-kit[serve]`. Where a model has an ONNX twin,
neither Keras nor TensorFlow is loaded. `limits` says what strangers may ask for.
"""

import importlib
import importlib.util

from kit.errors import missing_extra

_NEEDED = ("starlette", "uvicorn", "python_multipart", "prometheus_client")


def check_installed():
    """Raises the error that says what to install, if something is missing."""
    for package in _NEEDED:
        if importlib.util.find_spec(package) is None:
            raise missing_extra(package, "serve")


def __getattr__(name):
    if name in ("prepared", "running", "serve"):
        check_installed()
        return getattr(importlib.import_module("kit.serving.server"), name)
    raise AttributeError(f"module 'kit.serving' has no attribute '{name}'")
