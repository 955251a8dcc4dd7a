"""Folders of images and of masks: a class for every pixel."""

import dataclasses
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from kit.data import layouts, pairs, parts
from kit.data.class_names import class_names
from kit.data.masks import read_masks
from kit.data.readers import READERS, existing
from kit.data.readers.tasks import kind_of
from kit.errors import Fault
from kit.inputs import pixels
from kit.inputs.findings import in_rows

_MASKS = ("mask", "masks", "label", "labels", "annotation", "annotations", "annot", "annots", "gt")
WORDS = layouts.Words(
    images=("image", "images", "img", "imgs", "jpegimages", "photos", "frames"),
    partners=(
        "segmentationclass",  # before Annotations, which holds XML in VOC's folders
        *_MASKS,
        "ground_truth",
        "groundtruth",
        "segmentation",
        "segmentations",
        "seg",
    ),
    image_endings=(),
    partner_endings=(*_MASKS, "segmentation", "seg", "l"),
    partner="mask",
)


def _takes(source, task=None):
    path, kind = existing(source), kind_of(task)
    if path is None or not path.is_dir() or kind not in (None, "segmentation"):
        return False
    return layouts.is_sure(path, _layouts(path, kind), WORDS)


@READERS.register("image and mask folders", takes=_takes, by_task=True, order=25)
def read(request):
    """Images and masks of the same names; parts, where folders or lists in splits/ say so.

    Class names come from `kit.data.class_names.FILES`. An image without mask and a mask of another
    size are findings; what numbers and colours mean is decided by `kit.data.masks.read_masks`.
    """
    root = request.path
    found = _layouts(root, kind_of(request.task))
    raw, own = layouts.paired(root, found, WORDS)
    raw.dense = "mask"
    if raw.faults:
        return raw
    own = _listed(raw, own, root)
    fault = pairs.swapped(own)
    if fault:
        raw.faults.append(fault)
        return raw
    named, file = class_names(root)
    files = [path and pairs.shown(path, root) for path in own.partners]
    masks = read_masks(own.partners, layouts.sizes_of(raw.inputs), raw.names, named, files)
    raw.labels, raw.classes, raw.void = masks.labels, masks.classes, masks.void
    for field in ("notes", "issues", "findings", "faults"):
        getattr(raw, field).extend(getattr(masks, field))
    raw.issues += _turned_alone(own, raw.names)
    if file:
        raw.notes.append(f"Classes are named in {file.name}.")
    if next((root / "Annotations").glob("*.xml"), None):
        raw.notes.append("There are boxes in Annotations/ too. For these say task='detection'.")
    return raw


def _listed(raw, own, root):
    """The pairs that Pascal VOC's lists name, where these lists are; most of its images have no mask."""
    lists = parts.voc_lists(root, "Segmentation") if raw.parts is None else {}
    if not lists:
        return own
    raw.parts = parts.from_paths(lists, raw.names)
    raw.notes.append(parts.listed_in(lists))
    rows = np.sort(np.concatenate(list(raw.parts.values())))
    place = {row: number for number, row in enumerate(rows.tolist())}
    kept = [each for each in raw.findings if set(each.rows) <= set(place)]
    raw.findings = [dataclasses.replace(each, rows=tuple(place[row] for row in each.rows)) for each in kept]
    raw.keep(rows)
    return pairs.Pairs(
        *([side[row] for row in rows] for side in (own.images, own.partners, own.names, own.bare))
    )


def _turned_alone(own, names):
    """An issue where EXIF turns images and not their masks."""
    with ThreadPoolExecutor() as pool:
        turned = pool.map(pixels.is_turned, own.images)
    rows = [row for row, is_turned in enumerate(turned) if is_turned and own.partners[row] is not None]
    rows = [row for row in rows if not pixels.is_turned(own.partners[row])]
    if not rows:
        return []
    found, expected = "EXIF turns the image, and not its mask", "both as they are shown"
    return [Fault(in_rows(rows, names), found, expected, "Look whether the mask lies on what it shows.")]


def _layouts(root, kind):
    return _configured(root) or layouts.layouts(root, WORDS, deep=kind == "segmentation")


def _configured(root):
    """The folders that config.yaml names: `images` and `masks` under a key for each part.

    With `annotations` besides, colours are numbers of objects (COCO panoptic) and not classes.
    """
    file = root / "config.yaml"
    text = file.read_text("utf-8", errors="replace") if file.is_file() else ""
    found = []
    for name, block in re.findall(r"^(\w+):[ \t]*\n((?:[ \t]+\S.*\n?)+)", text, re.MULTILINE):
        keys = dict(re.findall(r"^[ \t]+(\w+):[ \t]*(\S+)[ \t]*$", block, re.MULTILINE))
        if parts.part_named(name) and {"images", "masks"} <= keys.keys() and "annotations" not in keys:
            images, masks = ((root / keys[key]).resolve() for key in ("images", "masks"))
            if images.is_dir() and masks.is_dir():
                found.append(layouts.Layout(images, masks, parts.part_named(name)))
    return found
