"""What the tests of the backbones of optional packages have in common."""

import pytest


def some_large(names, fast):
    """Names as parameters; all but the fast ones are for the large tests."""
    return [name if name in fast else pytest.param(name, marks=pytest.mark.large) for name in names]
