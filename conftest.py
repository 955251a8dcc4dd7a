"""What the examples in docstrings may use without importing it."""

import pytest


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
