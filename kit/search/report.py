"""The report of a search: leaderboard.csv, the figures, and one page with all of it."""

from pathlib import Path

from kit import draw, storage
from kit.evaluation.report import as_csv
from kit.plain import scalar
from kit.search import page, plots, scales
from kit.search.board import DEFAULT, Board
from kit.search.snippet import divided, snippet


def write(folder, leaderboard, facts):
    """Writes leaderboard.csv, figures/*.png and report.html; each of them whole or not at all.

    The search may still be running, and trials may have failed, all of them too.

    Args:
        folder: is made if it is not there.
        leaderboard: DataFrame with a row a trial, the best first; see `SearchResult.leaderboard`.
        facts: dict that may hold "name", "objectives", "directions", "hyperparameters", "algorithm",
            "seconds", "seed", "engine", "curves", "default", "code"; see `kit.search.board.Board`.

    Returns:
        The path of the page.

    Raises:
        KitError: if the folder cannot be written to.
        ResourceError: if the disk is full.

    Example:
        >>> table = pd.DataFrame({"trial": ["0", "1"], "score": [0.9, 0.8], "width": [8, 4]})
        >>> facts = {"objectives": ["accuracy"], "code": "model = kit.build(data.task, data.input, width=8)"}
        >>> write(folder, table, facts).name, sorted(path.name for path in (folder / "figures").iterdir())
        ('report.html', ['history.png', 'parallel.png', 'values.png'])
    """
    folder, board = Path(folder), Board(leaderboard, facts)
    storage.write_bytes(folder / "leaderboard.csv", as_csv(leaderboard))
    pictures = {name: draw.png(plots.drawn(name, board)) for name in plots.fitting(board)}
    for name, picture in pictures.items():
        storage.write_bytes(folder / "figures" / f"{name}.png", picture)
    storage.write_text(folder / "report.html", page.page(board, pictures, code(board)))
    return folder / "report.html"


def code(board):
    """Python that builds and trains the winner: that of the facts, else made of its values; may be empty."""
    best = board.best
    if best is None or board.facts.get("code") is not None:
        return board.facts.get("code") or ""
    values = {} if best["trial"] == DEFAULT else {name: scalar(best[name]) for name in board.names}
    return snippet(divided({name: value for name, value in values.items() if not scales.is_missing(value)}))
