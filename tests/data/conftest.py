"""Drawn pictures with boxes, written in every format that is read."""

import json
import types

import pytest
from PIL import Image


def _xml(name, size, objects, database, difficult=()):
    things = "".join(
        f"<object><name>{label}</name><difficult>{int(label in difficult)}</difficult><bndbox>"
        + "".join(
            f"<{key}>{number}</{key}>"
            for key, number in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True)
        )
        + "</bndbox></object>"
        for label, box in objects
    )
    return (
        f"<annotation><folder>x</folder><filename>{name}</filename><source><database>{database}</database></source>"
        f"<size><width>{size[1]}</width><height>{size[0]}</height><depth>3</depth></size>{things}</annotation>"
    )


def _save(path, picture):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)
    return path


def _write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if isinstance(text, str) else json.dumps(text))
    return path


def _voc(root, images, truths, database="The VOC2007 Database", shift=1):
    """JPEGImages/ and Annotations/; corners count from `shift` and include the last pixel where it is 1."""
    for index, (picture, (boxes, names)) in enumerate(zip(images, truths, strict=True)):
        _save(root / f"JPEGImages/{index:03}.png", picture)
        corners = (boxes + [shift, shift, 0, 0]).astype(int).tolist()
        text = _xml(f"{index:03}.png", picture.shape[:2], zip(names, corners, strict=True), database)
        _write(root / f"Annotations/{index:03}.xml", text)
    return root


def _coco(root, images, truths, ids=None):
    """images/ and annotations.json; `ids` are the categories' by name, else 1, 2, ..."""
    classes = sorted({name for _, names in truths for name in names})
    ids = ids or {name: place for place, name in enumerate(classes, start=1)}
    listed, annotations = [], []
    for index, (picture, (boxes, names)) in enumerate(zip(images, truths, strict=True)):
        _save(root / f"images/{index:03}.png", picture)
        size = {"height": picture.shape[0], "width": picture.shape[1]}
        listed.append({"id": 10 * index + 3, "file_name": f"{index:03}.png", **size})
        for (x1, y1, x2, y2), name in zip(boxes.tolist(), names, strict=True):
            own = {"id": len(annotations) + 1, "image_id": 10 * index + 3, "category_id": ids[name]}
            annotations.append({**own, "bbox": [x1, y1, x2 - x1, y2 - y1], "area": (x2 - x1) * (y2 - y1)})
    categories = [{"id": key, "name": name} for name, key in ids.items()]
    _write(
        root / "annotations.json", {"images": listed, "annotations": annotations, "categories": categories}
    )
    return root


def _yolo(root, images, truths, classes, digits=6):
    """images/, labels/ and data.yaml."""
    for index, (picture, (boxes, names)) in enumerate(zip(images, truths, strict=True)):
        _save(root / f"images/{index:03}.png", picture)
        height, width = picture.shape[:2]
        lines = []
        for (x1, y1, x2, y2), name in zip(boxes.tolist(), names, strict=True):
            box = ((x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height)
            lines.append(f"{classes.index(name)} " + " ".join(f"{number:.{digits}f}" for number in box))
        _write(root / f"labels/{index:03}.txt", "\n".join(lines))
    _write(root / "data.yaml", f"train: images\nnc: {len(classes)}\nnames: [{', '.join(classes)}]\n")
    return root


def _csv(root, images, truths):
    """images/ and boxes.csv with a row for each object, and one without box for each empty image."""
    rows = ["filename,width,height,class,xmin,ymin,xmax,ymax"]
    for index, (picture, (boxes, names)) in enumerate(zip(images, truths, strict=True)):
        _save(root / f"images/{index:03}.png", picture)
        size = f"{picture.shape[1]},{picture.shape[0]}"
        rows += [
            f"{index:03}.png,{size},{name},{','.join(map(str, box))}"
            for box, name in zip(boxes.astype(int).tolist(), names, strict=True)
        ] or [f"{index:03}.png,{size},,,,,"]
    _write(root / "boxes.csv", "\n".join(rows) + "\n")
    return root


def _labelme(root, images, truths):
    """Images and their JSON side by side; every other rectangle is drawn from its lower right corner."""
    for index, (picture, (boxes, names)) in enumerate(zip(images, truths, strict=True)):
        _save(root / f"{index:03}.png", picture)
        shapes = [
            {
                "label": name,
                "shape_type": "rectangle",
                "points": [box[:2], box[2:]][:: -1 if place % 2 else 1],
            }
            for place, (box, name) in enumerate(zip(boxes.tolist(), names, strict=True))
        ]
        size = {"imageHeight": picture.shape[0], "imageWidth": picture.shape[1]}
        content = {
            "version": "5.0",
            "shapes": shapes,
            "imagePath": f"..\\{index:03}.png",
            "imageData": None,
            **size,
        }
        _write(root / f"{index:03}.json", content)
    return root


@pytest.fixture(scope="session")
def written():
    """Functions that write pictures and boxes in a format, and the small ones that they use."""
    return types.SimpleNamespace(
        voc=_voc, coco=_coco, yolo=_yolo, csv=_csv, labelme=_labelme, xml=_xml, save=_save, text=_write
    )
