"""COCO files whose objects have outlines (polygons or run lengths), as a class for every pixel."""

import collections
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from kit.data import coco, layouts, outlines, pairs
from kit.data.masks import MOST_CLASSES
from kit.data.raw import Raw
from kit.data.readers import READERS, existing
from kit.data.readers.tasks import kind_of
from kit.errors import Fault, KitError
from kit.inputs.findings import Finding, in_rows
from kit.inputs.images import ragged

_BACKGROUND = "background"
_SHOWN = 12


def _takes(source, task=None):
    path = existing(source)
    return kind_of(task) == "segmentation" and path is not None and bool(coco.files_of(path))


@READERS.register("COCO outlines", takes=_takes, by_task=True, order=23)
def read(request):
    """Images and the classes of their objects' outlines, small over large; the rest is background.

    Parts: the folder of a file (train/_annotations.coco.json) or its name (instances_val2017.json).

    Raises:
        DataError: names every file that is no COCO file.
    """
    files = coco.files_of(request.path)
    root = request.path if request.path.is_dir() else request.path.parent
    contents = [coco.content_of(path) for path in files]
    raw = Raw(root.resolve().name, [], dense="mask")
    value_of, raw.classes = _classes(contents, raw)
    objects, sizes = [], []
    for path, content in zip(files, contents, strict=True):
        _collect(raw, path, content, root, (objects, sizes))
    raw.parts = coco.parts_of(files, contents)
    found = ", ".join(pairs.shown(path, root) for path in files)
    count = sum(map(len, objects))
    raw.notes.append(f"Took {found} for COCO files: {len(raw)} images, {count} objects.")
    if not any(annotation.get("segmentation") for several in objects for annotation in several):
        cure = "Choose task='detection': there are boxes alone." if count else ""
        raw.faults.append(Fault(found, f"{count} objects without outline", "polygons or run lengths", cure))
    if not raw.faults:
        own = layouts.sizes_of(raw.inputs)
        sizes = [size or measured or (1, 1) for size, measured in zip(sizes, own, strict=True)]
        draw(raw, lambda row: _drawn(objects[row], sizes[row], value_of))
        raw.findings += _of_other_size(raw, sizes)
    return raw


def draw(raw, drawn):
    """Puts index maps into `raw`, with what is wrong with them, and the shares of their classes.

    Args:
        raw: a `Raw` with inputs, names and classes.
        drawn: function of a row that gives (its index map, what is wrong with it or "").
    """
    with ThreadPoolExecutor() as pool:
        found = list(pool.map(drawn, range(len(raw))))
    raw.labels = ragged([label for label, _ in found])
    bad = {row: what for row, (_, what) in enumerate(found) if what}
    expected = "outlines of all objects"
    raw.findings += [Finding(Fault(raw.names[row], bad[row], expected), (row,)) for row in bad]
    counts = sum(np.bincount(label.ravel(), minlength=len(raw.classes)) for label in raw.labels)
    first = np.argsort(-counts, kind="stable")[:_SHOWN]
    shown = ", ".join(f"{raw.classes[value]} {100 * counts[value] / counts.sum():.3g} %" for value in first)
    raw.notes.append(f"Shares of the pixels: {shown}{', ...' * (len(counts) > _SHOWN)}.")
    bare = [row for row, label in enumerate(raw.labels) if row not in bad and not label.any()]
    if bare:
        cure = "Right where nothing is to be seen."
        raw.issues.append(Fault(in_rows(bare, raw.names), "no objects: background alone", cure=cure))


def _classes(contents, raw):
    """({category id: value in the mask}, names of the values)."""
    names = {}
    for category in (category for content in contents for category in content["categories"]):
        name = names.setdefault(category["id"], category["name"])
        if name != category["name"]:
            raw.faults.append(
                Fault(f"category {category['id']}", f"{name} and {category['name']}", "one name")
            )
    kept = sorted({key for key, _ in coco.listed(contents)})
    if len(kept) >= MOST_CLASSES:
        raw.faults.append(Fault("categories", f"{len(kept)} of them", f"at most {MOST_CLASSES - 1}"))
    classes = dict.fromkeys([_BACKGROUND, *(names[key] for key in kept)])  # one name is one class
    return {key: list(classes).index(names[key]) for key in kept}, tuple(classes)


def _collect(raw, path, content, root, found):
    """Adds the images of one file to `raw`, and to `found` their lists of annotations and their sizes."""
    by_image = collections.defaultdict(list)
    for annotation in content["annotations"]:
        by_image[annotation.get("image_id")].append(annotation)
    for image in content["images"]:
        raw.inputs.append(coco.image_of(image["file_name"], path, root))
        found[0].append(by_image.pop(image["id"], []))
        found[1].append(coco.size_of(image))
    raw.names[:] = [pairs.shown(file, root) for file in raw.inputs]
    lost = sum(map(len, by_image.values()))
    if lost:
        raw.issues.append(Fault(pairs.shown(path, root), f"{lost} objects of images that it does not list"))


def _drawn(annotations, size, value_of):
    """(index map of one image, what is wrong with its objects or "")."""
    objects, wrong = [], []
    for annotation in annotations:
        value = value_of.get(annotation.get("category_id"))
        if value is None:
            wrong.append(f"category {annotation.get('category_id')} that is not listed")
            continue
        try:
            objects.append((value, _inside(annotation.get("segmentation"), size)))
        except (KitError, TypeError, ValueError, OverflowError) as error:
            wrong.append(str(error))
    return outlines.index_map(size, objects), ", ".join(dict.fromkeys(wrong))


def _inside(segmentation, size):
    """bool (height, width) of one object: polygons together, or a run-length code."""
    if not segmentation:
        raise KitError("an object without outline")
    if not isinstance(segmentation, dict):
        return np.logical_or.reduce([outlines.polygon(points, size) for points in segmentation])
    if not segmentation.get("counts") or "size" not in segmentation:
        raise KitError("run lengths without counts or size")
    if list(segmentation["size"]) != list(size):
        raise KitError(f"run lengths for {segmentation['size']} pixels in an image of {list(size)}")
    return outlines.run_lengths(segmentation["counts"], size)


def _of_other_size(raw, sizes):
    findings = []
    for row, found in enumerate(layouts.sizes_of(raw.inputs)):
        if found is not None and tuple(found) != sizes[row]:
            first, second = (" x ".join(map(str, size)) for size in (found, sizes[row]))
            fault = Fault(raw.names[row], f"{first} pixels", f"{second}, as the COCO file says")
            findings.append(Finding(fault, (row,)))
    return findings
