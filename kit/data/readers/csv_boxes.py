"""Tables of boxes: CSV files with a row for each object, its image, its class and its box."""

import csv
import functools
import re
from pathlib import Path

import numpy as np

from kit.data import beside, box_formats, coco, pairs, parts
from kit.data.box_columns import Columns, columns_of
from kit.data.marked import Marked, collect
from kit.data.raw import Raw
from kit.data.readers import READERS, existing
from kit.data.readers.delimited import SUFFIXES, table_of
from kit.data.readers.tasks import kind_of
from kit.errors import Fault
from kit.inputs.findings import Finding
from kit.inputs.pixels import SUFFIXES as IMAGES
from kit.inputs.values import is_missing

_LOOKED_AT = 65536  # bytes at the start of a file in which its header is looked for
_MOST = 12  # CSV files of a folder that are looked into
_ONE_CLASS = "object"  # what objects are called where no column says
_COMPLETE = "_annotations.csv"  # lists all objects of its folder (Roboflow): other images have none


def _takes(source, task=None):
    path = existing(source)
    return path is not None and kind_of(task) in (None, "detection") and bool(_files(path))


@READERS.register("CSV boxes", takes=_takes, by_task=True, order=9)
def read(request):
    """Images and their boxes: filename,xmin,ymin,xmax,ymax,class in any order, and the usual variants.

    Known are corners, or corner or centre with width and height, in pixels or as shares of the
    sides, also all four in one column `bbox`; without header: file, x1, y1, x2, y2, class. A row
    with an empty box is an image without objects. Parts: a column `split`, `_train` and `_test` files,
    the folders of the images, or lists in splits/.
    """
    files = _files(request.path)
    root = request.path if request.path.is_dir() else request.path.parent
    raw = Raw(request.path.resolve().stem, [], dense="boxes")
    images, faults = pairs.files_below(root, root)
    raw.faults, near, marked, told, forms = faults, beside.Nearest(images), {}, {}, set()
    for file in files:
        table, columns, own, findings = _table(file, root, raw, alone=len(files) == 1)
        raw.findings += findings
        forms.add(columns.form)
        raw.findings += _collect(table, columns, file, (near, root), marked, told, own)
    every = list(marked.values())
    if any(file.name == _COMPLETE for file in files):
        every += [Marked(image, "") for image in beside.unmarked(images, every, raw, "row")]
    collect(raw, every, functools.partial(_form, forms), root, said=request.box_format)
    told = [told.get(each.image) or "" for each in every]
    beside.find_parts(raw, root, told=told if all(told) else None)
    return raw


def _files(path):
    """The CSV files of boxes that a path stands for."""
    if path.is_file():
        return [path] if path.suffix.lower() in SUFFIXES and _has_boxes(path) else []
    places = [path, *sorted(folder for folder in path.iterdir() if folder.is_dir())]
    every = [file for place in places for file in sorted(place.glob("*.csv"))]
    return [file for file in every if _has_boxes(file)] if len(every) <= _MOST else []


def _has_boxes(file):
    with open(file, "rb") as stream:
        text = stream.read(_LOOKED_AT).decode("utf-8-sig", "replace")
    lines = text.splitlines()[:1]
    if not lines or "\0" in text:
        return False
    separator = max(",;\t|", key=lines[0].count)
    cells = next(csv.reader(lines, delimiter=separator, skipinitialspace=True), [])
    return columns_of(cells) is not None or _is_row(cells)


def _is_row(cells):
    """Whether these are a file name, a box and a class: a row of a file without header."""
    return len(cells) == 6 and Path(cells[0]).suffix.lower() in IMAGES and _is_box(cells[1:5])


def _is_box(cells):
    return not any(cells) or all(re.fullmatch(r"-?\d+(\.\d*)?", cell.strip()) for cell in cells)


def _table(file, root, raw, alone):
    """(DataFrame, its `Columns`, part of each row, findings)."""
    findings = []

    def read_file(path):
        table, numbers, count, what, bad = table_of(path)
        findings.extend(bad)
        raw.notes.append(f"Took {pairs.shown(path, root)} for boxes: {what}, {len(table)} rows.")
        return table, numbers, count

    if alone:
        table, names, own, notes = parts.of_table(file, read_file)
        raw.notes += notes
    else:
        table, numbers, _ = read_file(file)
        names, own = [f"row {number}" for number in numbers], None
    table.attrs["names"] = names
    columns = columns_of(table.columns) or Columns(
        "column_0", ("column_1", "column_2", "column_3", "column_4"), "column_5", "xyxy"
    )
    part_of_row = np.full(len(table), coco.part_of(file) or "", object)
    if columns.part:
        part_of_row[:] = [parts.part_named(str(value)) or "" for value in table[columns.part]]
    for part, rows in (own or {}).items():
        part_of_row[rows] = part
    return table, columns, part_of_row, findings


def _collect(table, columns, file, where, marked, told, own):
    """Adds the objects of a table to `marked`, and the parts of their images to `told`: both by image.

    Returns findings of rows that name no image.
    """
    (near, root), found = where, []
    shown = pairs.shown(file, root)
    labels = table[columns.label].tolist() if columns.label else [_ONE_CLASS] * len(table)
    boxes = table[list(columns.box)].to_numpy(object).tolist()
    sizes = table[list(columns.size)].to_numpy(object).tolist() if columns.size else [None] * len(table)
    names = table[columns.image].tolist()
    places = _images({str(name) for name in names if not is_missing(name)}, file, near, root)
    for row, name in enumerate(names):
        if is_missing(name):
            fault = Fault(f"{shown}, {table.attrs['names'][row]}", "no image", "the name of its file")
            found.append(Finding(fault))
            continue
        image = places[str(name)]
        told[image] = own[row]
        if image not in marked:
            marked[image] = Marked(image, shown, _size(sizes[row]))
        if not all(is_missing(cell) for cell in boxes[row]):
            marked[image].add(_label(labels[row]), _numbers(boxes[row]), table.attrs["names"][row])
    return found


def _images(names, file, near, root):
    """The image of each name: where the name says, else one of that file name that no other name says."""
    images = {name: coco.image_of(name.replace("\\", "/"), file, root) for name in names}
    said = {image for image in images.values() if image.is_file()}
    for name, image in images.items():
        other = None if image in said else near.of(file, beside.last(name))
        images[name] = image if other is None or other in said else other
    return images


def _label(cell):
    """A class as it was written: rows without one make pandas write whole numbers as decimals."""
    if is_missing(cell):
        return None
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _numbers(cells):
    if len(cells) == 1:  # all four in one: "[1, 2, 3, 4]"
        return re.findall(r"[-+.\deE]+", str(cells[0]))
    return cells


def _size(cells):
    try:
        return None if cells is None else tuple(int(cell) for cell in cells)
    except (TypeError, ValueError, OverflowError):
        return None


def _form(forms, numbers, sizes):
    """The format of the boxes and why: as the columns say, in pixels unless no number exceeds 1."""
    named = forms.pop() if len(forms) == 1 else ""
    if not named:
        found = box_formats.guessed(numbers, sizes)
        return found, f"Boxes are read as {found}, which most of them fit."
    if len(numbers) and (numbers <= 1).all():
        return f"rel_{named}", f"Boxes are read as shares of the sides (rel_{named}): no number exceeds 1."
    return named, f"Boxes are read as {named} in pixels, as their columns are called."
