"""The page of a search: one HTML file with all in it, whose table sorts itself without network."""

from kit import draw
from kit.evaluation import html
from kit.plain import scalar
from kit.search import pareto, plots, scales, words
from kit.search.board import FACTS
from kit.search.plots.looks import short

SHOWN = 100  # rows of the table
_LONGEST, _REASON = 160, 600  # letters of a cell
_NAMED = 6  # trials that are named together
_STYLE = """
pre { margin: 0; overflow: auto; font: 13px/1.5 ui-monospace, monospace; user-select: all; }
.trials td { white-space: nowrap; max-width: 340px; overflow: hidden; text-overflow: ellipsis; }
.trials td.reason { white-space: normal; min-width: 220px; }
.trials th button { all: unset; cursor: pointer; font-weight: 600; }
.trials th button:focus-visible { outline: 2px solid var(--mark); }
.trials th[aria-sort=ascending] button::after { content: " \\2191"; }
.trials th[aria-sort=descending] button::after { content: " \\2193"; }
.trials tr.best td { background: color-mix(in srgb, var(--mark) 14%, transparent); font-weight: 600; }
.failed, .infeasible { color: #d55e00; } .pruned, .running { color: var(--soft); }
"""
# a click sorts by a column, another one turns it round; cells without a value stay below
_SCRIPT = """<script>
for (const button of document.querySelectorAll(".trials th button")) button.onclick = () => {
  const head = button.parentNode, body = head.closest("table").tBodies[0], place = head.cellIndex;
  const up = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  for (const each of head.parentNode.cells) each.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up === 1 ? "ascending" : "descending");
  const key = row => row.cells[place].dataset.value ?? row.cells[place].textContent;
  const compare = (a, b) => isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b;
  body.append(...[...body.rows].sort((a, b) => {
    const one = key(a), other = key(b);
    if (one === "" || other === "") return (one === "") - (other === "");
    return up * compare(one, other);
  }));
};
</script>"""


def page(board, pictures, code):
    """The whole page as text.

    Args:
        board: a `Board`.
        pictures: name of a figure -> bytes of its PNG, in the order in which they are shown.
        code: Python that builds and trains the winner; may be empty.
    """
    name, headline = board.facts.get("name") or "", words.headline(board)
    parts = [
        f"<p class='soft'>{html.text(f'Search on {name}' if name else 'Search')}</p>",
        f"<h1>{html.text(headline)}</h1><p>{html.text(words.course(board))}</p>",
        html.listed("What to know first", words.findings(board), "card findings"),
        f"<h2>The winner</h2><div class='card'><pre>{html.text(code)}</pre></div>" if code else "",
        html.section("Hyperparameters", html.table(_hyperparameters(board))) if board.names else "",
        html.figures(pictures, plots.reading) if pictures else "",
        _lost(board),
        _trials(board),
        html.listed("Notes", words.notes(board), "card soft"),
        _SCRIPT,
    ]
    return html.document(f"{name}: {headline}" if name else headline, parts, _STYLE)


def _hyperparameters(board):
    """A table: what was tried, what won, and how much it matters."""
    import pandas as pd

    shares = board.importance.set_index("name")
    rows = []
    for name in board.ranked_names:
        best = "" if board.best is None else short(scales.text(board.best[name]), _LONGEST) or "not active"
        row = {"hyperparameter": name, "tried": words.tried(board, name), "best": best}
        if name in shares.index:
            share = shares.loc[name]
            row["explains"] = f"{100 * share['importance']:.0f} %"
            row["95 % interval"] = f"{100 * share['low']:.0f} to {100 * share['high']:.0f} %"
        rows.append(row)
    return pd.DataFrame(rows)


def _lost(board):
    """A table: why trials have no score, the most frequent reason first."""
    rows = board.trials[board.trials["score"].isna() & (board.trials["status"] != "running")]
    if not len(rows):
        return ""
    groups = rows.groupby(["status", "reason"], sort=False)["trial"].agg(["size", _first])
    frame = groups.sort_values("size", ascending=False, kind="stable").head(SHOWN).reset_index()
    frame["reason"] = frame["reason"].map(lambda reason: short(reason, _REASON))
    frame.columns = ["status", "reason", "trials", "which"]
    return html.section("Trials without a score", html.table(frame))


def _first(names):
    return ", ".join(names.head(_NAMED)) + (" ..." if len(names) > _NAMED else "")


def _trials(board):
    """The table of the first trials, with buttons that sort it."""
    frame, shown = board.frame, board.frame.head(SHOWN)
    title = "Trials"
    if len(frame) > SHOWN:
        title += f": the first {SHOWN} of {len(frame)}, all in leaderboard.csv"
    columns = _columns(board)
    heads = "".join(f"<th scope='col'><button>{html.text(name)}</button></th>" for name, _ in columns)
    lines = []
    for place in range(len(shown)):
        cells = "".join(values[place] for _, values in columns)
        best = board.best is not None and frame["trial"].iloc[place] == board.best["trial"]
        lines.append(f"<tr{' class=best' * best}>{cells}</tr>")
    table = f"<table class='trials'><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    return html.section(title, table)


def _columns(board):
    """(name, cells) of each column of the table that has anything in it."""
    shown = board.frame.head(SHOWN)
    found = [
        ("rank", map(_number, shown["rank"])),
        ("trial", map(_text, shown["trial"])),
        ("status", map(_status, shown["status"])),
        (board.objectives[0], map(_number, shown["score"])),
    ]
    if shown["low"].notna().any():
        found.append(("95 % interval", map(_interval, shown["low"], shown["high"])))
    if len(board.objectives) > 1:
        found.append(("Pareto front", (_text("yes" if each else "") for each in _front(board)[:SHOWN])))
    found += [(name, map(_value, shown[name])) for name in board.names]
    found += [(name, map(_number, shown[name])) for name in _others(board)]
    if (shown["reason"] != "").any():
        found.append(("reason", map(_reason, shown["reason"])))
    return [(name, list(cells)) for name, cells in found]


def _others(board):
    """Columns of numbers beside rank, score and hyperparameters."""
    last = [name for name in ("seconds", "epochs", "parameters") if name not in board.names]
    known = {*FACTS, *board.names}
    metrics = [name for name in board.frame if name not in known]
    shown = board.frame.head(SHOWN)
    return [name for name in (*metrics, *last) if shown[name].notna().any()]


def _front(board):
    import numpy as np

    values = np.stack([board.values(name) for name in board.objectives], axis=1)
    return pareto.front(values, board.directions)


def _value(value):
    """The cell of a hyperparameter: a number, or any text."""
    value, shown = scalar(value), html.text(short(scales.text(value), _LONGEST))
    if isinstance(value, bool) or not isinstance(value, int | float) or not shown:
        return f"<td>{shown}</td>"
    return f"<td class='number' data-value='{value!r}'>{shown}</td>"


def _number(value):
    if not isinstance(value, int | float) or scales.is_missing(value):
        return _text(scales.text(value))
    shown = str(int(value)) if float(value).is_integer() else draw.number(float(value))
    return f"<td class='number' data-value='{float(value)!r}'>{html.text(shown)}</td>"


def _interval(low, high):
    if scales.is_missing(low) or scales.is_missing(high):
        return "<td></td>"
    return f"<td class='number' data-value='{float(low)!r}'>{draw.number(low)} to {draw.number(high)}</td>"


def _status(status):
    known = status if status.isalpha() and status.isascii() else "other"
    return f"<td class='{known}'>{html.text(status)}</td>"


def _reason(reason):
    return f"<td class='reason'>{html.text(short(reason, _LONGEST))}</td>"


def _text(value):
    return f"<td>{html.text(short(value, _LONGEST))}</td>"
