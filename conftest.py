"""What the examples in docstrings may use without importing it, and which files cannot be imported."""

import importlib.util

import pytest

_ENGINES = ("jax", "tensorflow")  # each file imports its own backend, which may not be installed
_SERVER = ("addresses", "app", "guard", "measures", "openapi", "page", "probes", "server", "service")
_SERVER += ("v1", "v2")
collect_ignore = [
    f"kit/training/engines/{name}.py" for name in _ENGINES if importlib.util.find_spec(name) is None
]
if importlib.util.find_spec("starlette") is None:
    collect_ignore += [f"kit/serving/{name}.py" for name in _SERVER]


@pytest.fixture(autouse=True)
def names_in_examples(request):
    """np, pd, kit and `folder`, a temporary path: only for docstrings, imported only there."""
    if not isinstance(request.node, pytest.Item) or request.node.__class__.__name__ != "DoctestItem":
        return
    import numpy as np
    import pandas as pd

    import kit

    folder = request.getfixturevalue("tmp_path")
    request.getfixturevalue("doctest_namespace").update(np=np, pd=pd, kit=kit, folder=folder)
