"""Ignored: objects in images that are not trained on, and that an evaluation counts neither way.

Of each image they are (boxes_xyxy float32 (M, 4) in pixels of the image, names object (M,), kinds (M,)).
A network sees what is inside of them as background.
"""

import collections

import numpy as np

from kit.inputs.images import ragged

KINDS = {
    "crowd": "crowds of objects (iscrowd)",  # COCO: one box around many
    "difficult": "difficult objects",  # VOC: hardly to be seen
}


def put(raw, objects, found, spared):
    """Puts what is to be ignored into `raw`, with a note on how much it is.

    Args:
        raw: a `Raw` with inputs.
        objects: all objects of the source, with `rows`, `names` and `kinds` of each.
        found: (T, 4) corners of each in pixels.
        spared: (T,) bool, which to ignore.
    """
    if not spared.any():
        return
    names, kinds = (np.array([*each, None], object)[:-1] for each in (objects.names, objects.kinds))
    here = [np.flatnonzero(spared & (objects.rows == row)) for row in range(len(raw.inputs))]
    raw.ignored = ragged([(found[own].astype("float32"), names[own], kinds[own]) for own in here])
    counts = collections.Counter(kinds[spared].tolist())
    told = " and ".join(f"{counts[kind]} {words}" for kind, words in KINDS.items() if counts[kind])
    raw.notes.append(f"{told} are not trained on; a report counts boxes that find them neither way.")


def regions(ignored, classes):
    """What `average_precision` has to know of the ignored objects of one image.

    Args:
        ignored: (boxes_xyxy (M, 4), names (M,), kinds (M,)).
        classes: names of all classes; what is of another one is left out.

    Returns:
        {"boxes" (m, 4), "labels" (m,), "crowd" bool (m,), "difficult" bool (m,)}.

    Example:
        >>> crowd = (np.array([[2, 2, 9, 9]], "float32"), ["cat"], ["crowd"])
        >>> regions(crowd, ("ape", "cat"))["labels"]
        array([1])
    """
    number = {name: index for index, name in enumerate(classes)}
    corners, names, kinds = ignored
    known = np.array([name in number for name in names], bool)
    kinds = np.asarray(kinds, object)[known]
    return {
        "boxes": np.asarray(corners, "float64").reshape(-1, 4)[known],
        "labels": np.array([number[name] for name in names if name in number], int),
        "crowd": kinds == "crowd",
        "difficult": kinds == "difficult",
    }
