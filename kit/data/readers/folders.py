"""Folders of images, one folder a class; with folders train, val and test around them or without."""

import collections
import os
import unicodedata
from pathlib import Path

import numpy as np

from kit.data import parts
from kit.data.raw import PARTS, Raw
from kit.data.readers import READERS, existing
from kit.errors import Fault
from kit.inputs.pixels import SUFFIXES

_NO_CLASS = ("splits", "__macosx", "__pycache__")
_SHOWN = 5


def _takes(source):
    path = existing(source)
    return path is not None and path.is_dir()


@READERS.register("image folders", takes=_takes, order=40)
def read(request):
    """A folder of class folders. Parts: folders train, val, test; else lists in splits/."""
    root = request.path
    part_folders = _part_folders(root)
    tops = part_folders or {"": _class_root(root)}
    raw = Raw(root.resolve().name, [], [])
    found, spellings = {}, {}
    for part, top in tops.items():
        found[part] = _classes(top, root, spellings, raw)
    _collect(raw, found, root)
    kind = f"the parts {', '.join(found)}, each with a folder a class" if part_folders else "a folder a class"
    raw.notes.insert(
        0, f"Took {raw.name} for a folder of images: {kind}, {len(raw)} images, {len(spellings)} classes."
    )
    if not part_folders:
        _listed_parts(raw, root)
    _explain_nothing(raw, root)
    return raw


def _part_folders(root):
    """Folders that stand for parts, in the order of the parts; {} unless one is for training."""
    found = {}
    for folder in _folders(root):
        part = parts.part_named(folder.name)
        if part:
            found.setdefault(part, folder)
    return {part: found[part] for part in PARTS if part in found} if "train" in found else {}


def _class_root(root):
    """The folder that holds the class folders: the root, or the only folder in it that holds folders."""
    folders = _folders(root)
    if len(folders) == 1 and _folders(folders[0]) and not _has_images(folders[0]):
        return folders[0]
    return root


def _classes(top, root, spellings, raw):
    """Files of each class: {class: [paths]}; a class is spelled as it was met first."""
    files, seen = {}, {}
    for folder in _folders(top):
        key = unicodedata.normalize("NFC", folder.name)
        if not _is_text(folder.name):
            raw.faults.append(Fault(repr(str(folder)), "a name that is no text", "UTF-8", "Rename it."))
            continue
        if key in seen:
            cure = "Rename one of them or move their files together."
            found = "two classes whose names look the same (composed and decomposed accents)"
            raw.faults.append(Fault(f"{_shown(folder, root)}, {_shown(seen[key], root)}", found, cure=cure))
            continue
        if not _inside(folder, root):
            raw.faults.append(_link(folder, root))
            continue
        seen[key] = folder
        label = spellings.setdefault(key, folder.name)
        files[label] = _images(folder, root, raw)
        if not files[label]:
            cure = "Add images or remove the folder."
            raw.faults.append(Fault(_shown(folder, root), "no images", "images of this class", cure))
    return files


def _images(folder, root, raw):
    """Image files below a folder, sorted; others are counted and listed."""
    images, others = [], []
    for path in _files(folder):
        if not _inside(path, root):
            raw.faults.append(_link(path, root))
        elif path.suffix.lower() in SUFFIXES:
            images.append(path)
        elif not path.name.startswith("."):
            others.append(path)
    if others:
        kinds = collections.Counter(path.suffix.lower() or "no suffix" for path in others)
        counted = ", ".join(f"{count} {suffix}" for suffix, count in kinds.most_common())
        names = ", ".join(path.name for path in others[:_SHOWN]) + (", ..." if len(others) > _SHOWN else "")
        expected = "images: " + " ".join(SUFFIXES)
        raw.issues.append(Fault(_shown(folder, root), f"{counted} not read ({names})", expected))
    return images


def _collect(raw, found, root):
    """Puts files, labels, names and parts of {part: {class: [paths]}} into `raw`."""
    labels, raw.parts = [], {} if "" not in found else None
    for part, classes in found.items():
        start = len(raw.inputs)
        for label, files in classes.items():
            raw.inputs += files
            labels += [label] * len(files)
        if part:
            raw.parts[part] = np.arange(start, len(raw.inputs))
    raw.labels = np.array(labels, object)
    raw.names = [_shown(path, root) for path in raw.inputs]
    if raw.parts:
        new = {label for classes in found.values() for label in classes} - set(found["train"])
        cure = "Add training images of it, or remove it."
        raw.faults += [
            Fault(f"class {label!r}", "not in the training part", cure=cure) for label in sorted(new)
        ]


def _listed_parts(raw, root):
    files = parts.split_files(root, root.resolve().name)
    if files and raw.inputs:
        raw.parts = parts.from_paths(files, raw.names)
        raw.notes.append(parts.listed_in(files))


def _explain_nothing(raw, root):
    if raw.inputs or raw.faults:
        return
    found = "images, but no folder for each class" if _has_images(root) else "no images"
    tables = sorted(
        path.name for path in root.iterdir() if path.suffix.lower() in (".csv", ".tsv", ".parquet")
    )
    cure = "Put the images of each class into a folder named after it."
    if tables:
        cure = f"For a table give the file: {', '.join(tables[:5])}."
    raw.faults.append(Fault(str(root), found, "<class>/<image>, or train/<class>/<image>", cure))


def _folders(path):
    """Folders that may be classes or parts, sorted by name; hidden ones and splits are none."""
    found = [p for p in path.iterdir() if p.is_dir() and not p.name.startswith(".")]
    return sorted(p for p in found if p.name.lower() not in _NO_CLASS)


def _files(folder):
    """All files below a folder, sorted; links to folders are not followed."""
    for top, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(top) / name for name in sorted(files))


def _has_images(folder):
    return any(path.suffix.lower() in SUFFIXES for path in folder.iterdir() if path.is_file())


def _inside(path, root):
    return not path.is_symlink() or path.resolve().is_relative_to(root.resolve())


def _link(path, root):
    return Fault(
        _shown(path, root), "a link out of the folder", "what lies in it", "Copy in what it points to."
    )


def _is_text(name):
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _shown(path, root):
    """The path from the root, as text that can be printed whatever bytes it is made of."""
    return os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "replace")
