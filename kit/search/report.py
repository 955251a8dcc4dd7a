"""The report of a search: leaderboard.csv, figures, and one page with all of it."""

import base64

from kit import draw, storage
from kit.evaluation import html
from kit.evaluation.report import as_csv
from kit.search import plots
from kit.search.importance import LEAST, importance

SHOWN = 100  # trials in the table of the page; leaderboard.csv has all
_READING = {
    "history": "Each point is a trial. A line that is flat for long: more trials would change little.",
    "importance": "Shares of the spread of the scores that a forest of decision trees foretells.",
    "parallel": "Each line is a trial, from hyperparameter to hyperparameter, to its score on the right.",
    "slices": "Where the best points stand at the end of a range, the range was too narrow.",
    "trade_off": "On the blue line, one objective can only be bettered at the cost of the other.",
    "curves": "Curves that still rise or fall at their end ask for more epochs.",
}


def write(result):
    """Writes leaderboard.csv, figures/*.png and report.html into the folder of a search.

    Args:
        result: a `SearchResult`.

    Returns:
        The path of the page.
    """
    board, folder = result.leaderboard, result.folder
    storage.write_bytes(folder / "leaderboard.csv", as_csv(board))
    facts = result.facts()
    found = importance(board, facts)
    pictures = {name: draw.png(figure) for name, figure in _figures(result, board, facts, found)}
    for name, picture in pictures.items():
        storage.write_bytes(folder / "figures" / f"{name}.png", picture)
    storage.write_text(folder / "report.html", _page(result, board, found, pictures))
    return folder / "report.html"


def _figures(result, board, facts, found):
    """(name, figure) of what can be drawn."""
    if not board["score"].notna().any():
        return
    objectives = result.work.objectives
    searched = board[board["trial"] != "default"]
    with draw.style():
        default = result.default and result.default["score"]
        if searched["score"].notna().any():
            yield "history", plots.history(searched, objectives[0], default)
        if len(found):
            yield "importance", plots.importances(found)
        if searched["score"].notna().any() and facts:
            yield "parallel", plots.parallel(searched, facts, objectives[0])
            yield "slices", plots.slices(searched, facts, objectives[0])
        if len(objectives) > 1:
            yield "trade_off", plots.trade_off(board, objectives)
        yield "curves", plots.curves(board[board["score"].notna()], result.curves)


def _page(result, board, found, pictures):
    name = result.work.data.name
    title = f"{name}: {len(result.ledger.ended)} trials"
    parts = [
        f"<p class='soft'>Search on {html.text(name)}</p><h1>{html.text(_headline(result))}</h1>",
        _card("What was searched", f"<p>{html.text(result.told)}</p><pre>{html.text(result.code)}</pre>"),
        _shown(pictures),
        _table("Importance", found) if len(found) else _few(),
        _table(f"Leaderboard (first {SHOWN})" if len(board) > SHOWN else "Leaderboard", _readable(board)),
    ]
    return html.document(title, parts)


def _headline(result):
    if not result.has_winner:
        return "No trial has a score"
    best, objective = result.best, result.work.objectives[0].name
    text = f"Best {objective} {draw.number(best['score'], 4)}, trial {best['trial']}"
    if result.default and result.default["score"] is not None:
        text += f"; the default settings have {draw.number(result.default['score'], 4)}"
    return text


def _readable(board):
    """The first rows without the columns that are empty or long."""
    kept = [
        name
        for name in board.columns
        if board[name].notna().any() and not (board[name].astype(str) == "").all()
    ]
    return board[kept].head(SHOWN)


def _few():
    return _card(
        "Importance", f"<p class='soft'>It takes {LEAST} trials of different scores to say what matters.</p>"
    )


def _card(title, content):
    return f"<h2>{html.text(title)}</h2><div class='card'>{content}</div>"


def _table(title, frame):
    return f"<h2>{html.text(title)}</h2><div class='card scroll'>{html.table(frame)}</div>"


def _shown(pictures):
    cards = []
    for name, picture in pictures.items():
        source = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
        image = f"<img src='{source}' alt='{html.text(_READING[name])}'>"
        cards.append(
            f"<figure class='card'>{image}<figcaption>{html.text(_READING[name])}</figcaption></figure>"
        )
    return f"<h2>Figures</h2><div class='grid'>{''.join(cards)}</div>"
