"""Made-up leaderboards, and what is made of them once for all tests."""

import functools
import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def boards():
    """The module boards.py."""
    spec = importlib.util.spec_from_file_location("boards", Path(__file__).with_name("boards.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def few_trees(monkeypatch):
    """Importance that is quick and coarse: for what does not look at its digits."""
    monkeypatch.setattr("kit.search.importance._SEEDS", 2)
    monkeypatch.setattr("kit.search.importance._TREES", 10)


@pytest.fixture(scope="session")
def state(boards):
    """Function (name) -> `Board` of a search in that state."""
    from kit.search.board import Board

    return functools.cache(lambda name: Board(*boards.every()[name]))


@pytest.fixture(scope="session")
def written(boards, tmp_path_factory):
    """Function (name) -> folder with the report of a search in that state."""
    from kit.search import report

    def write(name):
        folder = tmp_path_factory.mktemp("report")
        report.write(folder, *boards.every()[name])
        return folder

    return functools.cache(write)
