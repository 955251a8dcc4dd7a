"""Layouts: how folders hold images and what belongs to each of them, a mask or a clean image."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from kit.data import pairs, parts
from kit.data.raw import PARTS, Raw
from kit.errors import DataError, Fault
from kit.inputs import pixels

_NO_DATA = ("splits", "__macosx", "__pycache__")


@dataclasses.dataclass(frozen=True)
class Words:
    """Names of folders, and last words of file names, in small letters.

    Args:
        images: names of folders of images.
        partners: names of folders of what belongs to them.
        image_endings: last words of images that lie beside their partners; () for any.
        partner_endings: last words of such partners.
        partner: what a partner is called in messages.
    """

    images: tuple
    partners: tuple
    image_endings: tuple
    partner_endings: tuple
    partner: str


@dataclasses.dataclass(frozen=True)
class Layout:
    """A folder of images and one of their partners, which may be the same one, and their part or ""."""

    images: Path
    partners: Path
    part: str = ""


def layouts(root, words, deep=False):
    """The folders below `root` that hold images and their partners; [] if it is no such folder.

    Known are images/ and masks/, each with folders train, val and test or without; train/images/
    and train/masks/; train/ and trainannot/; and 7.jpg beside 7_mask.png in one folder.

    Args:
        root: path of a folder.
        words: the `Words` to look for.
        deep: whether pairs in one folder may lie in folders below it, such as one a class.

    Example:
        >>> (folder / "image").mkdir(), (folder / "label").mkdir()  # temporary folders
        (None, None)
        >>> words = Words(("image",), ("label",), (), (), "label")
        >>> [(found.images.name, found.partners.name) for found in layouts(folder, words)]
        [('image', 'label')]
    """
    for look in (_beside, _in_parts, _named_after_parts, _in_one):
        found = look(root, words)
        if found:
            return found
    below = _folders(root)
    if len(below) == 1:
        return layouts(next(iter(below.values())), words, deep)
    return [Layout(root, root)] if deep and all(_files(Layout(root, root), root, words)[:2]) else []


def paired(root, found, words):
    """What the layouts hold: a `Raw` without labels, and its `Pairs`.

    Parts are the layouts' own, else those listed in splits/ by path, by name, or by what is common
    to the names of a pair.

    Args:
        root: the folder that the user named.
        found: list of `Layout`.
        words: the `Words` with which they were found.

    Raises:
        DataError: if a list of a part names what is not there.
    """
    every = [_pairs(layout, root, words) for layout in found]
    both = pairs.Pairs([], [], [], [])
    raw = Raw(root.resolve().name, both.images, names=both.names)
    rows = {}
    for layout, own in zip(found, every, strict=True):
        rows[layout.part] = range(len(both), len(both) + len(own))
        _append(both, own)
    raw.parts = as_parts(rows)
    raw.notes = [_what(raw, found, words, root), *_left_out(found, words, root), *dict.fromkeys(both.notes)]
    raw.faults, raw.findings = both.faults, both.findings
    if both.images and not any(both.partners):
        raw.faults, raw.findings = [*raw.faults, _no_pairs(found[0], both, words)], []
    elif raw.parts is None:
        list_parts(raw, both.bare, root)
    return raw, both


def is_sure(root, found, words):
    """Whether both sides of the layouts hold images and what they are cannot be folders of classes.

    Folders so named are enough. Where other folders of images lie beside them, or where endings of
    file names are all there is, at least half of the images must have a partner.
    """
    if not found or not all(all(_files(layout, root, words)[:2]) for layout in found):
        return False
    by_ending = any(layout.images == layout.partners for layout in found)
    if not by_ending and not _folders_beside(root, found):
        return True
    partners = [partner for layout in found for partner in _pairs(layout, root, words).partners]
    return 2 * sum(partner is not None for partner in partners) >= len(partners)


def as_parts(rows):
    """Rows by part, in the order of the parts, as `Raw.parts` has them; None if there is no training part.

    Example:
        >>> as_parts({"test": [1], "train": [0]})
        {'train': array([0]), 'test': array([1])}
        >>> as_parts({"": [0, 1]}) is None
        True
    """
    return {part: np.array(rows[part], int) for part in PARTS if part in rows} if "train" in rows else None


def list_parts(raw, bare, root):
    """Puts the parts that are listed in splits/ into `raw`, where they are.

    Args:
        raw: a `Raw` with names.
        bare: other names of the samples, by which lists may name them too.
        root: the folder that the user named.

    Raises:
        DataError: names every line that is no sample.
    """
    files = parts.split_files(root, raw.name)
    if not files or not raw.inputs:
        return
    try:
        raw.parts = parts.from_paths(files, raw.names)
    except DataError as error:
        try:
            raw.parts = parts.from_paths(files, bare)
        except DataError:
            raise error from None
    raw.notes.append(parts.listed_in(files))


def sizes_of(paths):
    """(height, width) in pixels of each image file, as it is decoded; None where it cannot be read."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(_size, paths))


def _size(path):
    try:
        return pixels.header(path)[:2]
    except pixels.Unreadable:
        return None


def _beside(root, words):
    folders = _folders(root)
    images, partners = (
        next((folders[name] for name in side if name in folders), None)
        for side in (words.images, words.partners)
    )
    if not images or not partners:
        return []
    inside, opposite = _part_folders(images), _folders(partners)
    found = {part: opposite.get(folder.name.lower()) for part, folder in inside.items()}
    if found.get("train"):
        return [Layout(inside[part], folder, part) for part, folder in found.items() if folder]
    return [Layout(images, partners)]


def _in_parts(root, words):
    found = {part: _beside(folder, words) for part, folder in _part_folders(root).items()}
    return [dataclasses.replace(inside[0], part=part) for part, inside in found.items() if inside]


def _named_after_parts(root, words):
    folders, found = _folders(root), []
    for part, folder in _part_folders(root).items():
        name = folder.name.lower()
        for word in words.partners:
            spellings = (
                f"{name}{word}",
                f"{name}_{word}",
                f"{name}-{word}",
                f"{word}_{name}",
                f"{word}{name}",
            )
            found += [Layout(folder, folders[other], part) for other in spellings if other in folders]
    return found


def _in_one(root, words):
    """Pairs that lie side by side: in the root, or in each of the folders of the parts."""
    tops = {"": root} if _has_images(root) else _part_folders(root)
    found = [Layout(folder, folder, part) for part, folder in tops.items()]
    return [layout for layout in found if all(_in_this(layout.images, words))]


def _in_this(folder, words):
    """(images, partners) that lie in the folder itself."""
    files = [path for path in folder.iterdir() if path.suffix.lower() in pixels.SUFFIXES]
    partners, images = pairs.parted_by_ending(files, words.partner_endings)
    return pairs.parted_by_ending(images, words.image_endings)[0] if words.image_endings else images, partners


def _files(layout, root, words):
    """(images, partners, faults) of a layout."""
    images, faults = pairs.files_below(layout.images, root)
    if layout.images != layout.partners:
        partners, more = pairs.files_below(layout.partners, root)
        return images, partners, faults + more
    partners, images = pairs.parted_by_ending(images, words.partner_endings)
    if words.image_endings:
        images, _ = pairs.parted_by_ending(images, words.image_endings)
    return images, partners, faults


def _pairs(layout, root, words):
    images, partners, faults = _files(layout, root, words)
    found = pairs.pair(images, partners, (layout.images, layout.partners), words.partner, root)
    found.faults = faults
    return found


def _append(both, own):
    start = len(both)
    own.findings = [
        dataclasses.replace(finding, rows=tuple(row + start for row in finding.rows))
        for finding in own.findings
    ]
    for field in dataclasses.fields(both):
        getattr(both, field.name).extend(getattr(own, field.name))


def _folders_beside(root, found):
    """Folders in `root` that hold images and are of no layout."""
    used = {folder for layout in found for folder in (layout.images, layout.partners)}
    used |= {folder.parent for folder in used}
    return [folder for folder in _folders(root).values() if folder not in used and _has_images(folder)]


def _what(raw, found, words, root):
    folders = ", ".join(" and ".join(_places(layout, root)) for layout in found)
    return f"Took {raw.name} for images, each with a {words.partner}: {folders}; {len(raw)} images."


def _left_out(found, words, root):
    """A note for each folder of a part whose images have no partners at all."""
    used = {folder for layout in found for folder in (layout.images, layout.partners)}
    beside = [folder for layout in found if layout.part for folder in _folders(layout.images.parent).values()]
    alone = [each for each in dict.fromkeys(beside) if parts.part_named(each.name) and each not in used]
    return [
        f"{pairs.shown(each, root)}/ is left out: no {words.partner} folder of its name." for each in alone
    ]


def _places(layout, root):
    """The one or two folders of a layout, in words."""
    names = dict.fromkeys(pairs.shown(folder, root) for folder in (layout.images, layout.partners))
    return ["side by side" if name == "." else f"{name}/" for name in names]


def _no_pairs(layout, both, words):
    others = sorted(path.name for path in layout.partners.rglob("*.*"))
    example = f" ({both.images[0].name}, {others[0]})" if others else ""
    where = f"{layout.images.name}, {layout.partners.name}"
    return Fault(
        where, f"no image has a {words.partner} of its name{example}", "equal names but for the suffix"
    )


def _part_folders(root):
    """Folders that stand for parts, by part; years at their end (train2017) do not count."""
    found = {}
    for name, folder in _folders(root).items():
        part = parts.part_named(name.rstrip("0123456789"))
        if part:
            found.setdefault(part, folder)
    return {part: found[part] for part in PARTS if part in found} if "train" in found else {}


def _folders(path):
    """Folders by their name in small letters; hidden ones and splits are none."""
    found = sorted(folder for folder in path.iterdir() if folder.is_dir() and not folder.name.startswith("."))
    return {folder.name.lower(): folder for folder in found if folder.name.lower() not in _NO_DATA}


def _has_images(folder):
    return any(path.suffix.lower() in pixels.SUFFIXES for path in folder.iterdir() if path.is_file())
