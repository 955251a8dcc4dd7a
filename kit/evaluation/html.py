"""The page of a report: one HTML file with all in it, without script and without network."""

import base64
import html
import math
import struct

import numpy as np

from kit import draw
from kit.evaluation import misses, plots, tables
from kit.plain import writable

_STYLE = """
:root { --ink: #1b1f24; --soft: #57606a; --line: #d8dee4;
  --page: #f6f8fa; --card: #ffffff; --mark: #0072b2; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9aa4af; --line: #30363d;
    --page: #0d1117; --card: #161b22; --mark: #56b4e9; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 24px; line-height: 1.3; margin: 4px 0 2px; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 34px 0 10px; }
.soft { color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(480px, 100%), 1fr)); gap: 16px; }
.grid { align-items: start; }
.wide { grid-column: 1 / -1; }
.scroll { overflow: auto; max-height: 560px; padding: 0; }
figure { margin: 0; }
figure img { display: block; max-width: 100%; height: auto; margin: 0 auto; }
figure img { background: #fff; border-radius: 4px; }
figcaption { color: var(--soft); font-size: 13px; margin-top: 8px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 14px; text-align: left; border-bottom: 1px solid var(--line); }
td { max-width: 420px; overflow-wrap: break-word; }
th { position: sticky; top: 0; background: var(--card); font-weight: 600; white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
.number { text-align: right; white-space: nowrap; }
li { margin: 4px 0; overflow-wrap: anywhere; }
ul { margin: 0; padding-left: 20px; }
.findings { border-left: 4px solid var(--mark); white-space: pre-line; }
"""
_COLUMNS = 40  # columns of a table of inputs


def page(report, pictures):
    """The whole page as text.

    Args:
        report: a `Report`.
        pictures: name of a figure -> bytes of its PNG, in the order in which they are shown.
    """
    parts = [
        f"<p class='soft'>{text(counted(report)).capitalize()}</p><h1>{text(report.headline)}</h1>",
        listed("What to know first", report.findings, "card findings"),
        section("Scores", _scores(report)),
        listed("Calibration, on samples that were not learnt", report.calibration, "card"),
        figures(pictures, plots.reading),
        _classes(report),
        _slices(report),
        _hardest(report),
        listed("Notes", report.notes, "card soft"),
    ]
    return document(report.headline, parts)


def document(title, parts, style=""):
    """A whole page.

    Args:
        title: plain text.
        parts: HTML of what stands on it, from top to bottom.
        style: CSS of what other pages do not have.
    """
    return (
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        "<meta name='color-scheme' content='light dark'>"
        f"<title>{text(title)}</title><style>{_STYLE}{style}</style></head>\n"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def fragment(report):
    """The scores alone, as a notebook shows them."""
    return f"<p>Report on {text(counted(report))}: {text(report.headline)}</p>{_scores(report)}"


def counted(report):
    """How many samples, of which part."""
    plural = "" if report.samples == 1 else "s"
    return f"{report.samples} sample{plural}" + (f" ({report.split})" if report.split else "")


def table(frame, numbers=()):
    """A DataFrame as an HTML table; numbers are rounded, all else is escaped.

    Args:
        frame: its columns are shown, its index is not.
        numbers: columns of text that stand to the right, as columns of numbers do.
    """
    right = [name in numbers or frame[name].dtype.kind in "iuf" for name in frame.columns]
    body = (_row("td", map(_shown, row), right) for row in frame.itertuples(index=False))
    return f"<table><thead>{_row('th', frame.columns, right)}</thead><tbody>{''.join(body)}</tbody></table>"


def text(value):
    """Any value as text that HTML shows as it is.

    Example:
        >>> text("<b>&")
        '&lt;b&gt;&amp;'
    """
    return html.escape(writable(str(value)))


def _scores(report):
    """The table of scores, with the interval in one column."""
    frame = report.table()
    rounded = {
        "value": frame["value"].map(draw.number),
        "95 % interval": [
            " to ".join(map(draw.number, report.intervals.get(name, ()))) for name in frame["metric"]
        ],
        _baseline(report): frame["baseline"].map(_shown),
        **{name: frame[name].map(_shown) for name in report.beside},
    }
    return table(frame[["metric"]].assign(**rounded), numbers=rounded)


def _baseline(report):
    alone = report.outcome.form == "image" or report.beside
    return report.baseline_says if alone else f"always saying {report.baseline_says}"


def _classes(report):
    name = {"numeric": "Targets", "multilabel": "Labels", "image": "Images"}.get(
        report.outcome.form, "Classes"
    )
    parts = [section(name, table(_named(report.per_class.reset_index())))]
    if (report.outcome.is_single or report.outcome.is_exclusive) and len(
        mistakes := tables.mistakes(report.outcome)
    ):
        parts.append(section("Most frequent mistakes", table(_named(mistakes))))
    if report.errors is not None:
        parts.append(section("Boxes by kind", table(report.errors.reset_index())))
    return f"<div class='grid'>{''.join(f'<section>{part}</section>' for part in parts)}</div>"


def _slices(report):
    """The groups that are worse than the rest; without any, those with the highest errors."""
    frame = report.slices
    if frame is None or not len(frame):
        return ""
    found = frame[frame["is_finding"]]
    title = "Where it is worst" if len(found) else "No group is worse beyond chance; the highest errors"
    shown = (found if len(found) else frame.head(5)).rename(columns={"error": misses.unit(report.outcome)})
    name, ends = "95 % interval", shown[["low", "high"]].to_numpy()
    interval = [f"{draw.number(low)} to {draw.number(high)}" for low, high in ends]
    shown = shown.drop(columns=["low", "high", "is_finding"]).assign(**{name: interval})
    return section(title, table(shown, numbers=[name]))


def _hardest(report):
    frame = report.worst
    if not len(frame):
        return ""
    frame = frame if report.outcome.form == "numeric" else _named(frame)
    if hasattr(report.examples, "columns"):
        rows = report.examples.iloc[:, :_COLUMNS]
        frame = frame.join(rows.rename(columns=lambda name: f"{name} (input)" if name in frame else name))
    return section("Samples with the highest loss", table(frame))


def _named(frame):
    """Names of classes as text: they are no numbers, even where they look like some."""
    return frame.astype({name: str for name in ("class", "target", "truth", "decision") if name in frame})


def figures(pictures, reading):
    """Figures with what is to be read from them.

    Args:
        pictures: name of a figure -> bytes of its PNG, in the order in which they are shown.
        reading: function (name) -> one sentence.
    """
    cards = (
        f"<figure class='card{' wide' * _is_wide(picture)}'><img alt='{text(name.replace('_', ' '))}' "
        f"src='data:image/png;base64,{base64.b64encode(picture).decode()}'>"
        f"<figcaption>{text(reading(name))}</figcaption></figure>"
        for name, picture in pictures.items()
    )
    return f"<h2>Figures</h2><div class='grid'>{''.join(cards)}</div>"


def section(title, content):
    """A heading, and a card with HTML below it."""
    return f"<h2>{text(title)}</h2><div class='card scroll'>{content}</div>"


def listed(title, lines, style):
    """A heading, and a card with lines of text below it; empty without lines."""
    if not lines:
        return ""
    items = "".join(f"<li>{text(line)}</li>" for line in lines)
    return f"<h2>{text(title)}</h2><div class='{style}'><ul>{items}</ul></div>"


def _is_wide(picture):
    """Whether a PNG needs the width of the page, by the size in its header."""
    width, height = struct.unpack(">II", picture[16:24])
    return width > 1.9 * height or width > 1200


def _row(tag, cells, right):
    styles = (" class='number'" if number else "" for number in right)
    cells = (f"<{tag}{style}>{text(cell)}</{tag}>" for cell, style in zip(cells, styles, strict=True))
    return f"<tr>{''.join(cells)}</tr>"


def _shown(value):
    if isinstance(value, float | np.floating):
        return draw.number(float(value)) if math.isfinite(value) else ""
    return value
