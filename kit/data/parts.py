"""Parts: finding the training, validation and test part that a source itself has."""

import unicodedata
from pathlib import Path

import numpy as np

from kit.data.raw import PARTS, renumbered
from kit.errors import DataError, Fault

SPELLINGS = {
    "train": ("train", "training"),
    "validation": ("val", "valid", "validation"),
    "test": ("test", "testing"),
}
_VOC_LISTS = {"train": ("train", "trainval"), "validation": ("val",), "test": ("test",)}
_PART_OF = {spelling: part for part, spellings in SPELLINGS.items() for spelling in spellings}


def part_named(name):
    """The part that a folder or file name stands for; None if it stands for none.

    Example:
        >>> part_named("Valid"), part_named("cats")
        ('validation', None)
    """
    return _PART_OF.get(name.lower())


def of_table(path, read):
    """A table file and its parts: `_TRAIN`, `_VAL` and `_TEST` siblings, or lists of rows in splits/.

    Args:
        path: the file that was asked for.
        read: function of a path that gives its DataFrame, the 0-based number in the file of each
            row (some are missing where a row could not be read), and the count of all rows.

    Returns:
        (DataFrame, names of the rows, indices of the parts or None, notes).

    Raises:
        DataError: if the files have different columns, or a list does not fit the table.
    """
    siblings = _siblings(path)
    if siblings:
        return _joined({part: (file, *read(file)) for part, file in siblings.items()})
    frame, numbers, count = read(path)
    names = [f"row {number}" for number in numbers]
    files = split_files(path.parent, path.stem) or split_files(path.parent, _without_part(path.stem))
    if not files:
        return frame, names, None, []
    parts = renumbered(from_rows(files, count), np.asarray(numbers, int), count)
    return frame, names, parts, [listed_in(files)]


def _without_part(stem):
    """ "gun" of "gun_TRAIN"; other stems as they are."""
    first, _, last = stem.rpartition("_")
    return first if first and part_named(last) == "train" else stem


def _siblings(path):
    stem = _without_part(path.stem)
    if stem == path.stem:
        return {}
    others = path.parent.glob(f"{stem}_*{path.suffix}")
    found = {part_named(other.stem[len(stem) + 1 :]): other for other in others}
    found = {part: found[part] for part in PARTS if part in found}
    return found if len(found) > 1 else {}


def _joined(read):
    import pandas as pd

    columns = list(read["train"][1].columns)
    faults = [
        Fault(file.name, f"columns {', '.join(frame.columns)}", ", ".join(columns))
        for file, frame, *_ in read.values()
        if set(frame.columns) != set(columns)
    ]
    if faults:
        raise DataError(faults)
    ends = np.cumsum([0, *(len(frame) for _, frame, *_ in read.values())])
    parts = {part: np.arange(ends[i], ends[i + 1]) for i, part in enumerate(read)}
    names = [f"{file.name} row {number}" for file, _, numbers, _ in read.values() for number in numbers]
    note = f"The parts are the files {', '.join(file.name for file, *_ in read.values())}."
    frame = pd.concat([frame[columns] for _, frame, *_ in read.values()], ignore_index=True)
    return frame, names, parts, [note]


def listed_in(files):
    """A sentence that names the lists of the parts."""
    return f"The parts are listed in {', '.join(f'{f.parent.name}/{f.name}' for f in files.values())}."


def split_files(folder, stem=None):
    """The lists of samples in `folder`/splits, by part: <part>.txt or <stem>_<part>.txt; {} if none."""
    found = {}
    for path in sorted((folder / "splits").glob("*.txt")):
        prefix, _, last = path.stem.rpartition("_")
        if part_named(last) and prefix in ("", stem):
            found.setdefault(part_named(last), path)
    return found if "train" in found else {}


def voc_lists(root, kind):
    """The lists of Pascal VOC's ImageSets/<kind> by part; {} if there is none for training.

    Args:
        root: the folder that the user named; the lists may lie in it, beside it or in a folder below it.
        kind: "Main" for boxes, "Segmentation" for masks.
    """
    homes = [root, root.parent, *(folder for folder in sorted(root.glob("*")) if folder.is_dir())]
    for folder in (home / "ImageSets" / kind for home in homes):
        files = {part: [folder / f"{name}.txt" for name in names] for part, names in _VOC_LISTS.items()}
        found = {part: next(filter(Path.is_file, paths), None) for part, paths in files.items()}
        if found["train"]:
            return {part: file for part, file in found.items() if file}
    return {}


def from_rows(files, count):
    """Parts from lists of 0-based rows.

    Raises:
        DataError: names every line that is no row, or a row of another part.

    Example:
        >>> _ = (folder / "train.txt").write_text("0\\n2\\n")
        >>> from_rows({"train": folder / "train.txt"}, count=3)["train"]
        array([0, 2])
    """
    known = {str(row): row for row in range(count)}
    return _listed(files, known, f"a row from 0 to {count - 1}")


def from_paths(files, relative):
    """Parts from lists of relative paths, or of names with or without suffix where these are unique.

    Args:
        files: list file of each part.
        relative: path of each sample, relative to the folder, with "/" between.

    Raises:
        DataError: names every line that is no sample, or one of another part.
    """
    known = {}
    for name_of in (_stem, _last, str):  # later ones win: whole paths over file names over stems
        names = [name_of(path) for path in relative]
        counts = dict.fromkeys(names, 0)
        for name in names:
            counts[name] += 1
        known |= {_normal(name): row for row, name in enumerate(names) if counts[name] == 1}
    return _listed(files, known, "the path of a sample")


def _listed(files, known, expected):
    parts, seen, faults = {}, {}, []
    for part, file in files.items():
        rows = []
        for number, line in enumerate(file.read_text("utf-8-sig").splitlines(), start=1):
            name = _normal(line.strip())
            if not name:
                continue
            where, row = f"{file.parent.name}/{file.name}, line {number}", known.get(name)
            if row is None:
                faults.append(Fault(where, repr(name), expected))
            elif row in seen:
                faults.append(Fault(where, repr(name), "each sample once", f"It is also in {seen[row]}."))
            else:
                rows.append(row)
                seen[row] = where
        parts[part] = np.array(sorted(rows), int)
    if faults:
        raise DataError(faults)
    return parts


def _normal(name):
    return unicodedata.normalize("NFC", name.removeprefix("./"))


def _last(path):
    return path.rsplit("/", 1)[-1]


def _stem(path):
    return _last(path).rsplit(".", 1)[0]
