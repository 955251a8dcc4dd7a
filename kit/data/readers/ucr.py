"""Text files of series as the UCR archive has them: `NAME_TRAIN.txt`, the label first, a line a series.

Source: https://www.cs.ucr.edu/~eamonn/time_series_data_2018/
"""

import itertools
import re

import numpy as np

from kit.data import parts, sniff
from kit.data.raw import Raw
from kit.data.readers import READERS, existing
from kit.data.series import ended, ragged
from kit.errors import Fault
from kit.inputs.findings import Finding

SUFFIXES = (".txt", ".tsv", ".csv", "")
_GAPS = ("nan", "?", "")
_LEAST = 20  # values of a line from which it is a series and no row of a table
_LINES = 3  # looked at to know what a file is


def _takes(source):
    path = existing(source)
    if path is None or not path.is_file() or path.suffix.lower() not in SUFFIXES:
        return False
    if parts.part_named(path.stem.rpartition("_")[2]) is None or "_" not in path.stem:
        return False
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = [_cells(line) for line in itertools.islice(file, _LINES) if line.strip()]
    try:
        labels = [float(cells[0]) for cells in lines]
        values = np.concatenate([_numbers(cells[1:]) for cells in lines]) if lines else np.zeros(0)
    except ValueError:
        return False
    long = all(len(cells) > _LEAST for cells in lines)
    return (
        long and all(label.is_integer() for label in labels) and (values[np.isfinite(values)] % 1 != 0).any()
    )


@READERS.register("series as text (UCR)", takes=_takes, order=8)
def read(request):
    """A UCR file, with its `_TRAIN` or `_TEST` sibling where there is one."""
    findings = []

    def read_file(path):
        frame, numbers, count, bad = table_of(path)
        findings.extend(bad)
        return frame, numbers, count

    frame, names, own, notes = parts.of_table(request.path, read_file)
    form = "series as the UCR archive has them, the label first"
    what = f"Took {request.path.name} for {form}, {len(frame)} of them."
    raw = Raw(request.path.stem, ragged(list(frame["series"])), names=names, parts=own, findings=findings)
    raw.labels, raw.series, raw.form, raw.notes = (
        frame["label"].to_numpy(),
        True,
        "classification",
        [what, *notes],
    )
    return raw


def table_of(path):
    """(DataFrame of series and label, numbers of its rows, count of all rows, findings about lines).

    Example:
        >>> _ = (folder / "a_TRAIN.txt").write_text("1 0.5 0.25\\n2 1.5 NaN\\n")
        >>> frame = table_of(folder / "a_TRAIN.txt")[0]
        >>> [one.shape for one in frame["series"]], frame["label"].tolist()
        ([(2, 1), (1, 1)], [1, 2])
    """
    import pandas as pd

    text, _ = sniff.decoded(path)
    lines = [(place, _cells(line)) for place, line in enumerate(text.splitlines(), start=1) if line.strip()]
    good, bad = [], []
    for row, (place, cells) in enumerate(lines):
        try:
            good.append((row, ended(_numbers(cells[1:]))[:, None], int(float(cells[0]))))
        except ValueError:
            wrong = next(cell for cell in cells if not _is_number(cell))
            bad.append(Finding(Fault(f"{path.name}, line {place}", repr(wrong[:40]), "a number")))
    frame = pd.DataFrame({"series": pd.Series([one for _, one, _ in good], dtype=object)})
    frame["label"] = np.array([label for *_, label in good], object)
    return frame, [row for row, *_ in good], len(lines), bad


def _cells(line):
    return re.split(r"\s*[,\t]\s*|\s+", line.strip())


def _numbers(cells):
    return np.array([np.nan if cell.lower() in _GAPS else float(cell) for cell in cells])


def _is_number(cell):
    try:
        return cell.lower() in _GAPS or float(cell) is not None
    except ValueError:
        return False
