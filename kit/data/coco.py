"""COCO files: where they lie, what is in them, where their images are and of which part they are."""

import json
import re

import numpy as np

from kit.data.parts import part_named
from kit.data.raw import PARTS
from kit.errors import DataError, Fault

KEYS = ("images", "annotations", "categories")
_FIELDS = {  # that are needed, and their types
    "images": {"id": (int, str), "file_name": str},
    "categories": {"id": (int, str), "name": (int, str)},
    "annotations": {"image_id": (int, str)},
}
_NAMES = re.compile(r"_?annotations(\.coco)?\.json|instances_\w+\.json|.*\.coco\.json")
_MOST = 12  # JSON files of any name in a folder that are looked into


def files_of(path, deep=False):
    """The COCO files that a path stands for, in the order of the parts: by the names exports give them.

    Args:
        path: of a file or a folder.
        deep: whether files of other names count too where none has such a name, if they hold `KEYS`.

    Example:
        >>> _ = (folder / "instances_val2017.json").write_text("{}")
        >>> [file.name for file in files_of(folder)]
        ['instances_val2017.json']
    """
    if path.is_file():
        return [path] if path.suffix == ".json" and (not deep or _holds_keys(path)) else []
    places = [path, *sorted(folder for folder in path.iterdir() if folder.is_dir())]
    every = [file for place in places for file in sorted(place.glob("*.json"))]
    found = [file for file in every if _NAMES.fullmatch(file.name)]
    if deep:
        found = [file for file in found or every[: _MOST * (len(every) <= _MOST)] if _holds_keys(file)]
    return sorted(found, key=lambda file: PARTS.index(part_of(file) or "test"))


def part_of(file):
    """The part that the name of a file or its folder stands for, or None.

    Example:
        >>> from pathlib import Path
        >>> part_of(Path("annotations/instances_val2017.json")), part_of(Path("annotations.json"))
        ('validation', None)
    """
    words = re.split(r"[_\d]+", file.stem)
    return next(filter(None, map(part_named, [*words, file.parent.name])), None)


def content_of(path):
    """What is in a COCO file.

    Raises:
        DataError: if it is no JSON, holds no images, annotations and categories, or some of these are
            without id or name.
    """
    try:
        content = json.loads(path.read_text("utf-8-sig"))
    except ValueError as error:
        raise DataError([Fault(str(path), f"not readable as JSON ({error})", "a COCO file")]) from error
    missing = set(KEYS) - set(content if isinstance(content, dict) else ())
    if missing:
        raise DataError([Fault(str(path), f"no {', '.join(sorted(missing))}", "a COCO file")])
    faults = [fault for key in KEYS for fault in _faults(content[key], key, path)]
    if faults:
        raise DataError(faults)
    return content


def _faults(several, key, path):
    """What is wrong with the form of the images, annotations or categories of a file."""
    if not isinstance(several, list) or not all(isinstance(each, dict) for each in several):
        return [Fault(str(path), f"{key} that are no list of objects", "a COCO file")]
    return [
        Fault(str(path), f"number {place} of its {key} has no {field}", f"{field} for each of them")
        for field, kinds in _FIELDS[key].items()
        for place, each in enumerate(several)
        if not isinstance(each.get(field), kinds)
    ]


def size_of(image):
    """(height, width) that a COCO file gives for an image; None where it gives none.

    Example:
        >>> size_of({"height": "32", "width": 40.0}), size_of({"file_name": "a.png"})
        ((32, 40), None)
    """
    try:
        sides = tuple(float(image[side]) for side in ("height", "width"))
    except (KeyError, TypeError, ValueError):
        return None
    return tuple(map(int, sides)) if all(side >= 1 and side.is_integer() for side in sides) else None


def image_of(name, path, root):
    """Where an image lies: beside the file, or in one of the folders COCO has them in.

    Args:
        name: `file_name` in the COCO file.
        path: of the COCO file.
        root: the folder that the user named.
    """
    folder = path.stem.removeprefix("instances_")
    places = [path.parent, root, *(top / sub for top in (path.parent, root) for sub in ("images", folder))]
    places += [top / "images" / folder for top in (root, root.parent)] + [root.parent / folder]
    return next((place / name for place in places if (place / name).is_file()), path.parent / name)


def parts_of(files, contents):
    """Rows of each part; None where the files do not say."""
    found, start = {}, 0
    for file, content in zip(files, contents, strict=True):
        rows = np.arange(start, start + len(content["images"]))
        start += len(rows)
        part = part_of(file)
        found[part] = np.concatenate([found[part], rows]) if part in found else rows
    return found if "train" in found and None not in found else None


def listed(contents):
    """The categories that are classes, as (id, name): those that are used, and those that are no groups.

    Roboflow lists the group of all classes as a category of its own.
    """
    categories = [category for content in contents for category in content["categories"]]
    used = {str(annotation.get("category_id")) for each in contents for annotation in each["annotations"]}
    groups = [category.get("supercategory") for category in categories]
    return [
        (category["id"], category["name"])
        for category in categories
        if str(category["id"]) in used or category["name"] not in groups
    ]


def _holds_keys(path):
    """Whether the keys are there; a file is not parsed for it, which takes 10 s for COCO's own."""
    content = path.read_bytes()
    if all(f'"{key}"'.encode() in content for key in KEYS):
        return True
    return bool(_NAMES.fullmatch(path.name)) and not _is_json(content)  # reading it says what is wrong


def _is_json(content):
    try:
        json.loads(content)
    except ValueError:
        return False
    return True
