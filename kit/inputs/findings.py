"""Findings: what an input sees wrong in raw values, and in which rows."""

import dataclasses

from kit.errors import DataError, Fault, SchemaError

SHOWN_ROWS = 5


@dataclasses.dataclass(frozen=True)
class Finding:
    """One fault and the rows it concerns.

    Args:
        fault: what the user is told.
        rows: 0-based rows of the batch that are at fault; empty if it is not a matter of rows.
        schema: whether the values differ in kind from what was trained on.
    """

    fault: Fault
    rows: tuple = ()
    schema: bool = False


def raise_if_any(findings):
    """Raises one error for all findings.

    Raises:
        SchemaError: if one of them is a difference to what was trained on.
        DataError: if there are others.
    """
    if findings:
        error = SchemaError if any(finding.schema for finding in findings) else DataError
        raise error([finding.fault for finding in findings])


def in_rows(rows, names=None):
    """Where: the first few of these rows by name, and how many there are.

    Example:
        >>> in_rows([3, 8])
        'rows 3, 8'
        >>> in_rows(range(7))
        'rows 0, 1, 2, 3, 4 and 2 more'
        >>> in_rows([0, 1], ["cat/7.jpg", "dog/1.jpg"])
        'cat/7.jpg, dog/1.jpg'
    """
    shown = [f"row {row}" if names is None else str(names[row]) for row in list(rows)[:SHOWN_ROWS]]
    numbers = [name.removeprefix("row ") for name in shown]
    are_rows = any(number != name for number, name in zip(numbers, shown, strict=True))
    before = f"row{'s' * (len(rows) > 1)} " if are_rows else ""
    more = f" and {len(rows) - SHOWN_ROWS} more" if len(rows) > SHOWN_ROWS else ""
    return f"{before}{', '.join(numbers)}{more}"
