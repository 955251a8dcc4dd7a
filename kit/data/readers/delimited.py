"""CSV and its kin: text files of rows whose cells are separated by commas, semicolons, tabs, ..."""

import contextlib
import io
import re

from kit.data import parts, sniff
from kit.data.raw import Raw
from kit.data.readers import READERS, existing
from kit.data.readers.frames import with_text_names
from kit.data.readers.tasks import kind_of
from kit.data.tables import column
from kit.errors import DataError, Fault, KitError
from kit.inputs.findings import Finding

SUFFIXES = (".csv", ".tsv", ".txt", ".tab", ".data")
_PADDED = re.compile(r"(?<![\d.,:-])0\d")


def _takes(source):
    path = existing(source)
    return path is not None and path.is_file() and path.suffix.lower() in SUFFIXES


@READERS.register("CSV", takes=_takes, order=11)
def read(request):
    """A text file of separated cells, with a header or without; rows of another length are faults."""
    said, findings = [], []

    def read_file(path):
        table, numbers, count, what, bad = table_of(path, _texts(request), _target(request))
        said.append(what)
        findings.extend(bad)
        return table, numbers, count

    table, names, own, notes = parts.of_table(request.path, read_file)
    what = f"Took {request.path.name} for {said[0]}, {len(table)} rows."
    return Raw(request.path.stem, table, names=names, parts=own, notes=[what, *notes], findings=findings)


def _texts(request):
    """Names of the columns that hold texts to the input and the task, if only digits in this file."""
    classes = getattr(request.task, "classes", ())
    target = [request.target] if any(isinstance(name, str) for name in classes) else []
    return [name for name in (*getattr(request.input, "texts", ()), *target) if isinstance(name, str)]


def _target(request):
    """The one column, by name or place, whose codes such as 007 are names of classes; else None."""
    is_one = isinstance(request.target, str | int) and kind_of(request.task) in (None, "classification")
    return request.target if is_one else None


def table_of(path, texts=(), target=None):
    """(DataFrame, numbers of its rows, count of all rows, what the file is, findings about lines).

    Args:
        path: of the file.
        texts: names of columns whose cells are read as texts, digits too.
        target: a column, by name or place, that holds texts if its numbers are padded with zeros.

    Raises:
        DataError: if the file is empty or no table.

    Example:
        >>> _ = (folder / "a.csv").write_text("x,y\\n1,2\\n3,4\\n")
        >>> table, numbers, count, what, findings = table_of(folder / "a.csv")
        >>> table.shape, count, what
        ((2, 2), 2, 'a table of cells separated by commas, with a header')
    """
    text, encoding = sniff.decoded(path)
    layout = sniff.layout(text)
    if not layout.width:
        raise DataError([Fault(str(path), "empty file", "rows of cells")])
    good, bad, skipped = sniff.sorted_lines(text, layout)
    findings = [Finding(Fault(f"{path.name}, line {line.last}", line.found, line.expected)) for line in bad]
    cells = sniff.without(text, layout, skipped)
    table = _parsed(path, cells, layout, texts)
    if target is not None and _PADDED.search(cells):
        table = _with_padded(table, target, lambda name: _parsed(path, cells, layout, [*texts, name]))
    return table, good, len(good) + len(bad), f"{layout.describe()}{encoding}", findings


def _with_padded(table, target, again):
    """The table, or that of `again` if its target holds texts such as 007."""
    try:
        name = column(target, table)
    except KitError:
        return table  # it is told where all columns are known
    if table[name].dtype.kind not in "iuf":
        return table
    other = again(name)
    return other if other[name].str.fullmatch(r"0\d+").any() else table


def _parsed(path, text, layout, texts):
    import pandas as pd

    header = {"header": 0} if layout.header else {"header": None, "names": layout.names()}
    separator = r"\s+" if layout.separator is None else layout.separator
    options = {
        "decimal": layout.decimal,
        "thousands": layout.thousands,
        "na_values": ["?"],
        "skipinitialspace": True,
        "index_col": False,
        "dtype": dict.fromkeys(texts, str),
    }
    with contextlib.closing(io.StringIO(text)) as stream:
        try:
            table = pd.read_csv(stream, sep=separator, low_memory=False, **header, **options)
        except (ValueError, pd.errors.ParserError) as error:
            raise DataError([Fault(str(path), f"not readable as a table ({error})")]) from error
    return with_text_names(table)
