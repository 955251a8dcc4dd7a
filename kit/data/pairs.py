"""Pairs: images and what belongs to each of them (a mask, a clean image), found by their names."""

import collections
import dataclasses
import os
import re
import unicodedata
from pathlib import Path

import numpy as np

from kit.errors import Fault
from kit.inputs import pixels
from kit.inputs.findings import Finding

_FEW = 32  # colours up to which a picture looks like a mask
_MANY = 4 * _FEW  # and from which it looks like a photograph
_LOOKED_AT = 5
_AFTER = re.compile(r"(?<=[^_\-. ])[_\-. ]+[^_\-. ]+$")  # the last word of a stem and what joins it
_BEFORE = re.compile(r"^([^_\-. ]+[_\-. ]+|[A-Za-z]+(?=\d))(?=[^_\-. ])")  # the first one


@dataclasses.dataclass
class Pairs:
    """Images and their partners, in the order of the images' names.

    Args:
        images: paths.
        partners: a path for each, None where there is none.
        names: what each pair is called: the path of the image from the root, "deep/7.png".
        bare: paths below the folder of the images, without what their names share, such as `_real`.
        notes: how names were matched.
        findings: an image without partner (with its row), a partner without image (no row).
        faults: what makes pairing impossible.
    """

    images: list
    partners: list
    names: list
    bare: list
    notes: list = dataclasses.field(default_factory=list)
    findings: list = dataclasses.field(default_factory=list)
    faults: list = dataclasses.field(default_factory=list)

    def __len__(self):
        return len(self.images)


def files_below(folder, root):
    """Image files below a folder, sorted, and a fault for each link out of the root; hidden ones are none.

    Args:
        folder: path of the folder.
        root: the folder that the user named; links may point into it.

    Returns:
        (paths, faults).

    Example:
        >>> files_below(folder, folder)
        ([], [])
    """
    found, faults = [], []
    for top, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        paths = [Path(top, name) for name in sorted(files) if not name.startswith(".")]
        for path in paths:
            if path.is_symlink() and not path.resolve().is_relative_to(Path(root).resolve()):
                faults.append(Fault(str(path), "a link out of the folder", cure="Copy in what it points to."))
            elif path.suffix.lower() in pixels.SUFFIXES:
                found.append(path)
    return found, faults


def pair(images, partners, tops, word="mask", root=None):
    """Pairs files whose names are equal but for the suffix and a word that most of one side share.

    So `7.jpg` belongs to `7.png`, to `7_mask.png` and to `gt-7.png`, and `7_real.jpg` to
    `7_mean.jpg`. Names that differ only in case are paired where no two are alike.

    Args:
        images: paths of the images.
        partners: paths of what belongs to them.
        tops: (folder of the images, folder of the partners): folders below these must be the same.
        word: what a partner is called in messages.
        root: the folder from which names are told; None for `tops`.

    Returns:
        `Pairs`, one for each image.

    Example:
        >>> found = pair([folder / "b.jpg", folder / "a.jpg"], [folder / "a_mask.png"], (folder, folder))
        >>> found.names, [path and path.name for path in found.partners]
        (['a.jpg', 'b.jpg'], ['a_mask.png', None])
    """
    images = sorted(images)
    stems = [
        [_stem(path, top) for path in paths] for paths, top in zip((images, partners), tops, strict=True)
    ]
    cuts = _best_cuts(*stems)
    keys, others = ([_cut(stem, cut) for stem in side] for side, cut in zip(stems, cuts, strict=True))
    found = Pairs(
        images,
        [None] * len(images),
        names=[shown(path, root or tops[0]) for path in images],
        bare=[key + path.suffix for key, path in zip(keys, images, strict=True)],
        notes=_cut_notes(cuts, word),
    )
    left = _joined(found, dict(enumerate(keys)), dict(zip(partners, others, strict=True)))
    rows, orphans = _joined_but_for_case(found, *left, word)
    found.findings += [_lonely(found.names[row], row, key, orphans, word) for row, key in rows.items()]
    found.findings += [_orphan(shown(path, root or tops[1]), word) for path in orphans]
    return found


def shown(path, root):
    """The path from the root, as text that can be printed whatever bytes it is made of.

    Example:
        >>> shown(Path("data/images/7.jpg"), Path("data/masks"))
        '../images/7.jpg'
    """
    relative = Path(os.path.relpath(path, root)).as_posix()
    return os.fsencode(relative).decode("utf-8", "replace")


def parted_by_ending(paths, words):
    """The files whose last word is one of `words`, and the others: ([7_mask.png], [7.jpg]).

    Example:
        >>> parted_by_ending([Path("7.jpg"), Path("7_Mask.png")], ("mask", "gt"))
        ([PosixPath('7_Mask.png')], [PosixPath('7.jpg')])
    """
    ending = {path: _word(_AFTER.search(path.stem)).casefold() for path in paths}
    return [path for path in paths if ending[path] in words], [
        path for path in paths if ending[path] not in words
    ]


def swapped(found):
    """The fault of images that look like masks while the masks look like photographs; else None.

    Args:
        found: `Pairs` of images and masks; the colours of a few of them are counted.
    """
    both = [row for row, partner in enumerate(found.partners) if partner is not None]
    few = both[:: max(1, len(both) // _LOOKED_AT)][:_LOOKED_AT]
    images, masks = ([_colours(side[row]) for row in few] for side in (found.images, found.partners))
    if not few or max(images) > _FEW or min(masks) < _MANY:
        return None
    where = f"{found.images[0].parent.name}, {found.partners[few[0]].parent.name}"
    counted = f"the images have at most {max(images)} colours and the masks at least {min(masks)}"
    return Fault(where, counted, "it the other way round", "Swap the two folders.")


def _stem(path, top):
    """The path below the folder, without suffix, its accents composed."""
    return unicodedata.normalize("NFC", path.relative_to(top).with_suffix("").as_posix())


def _best_cuts(stems, others):
    """What to take off the names of both sides so that most are equal; as little as possible."""
    best = (-1, 0)
    for cut in _cuts(stems):
        keys = {_cut(stem, cut) for stem in stems}
        for other in _cuts(others):
            alike = len(keys & {_cut(stem, other) for stem in others})
            score = (alike, -sum(map(len, cut + other)))
            if score > best:
                best, cuts = score, (cut, other)
    return cuts


def _cuts(stems):
    """(prefix, suffix) pairs that at least half of the names have, among them none at all."""
    names = [stem.rpartition("/")[2] for stem in stems]
    before = _shared([[_text(_BEFORE.search(name))] for name in names])
    after = _shared([_endings(name) for name in names])
    return [(first, last) for first in before for last in after]


def _endings(name):
    """The last word of a name with what joins it, and the last two."""
    last = _text(_AFTER.search(name))
    return [last, _text(_AFTER.search(name.removesuffix(last))) + last]


def _shared(affixes):
    counts = collections.Counter(affix for several in affixes for affix in set(several))
    often = [affix for affix, count in counts.items() if 2 * count >= len(affixes)]
    return ["", *(affix for affix in often if any(letter.isalpha() for letter in affix))]


def _cut(stem, cut):
    folder, slash, name = stem.rpartition("/")
    return folder + slash + (name.removeprefix(cut[0]).removesuffix(cut[1]) or name)


def _text(match):
    return match.group() if match else ""


def _word(match):
    return _text(match).lstrip("_-. ")


def _cut_notes(cuts, word):
    if cuts == (("", ""), ("", "")):
        return []
    image, partner = (f"{before}<name>{after}" for before, after in cuts)
    return [f"The {word} of an image called {image} is {partner}."]


def _joined(found, rows, partners):
    """Joins rows and partners whose keys are equal and alone; returns what is left of both.

    Args:
        found: the `Pairs` to put partners into.
        rows: key of each row.
        partners: key of each partner.
    """
    times = collections.Counter(partners.values()), collections.Counter(rows.values())
    place = {key: path for path, key in partners.items()}
    sure = {row: key for row, key in rows.items() if times[0][key] == times[1][key] == 1}
    for row, key in sure.items():
        found.partners[row] = place[key]
    done = set(sure.values())
    return tuple({item: key for item, key in side.items() if key not in done} for side in (rows, partners))


def _joined_but_for_case(found, rows, partners, word):
    folded = ({item: key.casefold() for item, key in side.items()} for side in (rows, partners))
    left, orphans = _joined(found, *folded)
    joined = [row for row in rows if row not in left]
    if joined:
        first = f"{found.names[joined[0]]} and {found.partners[joined[0]].name}"
        found.notes.append(
            f"{len(joined)} pairs of image and {word} differ only in small and capital letters ({first})."
        )
    return left, orphans


def _lonely(name, row, key, orphans, word):
    like = [path.name for path, other in orphans.items() if other == key]
    if like:
        cure = "Give each image a name of its own."
        return Finding(
            Fault(name, f"no one {word}: {', '.join(like)} could be it", f"one {word}", cure), (row,)
        )
    return Finding(Fault(name, f"no {word}", f"a {word} of this name", f"Add it or remove {name}."), (row,))


def _orphan(name, word):
    return Finding(Fault(name, f"a {word} without image", "an image of this name", "Add it or remove this."))


def _colours(path):
    """How many colours a picture has; of one that cannot be read as many as are no sign of anything."""
    try:
        picture = pixels.decode(path, (None, None), 3).astype("uint32")
    except pixels.Unreadable:
        return (_FEW + _MANY) // 2
    return len(np.unique(picture[..., 0] << 16 | picture[..., 1] << 8 | picture[..., 2]))
