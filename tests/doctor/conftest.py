"""The doctor's tests do not depend on how fast the machine is."""

import pytest

from kit.doctor import trial


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """As many steps are tried as were asked for, however long they take."""
    monkeypatch.setattr(trial, "SECONDS", 600.0)
