import pytest

from kit import registry


@pytest.fixture
def without_it(monkeypatch):
    """No optional package is installed."""
    monkeypatch.setattr(registry, "_is_installed", lambda package: False)
