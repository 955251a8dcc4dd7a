"""The figures of a search, one file each; a new file with a figure in it is found by itself.

A figure is a function (board) -> `matplotlib.figure.Figure`, registered with these facts: `at`, its place
in the order; `fits`, function of a board; `reading`, a sentence on how to read it.
"""

from kit import draw
from kit.registry import Registry

FIGURES = Registry("figure", "kit.search.plots")


def fitting(board):
    """Names of the figures that mean something for a `Board`, in the order in which they are shown."""
    facts = {name: FIGURES.facts(name) for name in FIGURES.names()}
    return sorted((name for name in facts if facts[name]["fits"](board)), key=lambda name: facts[name]["at"])


def drawn(name, board):
    """One figure of a search as a `matplotlib.figure.Figure`.

    Args:
        name: "history", "importance", "parallel", "values", "front" or "curves".
        board: a `kit.search.board.Board`.

    Raises:
        KitError: if there is no figure of that name.

    Example:
        >>> from kit.search.board import Board
        >>> table = pd.DataFrame({"trial": ["0", "1"], "status": "completed", "score": [0.9, 0.8]})
        >>> drawn("history", Board(table, {"objectives": ["accuracy"]})).get_suptitle()
        'accuracy 0.9000 was reached by trial 0, the first of 2'
    """
    with draw.style():
        return FIGURES.get(name)(board)


def reading(name):
    """One sentence on how to read the figure."""
    return FIGURES.facts(name)["reading"]
