"""YOLO's folders: what data.yaml says, where the images of each part are, and the label file of each."""

import dataclasses
import re
from pathlib import Path

from kit.data import pairs
from kit.data.class_names import class_names
from kit.errors import Fault
from kit.inputs.pixels import SUFFIXES

CONFIGS = ("data.yaml", "dataset.yaml", "config.yaml")
NAMES = ("obj.names", "_darknet.labels")  # of class names, a name a line
_KEYS = {"train": "train", "validation": "val", "test": "test"}


@dataclasses.dataclass
class Config:
    """What a data.yaml says.

    Args:
        file: its path.
        places: what it names for each part: folders, or text files that list images.
        names: class names by number.
    """

    file: Path
    places: dict
    names: dict


def config_of(path):
    """The `Config` of a YAML file, or of the first in a folder that names images to train on; else None.

    Of YAML only what data sets write there is read, which needs no YAML package.

    Example:
        >>> _ = (folder / "data.yaml").write_text("train: images/train\\nnc: 2\\nnames: [cat, dog]\\n")
        >>> found = config_of(folder)
        >>> found.places, found.names
        ({'train': ['images/train']}, {0: 'cat', 1: 'dog'})
    """
    if path.is_dir():
        files = [path / name for name in CONFIGS if (path / name).is_file()]
        files += sorted(file for file in path.glob("*.y*ml") if file not in files)
    else:
        files = [path] if path.suffix.lower() in (".yaml", ".yml") else []
    for file in files:
        text = file.read_text("utf-8-sig", errors="replace")
        places = {part: _values(text, key) for part, key in _KEYS.items()}
        places["validation"] = places["validation"] or _values(text, "valid")
        if places["train"]:
            found = {part: several for part, several in places.items() if several}
            return Config(file, found, _names(text, file))
    return None


def images_of(config):
    """(images by part, faults): the image files of the folders and lists that a `Config` names.

    Paths are looked for from the folder of the file, from its `path`, and without "../" before them,
    as exports write more of these than there are folders.
    """
    found, faults = {}, []
    text = config.file.read_text("utf-8-sig", errors="replace")
    bases = [config.file.parent / value for value in _values(text, "path")] + [config.file.parent]
    for part, entries in config.places.items():
        for entry in entries:
            place = _found(entry, bases)
            if place is None:
                expected = "a folder of images, or a list of them"
                faults.append(Fault(f"{config.file.name}, {_KEYS[part]}", f"no {entry}", expected))
                continue
            if place.is_dir():
                images, more = pairs.files_below(place, place)
            else:
                images, more = _listed(place, bases)
            found[part] = list(dict.fromkeys([*found.get(part, []), *images]))
            faults += more
    return found, faults


def label_of(image, root):
    """The label file of an image, or None: labels/ in place of images/, or beside it, or below `root`.

    Args:
        image: path.
        root: the folder of data.yaml, which may hold the labels of images that lie elsewhere.
    """
    folders, name = image.parent.parts, f"{image.stem}.txt"
    spots = []
    for place in reversed(range(len(folders))):
        if folders[place].lower() == "images":
            after = folders[place + 1 :]
            spots.append(Path(*folders[:place], "labels", *after, name))
            spots.append(root.joinpath("labels", *after, name))
            spots.append(Path(*folders[:place], *after[:1], "labels", *after[1:], name))
    spots.append(image.with_suffix(".txt"))
    return next((spot for spot in spots if spot.is_file()), None)


def names_in(folders):
    """(class names by number, file) from the first of these folders that has some; else ({}, None)."""
    for folder in folders:
        for name in NAMES:
            if (folder / name).is_file():
                lines = (folder / name).read_text("utf-8-sig", errors="replace").splitlines()
                return dict(enumerate(line.strip() for line in lines if line.strip())), folder / name
        named, file = class_names(folder)
        if named:
            return {key: value for key, value in named.items() if isinstance(key, int)}, file
    return {}, None


def is_label(file):
    """Whether a text file holds a line of a class number and a box or an outline.

    Example:
        >>> _ = (folder / "7.txt").write_text("0 0.5 0.5 0.2 0.2\\n")
        >>> is_label(folder / "7.txt")
        True
    """
    with open(file, encoding="utf-8", errors="replace") as lines:
        first = next((line.split() for line in lines if line.strip()), [])
    try:
        return len(first) >= 5 and first[0].isdigit() and bool([float(cell) for cell in first[1:]])
    except ValueError:
        return False


def _values(text, key):
    """The value of a top-level key: one, those in brackets, or those of a list below it; [] for none."""
    start = re.search(rf"^{key}:[ \t]*([^#\n]*)", text, re.MULTILINE)
    if not start:
        return []
    value = start[1].strip()
    if value.startswith("["):
        found = text[start.start(1) + 1 :].partition("]")[0].split(",")
    elif value:
        found = [value]
    else:
        below = re.match(r"\n((?:[ \t]*-[ \t]+[^\n]*\n?)*)", text[start.end() :])
        found = re.findall(r"-[ \t]+([^#\n]*)", below[1]) if below else []
    return [item for item in (value.strip().strip("'\"") for value in found) if item]


def _names(text, file):
    from kit.data.class_names import of_yaml

    found = of_yaml(text)
    count = _values(text, "nc")
    if not found and count and count[0].isdigit():
        return {number: number for number in range(int(count[0]))}
    found = found or names_in([file.parent])[0]
    return {number: name if str(name).strip() else number for number, name in found.items()}


def _found(entry, bases):
    entry = entry.replace("\\", "/")
    bare = re.sub(r"^(\.\.?/)+", "", entry)
    tail = "/".join(bare.strip("/").split("/")[-2:])
    ways = [(base, name) for name in (entry, bare, tail) for base in bases]
    ways += [(base.parent, bare) for base in bases]
    return next((base / name for base, name in ways if (base / name).exists()), None)


def _listed(file, bases):
    """(images, faults) of a text file that lists a path a line."""
    images, faults = [], []
    for number, line in enumerate(file.read_text("utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        image = _found(line.strip(), [*bases, file.parent])
        if image is None or image.suffix.lower() not in SUFFIXES:
            faults.append(Fault(f"{file.name}, line {number}", repr(line.strip()), "the path of an image"))
        else:
            images.append(image)
    return images, faults
