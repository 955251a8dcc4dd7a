"""load_data: any source -> samples in parts, with the input and the task that describe them."""

import dataclasses
import hashlib
import numbers

import numpy as np

from kit import inputs, tasks
from kit.data import boxed, check, dense, forecasts, pictures, series, split, tables, texts
from kit.data.guess import guess_task
from kit.data.leaks import give_away
from kit.data.raw import rows_of
from kit.data.readers import Request, read
from kit.data.readers.tasks import kind_of
from kit.data.samples import Data, Samples
from kit.errors import DataError, Fault, KitError, counted, unknown
from kit.inputs.findings import raise_if_any
from kit.plain import scalar

_NOTHING = {  # what is told where labels are no maps and no boxes, by the task that was asked for
    "detection": (
        "holds no boxes. Detection reads Pascal VOC XML, COCO JSON, YOLO label files, labelme JSON, a CSV "
        "with columns filename,xmin,ymin,xmax,ymax,class, and arrays (images, [(boxes_xyxy, names), ...])."
    ),
    "segmentation": (
        "holds no masks. Segmentation reads masks named as their images (in images/ and masks/, train/ and "
        "trainannot/, or 7.jpg beside 7_mask.png), outlines (COCO JSON, YOLO label files), and arrays "
        "(images, masks)."
    ),
    "denoising": (
        "holds no images to clean. Denoising reads noisy/ and clean/ with images of the same names, a "
        "folder of clean images, on which noise is laid, and arrays (noisy, clean)."
    ),
}


def load_data(
    source,
    task=None,
    target=None,
    *,
    input=None,
    ignore=(),
    groups=None,
    time=None,
    seed=0,
    on_bad="error",
    image_size=None,
    memory=None,
    box_format=None,
    divide=True,
):
    """Reads a source, says what it took it for, checks it and divides it into parts.

    Parts are those that the source has: folders train, val and test; lists in splits/; files
    `_TRAIN` and `_TEST`; several pairs of arrays. Else 70 % train, 15 % validation and 15 % test
    are drawn: each class in these shares, groups and identical samples undivided, or in time
    order. Two pairs of arrays are the training and the validation part.

    Args:
        source: built-in name; path of a CSV, TSV or Parquet file, of series (.ts, or UCR text), of a
            folder of images in one folder a class, or of IDX files; of Pascal VOC, COCO, YOLO or labelme
            files, or a CSV of boxes; DataFrame; (x, y) or ((x, y), (x, y)[, (x, y)]), where x is rows,
            images, or series (N, steps, channels); for a forecast an array (steps,) or (steps, channels).
        task: a task, the name "classification", "multilabel", "regression", "forecasting",
            "segmentation", "detection" or "denoising", or None: text, booleans and at most 20 integers 0
            to C-1 are classes, other numbers regression; images beside masks are segmented, beside clean
            images denoised; in images with boxes objects are detected.
        target: column of the labels, or several; by name or position (-1 is the last).
        input: an `Images`, `Table`, `Series` or `Texts` that says how to read the inputs, or the name
            "series" or "texts"; None to find out. With a `Series` each row of a table is one, or, where
            `groups` is given, each group of rows, a row a step.
        ignore: columns to leave out.
        groups: column, or array (N,): rows of one group stay in one part; of series: are one series.
        time: column, or array (N,), of dates or numbers: the test part is the latest; of series: the
            order of the steps.
        seed: the same seed draws the same parts.
        on_bad: "error" to raise one error that lists all faulty samples, or "skip" to leave them
            out and list them in `Data.issues`.
        image_size: (height, width) to which images are brought, or one number for a square;
            None: their most common size, or their median, and at most 128.
        memory: bytes up to which decoded images stay in memory, else they lie in a file; None
            for half of what is free.
        box_format: what the numbers of boxes in files are, where it is not what their kind of file
            has: a name in `kit.data.box_formats.FORMATS`.
        divide: False keeps all samples in one part, `Data.train`, also where the source has parts: to
            measure a trained model on data that it has never seen.

    Returns:
        `Data`.

    Raises:
        KitError: if the source, a column or an argument is unknown.
        DataError: lists every fault of the samples and labels.

    Example:
        >>> data = kit.load_data("wine")
        >>> len(data.train), data.task.classes
        (125, ('class_0', 'class_1', 'class_2'))
    """
    if on_bad not in ("error", "skip"):
        raise KitError(f"on_bad is 'error' or 'skip'. Received: {on_bad!r}.")
    if not isinstance(seed, numbers.Integral) or isinstance(seed, bool) or seed < 0:
        raise KitError(f"seed is a whole number from 0. Received: {seed!r}.")
    if isinstance(task, str) and task not in tasks.names():
        raise unknown("task", task, tasks.names())
    asked = (source, task, target, input, ignore, groups, time, seed, on_bad, image_size, memory, box_format)
    request = Request(*asked)
    request = dataclasses.replace(request, input=_asked_input(request.input))
    raw = _read(request)
    if kind_of(request.task) == "forecasting":
        raw, request = forecasts.windowed(raw, request)
    kind = _kind(raw, request)
    kind.take_out(raw, request)
    kind = texts if kind is tables and texts.fits(raw, request) else kind
    if raw.dense:
        task, why = kind.guess_task(raw, task)
    else:
        task, raw.labels, why = guess_task(raw.labels, request.task, raw.target, raw.form)
        task = _in_order(task, raw, request.task)
    raw.notes.append(why)
    input = kind.described(raw, request)
    if isinstance(input, inputs.Images):
        raw.issues += pictures.of_several_pages(raw.inputs, raw.names)
    raw.findings += kind.checked(raw, task) if raw.dense else check.labels(raw.labels, task, raw.names)
    raw.findings += check.groups(raw.groups, raw.names)
    _leave_out_bad(raw, on_bad)
    if not raw.dense:
        _check_classes(raw, task, request.task)

    keys = kind.keys(raw)
    parts = _parts(raw, task, _copies(raw, kind, keys), seed) if divide else _whole(raw)
    if raw.dense == "boxes":
        raw.issues += boxed.by_part(raw.labels, task, parts)
    data = _assembled(raw, kind, input, task, parts)
    data.fingerprint = _fingerprint(keys, raw, kind)
    return data


def _asked_input(input):
    """An input as it is, one that is named as it is before it knows the data."""
    if not isinstance(input, str):
        return input
    known = {"series": inputs.Series, "texts": inputs.Texts}
    if input not in known:
        raise unknown("input that the data can fill in", input, known)
    return known[input]()


def _read(request):
    """What the reader found, with a name for each sample."""
    raw = read(request)
    asked = kind_of(request.task)
    if asked in _NOTHING and not raw.dense:
        raise KitError(f"{raw.name} {_NOTHING[asked]}")
    raw.names = raw.names or [f"row {row}" for row in range(len(raw))]
    if not len(raw):
        raw.faults.append(Fault(raw.name, "no samples", "at least 2"))
    if raw.faults:
        raise DataError([*raw.faults, *(finding.fault for finding in raw.findings)])
    for field in ("groups", "time"):
        values = getattr(request, field)
        if values is not None and not isinstance(values, str | int) and len(values) != len(raw):
            raise DataError([Fault(field, f"{len(values)} values", f"{len(raw)}, one for each sample")])
    return raw


def _kind(raw, request):
    """The module that knows what is done with inputs and labels of this kind."""
    if raw.dense:
        return boxed if raw.dense == "boxes" else dense
    if series.fits(raw, request):
        return series
    return tables if raw.is_table else pictures


def _leave_out_bad(raw, on_bad):
    """Raises one error for all findings, or leaves their samples out and lists them as issues."""
    findings = raw.findings
    if on_bad == "error":
        raise_if_any(findings)
    bad = {row for finding in findings for row in finding.rows}
    raw.issues += [dataclasses.replace(f.fault, cure="Left out.") for f in findings]
    if bad:
        raw.notes.append(f"{len(bad)} samples are left out because of faults; the issues list them.")
        raw.keep(np.array([row for row in range(len(raw)) if row not in bad], int))
    if not len(raw):
        raise DataError([finding.fault for finding in findings])


def _in_order(task, raw, asked):
    """A task that was found, with its classes in the order that the source gives them."""
    is_found = asked is None or isinstance(asked, str)
    if not (raw.classes and is_found and task is not None and set(task.names) <= set(raw.classes)):
        return task
    return dataclasses.replace(task, classes=tuple(name for name in raw.classes if name in task.names))


def _check_classes(raw, task, asked):
    """Faults of the classes are errors, but for a task that was fitted to other data."""
    faults = check.classes(raw.labels, task, raw.names)
    if asked is None or isinstance(asked, str):  # classes that were found, and then all left out
        faults += check.absent(raw.labels, task)
    if faults and not _is_fitted(task):
        raise DataError(faults)
    raw.issues += faults


def _parts(raw, task, keys, seed):
    """Indices of the parts: the source's own or, where it has none, drawn."""
    classes = _class_numbers(raw.labels, task)
    if raw.times is not None:
        parts = split.split_in_time(tables.moments(raw.times, raw.names))
        raw.notes.append(f"Parts follow one another in time, the test part last: {_sizes(parts)}.")
        raw.issues += _split_groups(raw.groups, parts)
    elif raw.parts is None or raw.groups is not None:
        parts = split.split(len(raw), keys=keys, classes=classes, groups=raw.groups, seed=seed)
        raw.notes.append(_drawn(parts, classes, raw.groups, keys, seed))
    else:
        parts = _own(raw, keys, classes, seed)
    twins = [] if keys is None else check.across_parts(keys, parts, raw.names)
    if twins:
        raw.notes.append(f"{twins[0].where} and others are identical and in two parts; the issues list them.")
    raw.issues += twins
    if not raw.dense:
        raw.issues += check.classes_by_part(raw.labels, task, parts)
    return parts


def _copies(raw, kind, keys):
    """Numbers that are equal where samples are copies of one another; None where none are."""
    if kind is not tables or not tables.must_repeat(raw):
        return keys
    raw.notes.append("Equal rows are no copies: there are more rows than different ones are possible.")
    return None


def _whole(raw):
    raw.notes.append(f"All {len(raw)} samples are in one part, as you said.")
    return {"train": np.arange(len(raw))}


def _split_groups(groups, parts):
    """An issue where parts in time divide groups that were to stay together."""
    if groups is None:
        return []
    inside = [set(np.asarray(groups)[rows].tolist()) for rows in parts.values()]
    divided = {group for own in inside for group in own if sum(group in other for other in inside) > 1}
    if not divided:
        return []
    found = f"{counted(len(divided), 'group')} with rows in several parts, as these follow time"
    return [Fault("parts", found, "whole groups", "Leave out time to keep groups whole, or groups.")]


def _own(raw, keys, classes, seed):
    """The source's own parts; a validation part is drawn from the training part if only that is missing."""
    parts = dict(raw.parts)
    unused = len(raw) - sum(map(len, parts.values()))
    if unused:
        raw.notes.append(f"{unused} samples are in no part and are not used.")
    empty = [
        Fault(f"{part} part", "no samples", "at least 1") for part, rows in parts.items() if not len(rows)
    ]
    if empty:
        raise DataError(empty)
    if "validation" in parts or "test" not in parts:
        return parts
    rows, shares = parts["train"], (0.85, 0.15, 0)
    own = {"keys": keys, "classes": classes}
    own = {name: None if values is None else values[rows] for name, values in own.items()}
    drawn = split.split(len(rows), **own, shares=shares, seed=seed)
    raw.notes.append(
        f"15 % of the training part are drawn for validation (seed {seed}): the source has no such part."
    )
    return {**parts, **{part: rows[indices] for part, indices in drawn.items()}}


def _drawn(parts, classes, groups, keys, seed):
    how = ["each class in these shares"] if classes is not None else []
    together = [name for name, of in (("groups", groups), ("identical samples", keys)) if of is not None]
    how += [f"{' and '.join(together)} together"] if together else []
    return f"Parts are drawn with seed {seed}{''.join(f', {each}' for each in how)}: {_sizes(parts)}."


def _sizes(parts):
    return ", ".join(f"{part} {len(rows)}" for part, rows in parts.items())


def _class_numbers(labels, task):
    """(N,) number of each sample's class; None where there is no one class a sample."""
    if not task.is_classification or isinstance(labels, list) or labels.ndim > 1:
        return None
    number = {label: i for i, label in enumerate(task.classes)}
    return np.array([number[scalar(label)] for label in labels.tolist()])


def _assembled(raw, kind, input, task, parts):
    train = parts["train"]
    if not input.is_fitted:
        input = kind.fitted(input, raw, train)
    if not _is_fitted(task):
        task = (
            kind.fitted_task(task, input, raw, train)
            if raw.dense
            else task.fitted(rows_of(raw.labels, train))
        )
    samples = {part: _samples(raw, kind, input, task, rows) for part, rows in parts.items() if len(rows)}
    if raw.dense == "boxes":
        raw.issues += boxed.crowded(samples)
    if kind is tables:
        raw.notes += _unseen(input, samples)
        raw.issues[:0] = _leaks(raw)  # first: they matter most
    target = tuple(raw.target) if raw.is_table else ()
    return Data(raw.name, input, task, **samples, notes=raw.notes, issues=raw.issues, target=target)


def _samples(raw, kind, input, task, rows):
    inputs, encoded = kind.divided(raw, rows)
    more = (None if values is None else rows_of(values, rows) for values in (raw.sizes, raw.ignored))
    labels = rows_of(raw.labels, rows)
    is_clean = raw.dense == "image" and encoded is not None and encoded[0] is labels[0]
    return Samples(inputs, labels, rows_of(raw.names, rows), input, task, encoded, *more, is_clean)


def _unseen(input, samples):
    """Notes on categories that only other parts than the training part hold."""
    notes = []
    for part in ("validation", "test"):
        for name, counts in (input.unseen(samples[part].inputs) if part in samples else {}).items():
            shown = ", ".join(repr(level) for level in list(counts)[:3]) + (
                ", ..." if len(counts) > 3 else ""
            )
            notes.append(
                f"Column {name!r}: {shown} of the {part} part are rare or not in training; they are unknown."
            )
    return notes


def _leaks(raw):
    if isinstance(raw.labels, list) or raw.labels.ndim > 1:
        return []
    issues = give_away(raw.inputs, raw.labels, raw.target[0] if raw.target else "the target")
    raw.notes += [f"{issue.where.capitalize()} {issue.found}. {issue.cure}" for issue in issues]
    return issues


def _is_fitted(task):
    return getattr(task, "prior", None) is not None or getattr(task, "mean", None) is not None


def _fingerprint(keys, raw, kind):
    digest, labels = hashlib.sha256(np.ascontiguousarray(keys, "uint64").tobytes()), raw.labels
    if raw.dense:
        digest.update(kind.fingerprint(labels))
        return digest.hexdigest()
    digest.update(repr(labels if isinstance(labels, list) else labels.tolist()).encode("utf-8", "replace"))
    return digest.hexdigest()
