"""Sniffing: the encoding, separator, header and decimal sign of a text file of rows."""

import collections
import csv
import dataclasses
import io
import itertools
import re

from kit.errors import DataError, Fault

_SAMPLE = 200  # lines looked at to find the layout
_SEPARATORS = (",", ";", "\t", "|")
_NUMBER = re.compile(r"[-+]?(\d+[.,]?\d*|[.,]\d+)([eE][-+]?\d+)?")
_MISSING = ("", "?", "NA", "N/A", "nan", "NaN", "null", "NULL")
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", None: "spaces"}


@dataclasses.dataclass(frozen=True)
class Layout:
    """How a text file of rows is written.

    Args:
        separator: the character between cells; None for any number of spaces.
        width: cells in a row.
        header: whether the first row names the columns.
        decimal: the decimal sign.
        start: lines before the first row, such as Excel's `sep=;`.
        thousands: the sign between thousands, or None.
    """

    separator: str | None
    width: int
    header: bool
    decimal: str
    start: int = 0
    thousands: str | None = None

    def names(self):
        """Names for the columns of a file without header: column_0, column_1, ..."""
        return [f"column_{i}" for i in range(self.width)]

    def describe(self):
        """What the file is, in words."""
        head = "with a header" if self.header else "without a header (its columns are column_0, ...)"
        comma = (
            ", decimal commas" if self.decimal == "," else ", commas between thousands" * bool(self.thousands)
        )
        return f"a table of cells separated by {_NAMES[self.separator]}{comma}, {head}"


@dataclasses.dataclass(frozen=True)
class BadLine:
    """A row that does not fit: its first and last line (from 1), what is there, what should be."""

    first: int
    last: int
    found: str
    expected: str


def decoded(path):
    """(text of the file, what to say of its encoding).

    Raises:
        DataError: if it holds NUL bytes, as no text does.
    """
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace"), ", in UTF-16"
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise DataError([Fault(f"{path.name}, line {line}", "a NUL byte", "text", "Export the file anew.")])
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), ", not UTF-8 and read as Windows-1252"


def layout(text):
    """The layout of a text: the separator that gives rows of equal length, and whether there is a header.

    Example:
        >>> found = layout("M;0,5\\nF;0,7\\n")
        >>> found.separator, found.decimal, found.header, found.names()
        (';', ',', False, ['column_0', 'column_1'])
    """
    lines = [line for line in itertools.islice(io.StringIO(text, newline=""), _SAMPLE) if line.strip()]
    start, separators = 0, _SEPARATORS
    if lines and re.fullmatch(r"sep=.\s*", lines[0]):
        start, separators, lines = 1, (lines[0][4],), lines[1:]
    separator = _best_separator(lines, separators)
    rows = [cells for _, _, cells in rows_of("".join(lines), separator)]
    if not rows:
        return Layout(",", 0, False, ".")
    header = _has_header(rows)
    width = len(rows[0]) if header else collections.Counter(map(len, rows)).most_common(1)[0][0]
    thousands = "," if _thousands([row for row in rows[1:] if len(row) == width]) else None
    decimal = "," if separator != "," and not thousands and _decimal_commas(rows[1:]) else "."
    return Layout(separator, width, header, decimal, start, thousands)


def rows_of(text, separator):
    """(first line, last line, cells) of each row that is not blank; lines count from 1."""
    if separator is None:
        for number, line in enumerate(_lines(text, separator), start=1):
            if line.strip():
                yield number, number, line.split()
        return
    reader = csv.reader(_lines(text, separator), delimiter=separator, skipinitialspace=True)
    last = 0
    for cells in reader:
        if len(cells) > 1 or (cells and cells[0].strip()):
            yield last + 1, reader.line_num, cells
        last = reader.line_num


def sorted_lines(text, layout):
    """Which rows of a text fit its layout.

    Returns:
        (numbers of the rows that fit, from 0 and without the header; a `BadLine` for each other
        one; the 0-based lines that hold no row that fits).

    Raises:
        DataError: if a cell is too long to be one, as after a quote that is never closed.

    Example:
        >>> good, bad, skipped = sorted_lines("a,b\\n1,2\\n3\\n\\n5,6\\n", Layout(",", 2, True, "."))
        >>> good, bad[0].found, skipped
        ([0, 2], '1 cells', [2, 3])
    """
    good, bad, skipped, end = [], [], list(range(layout.start)), layout.start
    try:
        rows = [row for row in rows_of(text, layout.separator) if row[0] > layout.start]
    except csv.Error as error:
        raise DataError(
            [Fault("table", f"{error}", cure="Look for a quote that is never closed.")]
        ) from error
    for number, (first, last, cells) in enumerate(rows, start=-int(layout.header)):
        fits = len(cells) == layout.width
        skipped += range(end, first - 1 if fits else last)
        end = last
        if not fits:
            bad.append(BadLine(first, last, f"{len(cells)} cells", f"{layout.width}"))
        elif number >= 0:
            good.append(number)
    return good, bad, skipped


def without(text, layout, skipped):
    """The text without these lines, 0-based as `sorted_lines` gives them; cells may hold several lines.

    Example:
        >>> without("a,b\\n1,2\\n\\n5,6\\n", Layout(",", 2, True, "."), [2])
        'a,b\\n1,2\\n5,6\\n'
    """
    if not skipped:
        return text
    skipped = set(skipped)
    return "".join(
        line for number, line in enumerate(_lines(text, layout.separator)) if number not in skipped
    )


def _lines(text, separator):
    """The lines of a text as rows are counted in: as CSV ends them, or of words by line feeds."""
    return io.StringIO(text) if separator is None else io.StringIO(text, newline="")


def _best_separator(lines, candidates):
    best = max(candidates, key=lambda separator: _regularity(lines, separator))
    if _regularity(lines, best)[0] > 1:
        return best
    return None if _regularity(lines, None)[:2] == (2, 1) else ","  # a comma, where there is one column


def _regularity(lines, separator):
    """How well a separator fits, as a sortable tuple; its first number is above 1 if it fits at all.

    Rows of equal length count first. Between two that give them, the comma is the decimal sign.
    """
    try:
        widths = collections.Counter(len(cells) for _, _, cells in rows_of("".join(lines), separator))
    except csv.Error:
        return (0,)
    if not widths:
        return (0,)
    width, count = widths.most_common(1)[0]
    share = count / widths.total()
    return (2 if width > 1 and share > 0.5 else 1), round(share, 2), separator != ",", width


def _has_header(rows):
    """Whether the first row names the columns: no number in it, but numbers below; or all texts, as
    distinct names, none of which is there again below."""
    head, body = [cell.strip() for cell in rows[0]], rows[1:]
    if any(_NUMBER.fullmatch(cell) for cell in head) or not any(head):
        return False
    fitting = [row for row in body if len(row) == len(head)]
    columns = [[cell.strip() for cell in column] for column in zip(*fitting, strict=True)]
    if any(name not in _MISSING and _numeric(c) for name, c in zip(head, columns, strict=False)):
        return True
    named = [cell for cell in head if cell]
    again = any(cell and cell in column for cell, column in zip(head, columns, strict=False))
    return len(set(named)) == len(named) and not again


def _numeric(cells):
    return any(cells) and all(_NUMBER.fullmatch(cell) or cell in _MISSING for cell in cells)


def _decimal_commas(rows):
    cells = [cell.strip() for row in rows for cell in row]
    commas = sum(bool(re.fullmatch(r"[-+]?\d*,\d+([eE][-+]?\d+)?", cell)) for cell in cells)
    points = sum(bool(re.fullmatch(r"[-+]?\d*\.\d+([eE][-+]?\d+)?", cell)) for cell in cells)
    return commas > points


def _thousands(rows):
    """Whether commas stand between thousands: three digits behind each, and numbers below 1000 have none."""
    columns = [[cell.strip() for cell in column] for column in zip(*rows, strict=True)]
    found = [
        column for column in columns if any(re.fullmatch(r"[-+]?[\d,]*,[\d,]*", cell) for cell in column)
    ]
    return bool(found) and all(map(_is_grouped, found))


def _is_grouped(cells):
    cells = [cell for cell in cells if cell not in _MISSING]
    grouped = [cell for cell in cells if re.fullmatch(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", cell)]
    small = [cell for cell in cells if re.fullmatch(r"[-+]?\d{1,3}(\.\d+)?", cell)]
    return bool(grouped and small) and len(grouped) + len(small) == len(cells)
