"""labelme: a JSON file an image, with rectangles, polygons and circles."""

import json
import os
from pathlib import Path

import numpy as np

from kit.data import beside, pairs
from kit.data.marked import Marked, collect
from kit.data.raw import Raw
from kit.data.readers import READERS, existing
from kit.data.readers.tasks import kind_of
from kit.errors import Fault

_LOOKED_AT = 5  # JSON files until one is labelme's
_AREAS = ("rectangle", "polygon", "circle", "mask")


def _takes(source, task=None):
    path = existing(source)
    if path is None or not path.is_dir() or kind_of(task) not in (None, "detection"):
        return False
    first = [file for file, _ in zip(_files(path), range(_LOOKED_AT), strict=False)]
    return any("shapes" in (_content(file) or ()) for file in first)


@READERS.register("labelme", takes=_takes, by_task=True, order=31)
def read(request):
    """Images and the boxes around the shapes in their JSON files; corners of a rectangle in any order.

    Points and lines have no area and are faults. Parts: folders train, val and test, or splits/.
    """
    root = request.path
    files = list(_files(root))
    images, faults = pairs.files_below(root, root)
    raw = Raw(root.resolve().name, [], dense="boxes", faults=faults)
    near = beside.Nearest(images)
    found = [(each, file) for file in files if (each := _marked(file, near, root))]
    marked = [each for each, _ in found]
    beside.told_once(marked, [file for _, file in found])
    bare = beside.unmarked(images, marked, raw, "JSON")
    raw.notes.append(
        f"Took {raw.name} for labelme: {len(marked)} JSON files, {len(marked) + len(bare)} images."
    )
    marked += [Marked(image, "") for image in bare]
    collect(raw, marked, "xyxy", root, said=request.box_format)
    beside.find_parts(raw, root)
    return raw


def _files(root):
    for top, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in sorted(files):
            if name.endswith(".json") and not name.startswith("."):
                yield Path(top, name)


def _content(file):
    try:
        found = json.loads(file.read_text("utf-8-sig"))
    except ValueError:
        return None
    return found if isinstance(found, dict) else {}


def _marked(file, near, root):
    """The `Marked` of a file; None where it is JSON of another kind."""
    shown, content = pairs.shown(file, root), _content(file)
    if content is None:
        fault = Fault(shown, "not readable as JSON", "a whole file", "Mend or remove it.")
        return Marked(near.of(file) or file, shown, lost=fault)
    if "shapes" not in content:
        return None
    shapes = content["shapes"]
    if not isinstance(shapes, list) or not all(isinstance(shape, dict) for shape in shapes):
        fault = Fault(shown, "shapes that are no list of objects", "a file of labelme", "Mend or remove it.")
        return Marked(near.of(file) or file, shown, lost=fault)
    name = beside.last(str(content.get("imagePath") or ""))
    image = near.of(file) or near.of(file, name)
    size = content.get("imageHeight"), content.get("imageWidth")
    size = size if all(isinstance(side, int) for side in size) else None
    found = Marked(image or file.with_name(name or f"{file.stem}.jpg"), shown, size)
    if image is None:
        cure = "Add the image or remove the JSON."
        found.lost = Fault(
            shown, f"no image {name or file.stem} in {root.name}", "the image it is about", cure
        )
    for place, shape in enumerate(shapes, start=1):
        where = f"shape {place}"
        kind = shape.get("shape_type", "polygon")
        if kind in _AREAS:
            found.add(str(shape.get("label") or ""), _box(shape, kind), where)
        else:
            what = f"a {kind} ({shape.get('label')})"
            found.faults.append(Fault(f"{shown}, {where}", what, "a rectangle or another shape with an area"))
    return found


def _box(shape, kind):
    try:
        points = np.array(shape["points"], "float64").reshape(-1, 2)
    except (KeyError, TypeError, ValueError):
        return []
    if not len(points):
        return []
    if kind == "circle" and len(points) == 2:  # its centre and a point on it
        radius = np.hypot(*(points[1] - points[0]))
        points = np.stack([points[0] - radius, points[0] + radius])
    return [*points.min(axis=0), *points.max(axis=0)]
