"""What a command prints: data on stdout, words and progress on stderr."""

import contextlib
import json
import sys


def say(text):
    """Words for the user, on stderr."""
    print(text, file=sys.stderr, flush=True)


def emit(value):
    """The one JSON object of `--json`, on stdout."""
    print(json.dumps(value, ensure_ascii=False, allow_nan=False))


def table(rows, head=()):
    """Rows of text as lines with aligned columns.

    Example:
        >>> print(table([("accuracy", "0.98"), ("nll", "0.1")], head=("metric", "value")))
        metric    value
        accuracy  0.98
        nll       0.1
    """
    rows = [list(map(str, row)) for row in ([head] if head else []) + list(rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def words_on_stderr():
    """A block in which whatever any library prints goes to stderr, so that stdout holds data only."""
    return contextlib.redirect_stdout(sys.stderr)
