"""Predict with a saved model: images, folders of them, tables, series."""

import contextlib
import csv
import io
import math
import os
from pathlib import Path

from kit.cli import output
from kit.cli.arguments import one_of
from kit.errors import counted
from kit.quiet import quiet

FORMATS = ("csv", "json", "png", "overlay", "coco", "voc", "yolo")
_PICTURES = ("png", "overlay", "voc", "yolo")  # one file an image, in the folder --out
_FITTING = {  # --as: what the model has to say, and what is said of others
    "png": (lambda task: task.is_dense, "masks and images"),
    "overlay": (lambda task: task.form == "boxes" or task.form.endswith("mask"), "masks and boxes"),
    "coco": (lambda task: task.form == "boxes" or task.form.endswith("mask"), "masks and boxes"),
    "voc": (lambda task: task.form == "boxes", "boxes"),
    "yolo": (lambda task: task.form == "boxes", "boxes"),
}


def add_to(commands):
    """Adds this command to the parser."""
    command = commands.add_parser("predict", help=__doc__, description=__doc__)
    command.add_argument("artifact", metavar="ARTIFACT", help="folder under saved_models/")
    command.add_argument(
        "inputs", metavar="INPUT", nargs="+", help="images, folders of images, tables, or series"
    )
    command.add_argument(
        "--out", metavar="PATH", help="file to write, or folder of pictures; without it, stdout"
    )
    command.add_argument(
        "--as",
        dest="format",
        type=one_of("format", FORMATS),
        metavar="FORMAT",
        help="csv (default), json, png (masks and images), overlay or coco (masks and boxes), "
        "voc or yolo (boxes); by the ending of --out",
    )
    command.add_argument(
        "--mirror",
        action="store_true",
        help="masks and images: mean over the ways an image may lie, for 2 to 8 times the time",
    )
    return command


def run(args):
    """Predicts and prints, or writes."""
    with output.words_on_stderr():
        text, predictions = _predicted(args)
    if args.format in _PICTURES:
        output.say(f"{counted(len(predictions), 'file')}: {args.out}")
    elif args.out:
        from kit import storage

        storage.write_text(args.out, text)
        output.say(f"{counted(len(predictions), 'prediction')}: {args.out}")
    if args.json:
        output.emit({"predictions": predictions})
    elif not args.out and text:
        print(text, end="")
    return 0


def _predicted(args):
    import kit
    from kit.artifact import twin
    from kit.inputs.table import unseen

    if not twin.is_there(Path(args.artifact)):
        _import_keras()
    predictor = kit.load(args.artifact)
    form = args.format = _format(args, predictor.task)
    _check_format(form, args.out, predictor.task)
    names, inputs = collected(args.inputs, predictor.input, predictor.card.get("settings"))
    if form in _PICTURES:
        files = _files_for(names, Path(args.out))
        return "", [
            _drawn(predictor, name, item, file, args)
            for name, item, file in zip(names, inputs, files, strict=True)
        ]
    for sentence in unseen(predictor.input, inputs):
        output.say(f"warning: {sentence}")
    decisions = predictor(inputs, mirror=args.mirror)
    predictions = [
        {"input": name, **decision.to_json()} for name, decision in zip(names, decisions, strict=True)
    ]
    if form == "json":
        return _as_json({"predictions": predictions}), predictions
    if form == "coco":
        return _as_json(_as_coco(below_shared(names), inputs, decisions, predictor.task)), predictions
    return _as_csv(names, decisions), predictions


def _files_for(names, out):
    """The file of each image without its suffix: in the folder `out`, or `out` itself if it is a picture."""
    if len(names) == 1 and out.suffix == ".png" and not out.is_dir():
        return [out.with_suffix("")]
    return [out / stem for stem in stems(names)]


def _as_coco(names, inputs, decisions, task):
    from kit.artifact import boxes, masks

    if task.form == "boxes":
        sizes = list(map(_size, inputs))
        return boxes.as_coco(names, list(map(_objects, decisions)), task.classes, sizes, task.numbers)
    first = 1 if task.has_background else 0
    numbers = None if task.overlapping else task.numbers
    return masks.as_coco(names, [each.mask for each in decisions], task.classes, first, numbers)


def _import_keras():
    """Silently: it takes seconds and talks about itself. Where it is absent, loading says so."""
    with contextlib.suppress(ImportError), quiet():
        import keras  # noqa: F401


def collected(words, input, settings=None):
    """(names, inputs) of all that was named on the command line.

    Args:
        words: images and folders for `Images`, tables for `Table` and `Texts`, files of series for `Series`.
        input: what the model takes.
        settings: of the training: which columns of a table are what.

    Raises:
        DataError: if one is not there; names all of them.
    """
    from kit.errors import DataError, Fault

    absent = [Fault(word, "no such file or folder") for word in words if not Path(word).exists()]
    if absent:
        raise DataError(absent)
    if input.rank == 3:
        return _series(words, input, settings or {})
    return _files(words) if input.rank == 4 else _rows(words, input)


def _files(words):
    from kit.artifact.predictor import expanded

    found = [expanded(word) for word in words]
    files = [file for each in found for file in (each if isinstance(each, list) else [each])]
    _check_images(files)
    return list(map(str, files)), files


def _check_images(files):
    """Raises a DataError that names all files that are no images by their headers, before one is decoded."""
    from kit.errors import DataError
    from kit.inputs import pixels

    faults = []
    for file in files:
        try:
            pixels.header(file)
        except pixels.Unreadable as error:
            faults.append(error.fault(str(file)))
    if faults:
        raise DataError(faults)


def stems(names):
    """What the files of these images are called, without suffix, so that none takes the place of another.

    Their own names where these differ; else with the folders below the one they share, and where that is not
    enough, with their suffix.

    Example:
        >>> stems(["in/a.png", "in/b.png"]), stems(["in/1/a.png", "in/2/a.png"]), stems(["a.png", "a.bmp"])
        (['a', 'b'], ['1/a', '2/a'], ['a.png', 'a.bmp'])
    """
    below = [Path(name) for name in below_shared(names)]
    several = len(set(below))
    for choice in ([path.stem for path in below], [str(path.with_suffix("")) for path in below]):
        if len(set(choice)) == several:
            return choice
    return list(map(str, below))


def below_shared(names):
    """The paths as seen from the deepest folder that holds all of them, which is what a COCO file names.

    Example:
        >>> below_shared(["in/a.png", "in/b.png"]), below_shared(["in/1/a.png", "in/2/a.png"])
        (['a.png', 'b.png'], ['1/a.png', '2/a.png'])
    """
    paths = [Path(os.path.abspath(name)) for name in names]
    shared = os.path.commonpath([path.parent for path in paths])
    return [path.relative_to(shared).as_posix() for path in paths]


def _rows(words, input):
    import pandas as pd

    from kit.data.tables import with_numbers

    tables = [(word, *_table(word, input)) for word in words]
    many = len(tables) > 1
    names = [f"{word}: {name}" if many else name for word, names, _ in tables for name in names]
    rows = pd.concat([frame for _, _, frame in tables], ignore_index=True)
    return names, with_numbers(rows, getattr(input, "columns", ()))


def _series(words, input, settings):
    from kit.data import series

    named = [(word, *series.to_predict(_read(word), input, settings)) for word in words]
    names = [" ".join(filter(None, (word, name))) for word, found, _ in named for name in found]
    return names, [one for _, _, found in named for one in found]


def _table(word, input):
    """(names of the rows, DataFrame) of one file, read as for training."""
    from kit.errors import DataError

    raw = _read(word, input)
    if not raw.is_table:
        raise DataError(f"{word}: no table, and the model takes a table")
    return raw.names, raw.inputs


def _read(word, input=None):
    """What is in one file, without the siblings that the file of a training part comes with."""
    from kit.data import readers
    from kit.errors import DataError

    raw = readers.read(readers.Request(source=word, input=input))
    faults = [*raw.faults, *(finding.fault for finding in raw.findings)]
    if faults:
        raise DataError(faults)
    raw.names = raw.names or [f"row {row}" for row in range(len(raw))]
    file = Path(word).name
    here = [row for row, name in enumerate(raw.names) if name.startswith(("row ", f"{file} row "))]
    raw.keep(here)
    return raw


def _format(args, task):
    """The format that is asked for: by its name, else by the ending of the file, else what the model says.

    Raises:
        KitError: if the ending is that of no format.
    """
    from kit.errors import KitError

    ending = Path(args.out or "").suffix.lstrip(".").lower()
    if args.format or ending in FORMATS:
        return args.format or ending
    if ending not in ("", "txt"):
        known = ", ".join(f".{name}" for name in FORMATS)
        raise KitError(f"--out {args.out}: no format has this ending. Known: {known}; or say --as csv.")
    return "png" if task.form == "image" and not args.json else "csv"


def _check_format(form, out, task):
    """Raises a KitError where the format does not fit the task, or has nowhere to go."""
    from kit.artifact import masks
    from kit.errors import KitError

    fits, what = _FITTING.get(form, (lambda task: True, ""))
    if not fits(task):
        raise KitError(f"--as {form} writes {what}, and this model is for {task.describe()}.")
    labels = len(task.names) if task.form == "multilabel mask" else 0
    if form == "png" and labels > masks.MOST_LABELS:
        raise KitError(
            f"--as png holds at most {masks.MOST_LABELS} labels that overlap, and this model has {labels}. "
            "Take --as coco or json."
        )
    if form in _PICTURES and not out:
        raise KitError(f"--as {form} writes a file for each image. Say into which folder: --out DIR.")


def _drawn(predictor, name, item, file, args):
    """Writes the file of one image, `file` without suffix; -> what --json says of it."""
    from kit import storage
    from kit.artifact import masks
    from kit.inputs import pixels

    decision = predictor(item, mirror=args.mirror)
    if decision.boxes_xyxy is not None:
        return _marked(predictor, name, item, file, args, decision)
    if decision.image is not None:
        picture = masks.as_picture(decision.image, predictor.task.white)
    elif args.format == "png":
        picture = masks.as_png(decision.mask, predictor.task.numbers)
    else:
        own = pixels.decode(item, (None, None), predictor.input.channels)
        picture = masks.as_overlay(own / 255, decision.mask, len(predictor.task.classes))
    path = file.with_name(f"{file.name}.png")
    storage.write_bytes(path, picture)
    return {"input": name, "file": str(path), **decision.to_json()}


def _marked(predictor, name, item, file, args, decision):
    """Writes the boxes of one image, on it or as text; -> what --json says of it."""
    from kit import draw, storage
    from kit.artifact import boxes
    from kit.inputs import pixels

    form, classes, found = args.format, predictor.task.classes, _objects(decision)
    ending = {"voc": "xml", "yolo": "txt"}.get(form, "png")
    path = file.with_name(f"{file.name}.{ending}")
    if form == "voc":
        storage.write_text(path, boxes.as_voc(Path(name).name, found, _size(item), predictor.input.channels))
    elif form == "yolo":
        storage.write_text(path, boxes.as_yolo(found, _size(item), classes, predictor.task.numbers))
    else:
        picture = pixels.decode(item, (None, None), predictor.input.channels) / 255
        colors = dict(zip(classes, draw.class_colors(len(classes)), strict=True))
        storage.write_bytes(path, draw.with_boxes(picture, *found[:2], colors, found[2]))
    return {"input": name, "file": str(path), **decision.to_json()}


def _objects(decision):
    """(boxes, names, scores) of one image."""
    return decision.boxes_xyxy, decision.labels, decision.scores


def _size(item):
    from kit.inputs import pixels

    return pixels.size(item)


def _as_json(found):
    import json

    return json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _as_csv(names, decisions):
    """A row a decision or, of boxes, a row a box; what a spreadsheet would run is made inert."""
    from kit.artifact.predictor import columns_of, rows
    from kit.plain import inert, writable

    def cell(value):
        return None if isinstance(value, float) and math.isnan(value) else inert(value)

    found = [{"input": name, **each} for name, each in rows(names, decisions)]
    columns = dict.fromkeys(["input", *columns_of(decisions), *(name for each in found for name in each)])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(cell, columns))
    writer.writerows([cell(each.get(column)) for column in columns] for each in found)
    return writable(text.getvalue())
