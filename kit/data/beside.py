"""Beside: which image a file of annotations is about, and which part it is of."""

import collections
import re
from pathlib import Path

from kit.data import layouts, parts
from kit.errors import DataError, Fault


def last(name):
    """The file name at the end of a path of any system.

    Example:
        >>> last("C:\\\\photos\\\\7.jpg"), last("/home/me/7.jpg")
        ('7.jpg', '7.jpg')
    """
    return re.split(r"[\\/]", name.strip())[-1]


class Nearest:
    """Finds images by name, those that lie nearest first.

    Args:
        images: paths.

    Example:
        >>> images = [Path("a/images/7.jpg"), Path("b/images/7.jpg")]
        >>> Nearest(images).of(Path("b/labels/7.xml")).as_posix()
        'b/images/7.jpg'
    """

    def __init__(self, images):
        self._named = collections.defaultdict(list)
        for image in images:
            self._named[image.stem].append(image)

    def of(self, file, name=None):
        """The image of the stem of `name`, or of the file, that shares most folders with it; or None."""
        name = file.name if name is None else name
        found = self._named.get(Path(name).stem, [])
        whole = [image for image in found if image.name == name] or found
        return max(whole, key=lambda image: _shared(image, file), default=None)


def told_once(marked, files):
    """Leaves each image to the annotation file that lies nearest to it; the others lack theirs.

    An image of the same name in another folder is taken where none lies beside the file. Where that one has
    annotations of its own, the image of the file is not there.

    Args:
        marked: list of `Marked`.
        files: path of the annotations of each.
    """
    claims = collections.defaultdict(list)
    for each, file in zip(marked, files, strict=True):
        if each.lost is None:
            claims[each.image].append((each, file))
    for image, several in claims.items():
        nearest, _ = max(several, key=lambda pair: _shared(image, pair[1]))
        for each, file in several:
            if each is not nearest:
                what = f"no image {image.name} of its own: {nearest.file} is about the one there is"
                cure = "Add the image or remove the annotations."
                each.image, each.lost = file.with_name(image.name), Fault(each.file, what, "an image", cure)


def unmarked(images, marked, raw, kind):
    """Images that no annotation file is about, listed as an issue of `raw`."""
    known = {each.image for each in marked}
    bare = [image for image in images if image not in known]
    if bare:
        names = ", ".join(image.name for image in bare[:3]) + ", ..." * (len(bare) > 3)
        cure = "They are taken for background; move them away if they were never labelled."
        raw.issues.append(Fault(names, f"{len(bare)} images without {kind}", cure=cure))
    return bare


def find_parts(raw, root, lists=None, told=None):
    """Puts parts into `raw`: those of folders, else of lists in splits/, else of `lists`.

    Args:
        raw: a `Raw` with inputs and names.
        root: the folder that the user named.
        lists: files that list the samples of each part, by part.
        told: part of each sample that its annotations tell, "" where they do not; None to look at
            the folders of the images.
    """
    told = [part_of(name) for name in raw.names] if told is None else told
    rows = collections.defaultdict(list)
    for row, part in enumerate(told):
        rows[part or ""].append(row)
    if rows and "" not in rows:
        raw.parts = layouts.as_parts(rows)
    if raw.parts is not None or not raw.inputs:
        return
    try:
        layouts.list_parts(raw, raw.names, root)
        if raw.parts is None and lists:
            raw.parts = parts.from_paths(lists, raw.names)
            raw.notes.append(parts.listed_in(lists))
    except DataError as error:
        raw.faults += error.faults


def part_of(name):
    """The part that one of the folders of a path stands for, or None; years at their end do not count.

    Example:
        >>> part_of("images/train2017/7.jpg"), part_of("images/7.jpg")
        ('train', None)
    """
    folders = name.split("/")[:-1]
    return next(filter(None, (parts.part_named(folder.rstrip("0123456789")) for folder in folders)), None)


def _shared(image, file):
    """How many of the folders of two paths are the same from the first on, and the same later on."""
    first, second = image.parent.parts, file.parent.parts
    same = next((i for i, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]), None)
    same = min(len(first), len(second)) if same is None else same
    return same, len(set(first[same:]) & set(second[same:]))
