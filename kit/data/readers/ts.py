"""`.ts` files of series, as sktime and the UEA and UCR archives have them.

Lines that begin with # are comments, those with @ say what is in the file; after @data each line is a
series: channels separated by colons, values by commas, the label last.
Source: https://www.sktime.net/en/stable/api_reference/file_specifications/ts.html
"""

import dataclasses

import numpy as np

from kit.data import parts, sniff
from kit.data.raw import Raw
from kit.data.readers import READERS, existing
from kit.data.series import ragged
from kit.errors import DataError, Fault
from kit.inputs.findings import Finding

_GAPS = ("?", "nan", "")  # a value that is missing


def _takes(source):
    path = existing(source)
    return path is not None and path.is_file() and path.suffix.lower() == ".ts"


@READERS.register("series files (.ts)", takes=_takes, order=12)
def read(request):
    """A `.ts` file, with its `_TRAIN` or `_TEST` sibling where there is one."""
    said, findings = [], []

    def read_file(path):
        frame, numbers, count, head, bad = table_of(path)
        said.append(head)
        findings.extend(bad)
        return frame, numbers, count

    frame, names, own, notes = parts.of_table(request.path, read_file)
    what = f"Took {request.path.name} for series in the .ts form, {len(frame)} of them."
    raw = Raw(request.path.stem, ragged(list(frame["series"])), names=names, parts=own, findings=findings)
    raw.labels, raw.series, raw.notes = frame["label"].to_numpy(), True, [what, *notes]
    raw.form = "regression" if said[0].is_numeric else "classification"
    if not said[0].is_labelled:
        raw.labels, raw.form = np.full(len(frame), None, object), None
    return raw


@dataclasses.dataclass(frozen=True)
class Head:
    """What the lines before @data say.

    Args:
        classes: the labels that the file declares; empty where it declares none.
        is_labelled: whether each line ends with a label.
        is_numeric: whether that label is a number to predict.
    """

    classes: tuple = ()
    is_labelled: bool = True
    is_numeric: bool = False


def table_of(path):
    """(DataFrame of series and label, numbers of its rows, count of all rows, `Head`, findings about lines).

    Raises:
        DataError: if the file has no data, or times beside its values.

    Example:
        >>> text = "@classLabel true up down\\n@data\\n1,2,3:4,5,6:up\\n3,2:6,5:down\\n"
        >>> _ = (folder / "a.ts").write_text(text)
        >>> frame, numbers, count, head, findings = table_of(folder / "a.ts")
        >>> [one.shape for one in frame["series"]], frame["label"].tolist()
        ([(3, 2), (2, 2)], ['up', 'down'])
    """
    import pandas as pd

    text, _ = sniff.decoded(path)
    head, start, lines = _head(path, text.splitlines())
    read = [(place, *_series(line, head)) for place, line in lines]
    widths = [one.shape[1] for _, one, _, wrong in read if wrong is None]
    usual = max(set(widths), key=widths.count, default=1)
    good, bad = [], []
    for row, (place, one, label, wrong) in enumerate(read):
        wrong = wrong or _of_other_width(one, usual)
        if wrong:
            bad.append(Finding(Fault(f"{path.name}, line {place}", *wrong)))
        else:
            good.append((row, one, label))
    frame = pd.DataFrame({"series": pd.Series([one for _, one, _ in good], dtype=object)})
    frame["label"] = _typed([label for *_, label in good], head)
    return frame, [row for row, *_ in good], len(read), head, bad


def _head(path, lines):
    """(`Head`, place of @data, (number, text) of each line after it)."""
    known = {}
    for place, line in enumerate(lines, start=1):
        word, *rest = line.strip().split() or [""]
        if word.lower() == "@data":
            after = [(n, text.strip()) for n, text in enumerate(lines[place:], start=place + 1)]
            return (
                _said(path, known),
                place,
                [(n, text) for n, text in after if text and text[0] not in "#@%"],
            )
        if word.startswith("@"):
            known[word[1:].lower()] = rest
    raise DataError([Fault(path.name, "no line @data", "the series after a line @data")])


def _said(path, known):
    if _true(known.get("timestamps")):
        cure = "Write the values without times, or as a table with a column of times."
        raise DataError([Fault(path.name, "@timeStamps true: times beside the values", "values alone", cure)])
    target, classes = known.get("targetlabel"), known.get("classlabel")
    if _true(target):
        return Head(is_numeric=True)
    return Head(tuple(classes[1:]) if _true(classes) else (), _true(classes))


def _true(words):
    return bool(words) and words[0].lower() == "true"


def _series(line, head):
    """(array (steps, channels), label, (found, expected) where the line is at fault)."""
    *channels, label = line.split(":") if head.is_labelled else [*line.split(":"), None]
    if not channels:
        return None, label, ("no label", "values, a colon and the label")
    try:
        values = [[_number(word) for word in channel.split(",")] for channel in channels]
    except ValueError as error:
        return None, label, (str(error), "numbers separated by commas")
    if not any(channel.strip() for channel in channels):
        return np.zeros((0, len(channels))), label, None
    lengths = {len(channel) for channel in values}
    if len(lengths) > 1:
        return (
            None,
            label,
            (f"channels of {min(lengths)} to {max(lengths)} steps", "as many steps in each channel"),
        )
    if head.classes and label.strip() not in head.classes:
        return None, label, (f"label {label.strip()!r}", f"one of {', '.join(head.classes[:10])}")
    return np.array(values, "float64").T, label, None


def _number(word):
    word = word.strip()
    if word.lower() in _GAPS:
        return np.nan
    try:
        return float(word)
    except ValueError:
        raise ValueError(f"{word[:40]!r}") from None


def _of_other_width(one, usual):
    return None if one.shape[1] == usual else (f"{one.shape[1]} channels", f"{usual}, as most series have")


def _typed(labels, head):
    """Labels as numbers where all of them are, so that 1 stays 1; else as text."""
    labels = [None if label is None else label.strip() for label in labels]
    kind = float if head.is_numeric else int
    try:
        return np.array([kind(label) for label in labels], object)
    except (TypeError, ValueError):
        return np.array(labels, object)
