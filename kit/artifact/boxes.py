"""Boxes as files: COCO JSON, Pascal VOC XML and YOLO text, as `kit.load_data` and other programs read."""

import json
from xml.sax.saxutils import escape

import numpy as np

from kit import boxes
from kit.errors import KitError

_DIGITS = 3  # behind the point, of pixels


def as_coco(names, found, classes, sizes, numbers=None):
    """Found objects as COCO, whole with images and categories; ids of images count from 1.

    `found["annotations"]` is what `COCO.loadRes` of pycocotools takes as results, once image and
    category ids are those of its ground truth.

    Args:
        names: file name of each image.
        found: for each image (boxes_xyxy (M, 4) in its pixels, M class names, M scores or None).
        classes: names of all classes.
        sizes: (height, width) in pixels of each image.
        numbers: the id of each class; None for 1, 2, ...

    Returns:
        A dict that JSON can hold.

    Raises:
        KitError: if a class is none of `classes`.

    Source: https://cocodataset.org/#format-results

    Example:
        >>> one = (np.array([[2, 3, 6, 8]]), ["cat"], [0.9])
        >>> as_coco(["7.jpg"], [one], ["cat"], [(10, 20)])["annotations"][0]["bbox"]
        [2.0, 3.0, 4.0, 5.0]
    """
    images, annotations = [], []
    numbers = range(1, len(classes) + 1) if numbers is None else numbers
    for place, (name, (corners, labels, scores), size) in enumerate(
        zip(names, found, sizes, strict=True), start=1
    ):
        images.append({"id": place, "file_name": str(name), "height": int(size[0]), "width": int(size[1])})
        sides = boxes.converted(_array(corners), "xyxy", "xywh")
        for index, (box, label) in enumerate(zip(sides, labels, strict=True)):
            own = {
                "id": len(annotations) + 1,
                "image_id": place,
                "category_id": _number(label, classes, numbers),
            }
            own |= {"bbox": _rounded(box), "area": _rounded(box[2:].prod()), "iscrowd": 0}
            annotations.append(own | ({} if scores is None else {"score": float(scores[index])}))
    categories = [{"id": number, "name": str(name)} for number, name in zip(numbers, classes, strict=True)]
    return {"images": images, "categories": categories, "annotations": annotations}


def as_voc(name, found, size, channels=3):
    """The objects of one image as Pascal VOC XML: pixels count from 1, the last one belongs to the box.

    Args:
        name: file name of the image.
        found: (boxes_xyxy (M, 4) in its pixels, M class names, M scores or None).
        size: (height, width) in pixels of the image.
        channels: of the image.

    Returns:
        Text.

    Example:
        >>> one = (np.array([[0, 3, 6, 8]]), ["cat"], None)
        >>> print(as_voc("7.jpg", one, (10, 20)).splitlines()[5])
        <xmin>1</xmin>
    """
    corners, labels, scores = found
    lines = [
        "<annotation>",
        f"<filename>{escape(str(name))}</filename>",
        "<source><database>kit</database></source>",
        f"<size><width>{size[1]}</width><height>{size[0]}</height><depth>{channels}</depth></size>",
    ]
    for index, (box, label) in enumerate(zip(_array(corners) + [1, 1, 0, 0], labels, strict=True)):
        score = "" if scores is None else f"<confidence>{float(scores[index]):.6g}</confidence>"
        lines.append(f"<object><name>{escape(str(label))}</name><difficult>0</difficult>{score}<bndbox>")
        keys = ("xmin", "ymin", "xmax", "ymax")
        lines += [f"<{key}>{number:g}</{key}>" for key, number in zip(keys, _rounded(box), strict=True)]
        lines.append("</bndbox></object>")
    return "\n".join([*lines, "</annotation>", ""])


def as_yolo(found, size, classes, numbers=None):
    """The objects of one image as YOLO text: class number, centre, width and height as shares of the sides.

    Args:
        found: (boxes_xyxy (M, 4) in the image's pixels, M class names, M scores or None). Scores
            stand at the end of each line, as in predictions; labels to train on have none.
        size: (height, width) in pixels of the image.
        classes: names of all classes.
        numbers: of each class; None for their places.

    Returns:
        Text, a line an object.

    Raises:
        KitError: if a class is none of `classes`.

    Example:
        >>> as_yolo((np.array([[0, 0, 5, 10]]), ["dog"], None), (20, 10), ["cat", "dog"])
        '1 0.25000000 0.25000000 0.50000000 0.50000000\\n'
    """
    corners, labels, scores = found
    shares = boxes.converted(_array(corners), "xyxy", "rel_cxcywh", size)
    numbers = range(len(classes)) if numbers is None else numbers
    lines = []
    for index, (box, label) in enumerate(zip(shares, labels, strict=True)):
        shown = [f"{number:.8f}" for number in box] + ([] if scores is None else [f"{scores[index]:.6f}"])
        lines.append(" ".join([str(_number(label, classes, numbers)), *shown]) + "\n")
    return "".join(lines)


def yolo_config(classes, images="images"):
    """The text of a data.yaml that names these classes.

    Example:
        >>> print(yolo_config(["cat", "dog"]))
        train: images
        val: images
        nc: 2
        names:
          0: "cat"
          1: "dog"
        <BLANKLINE>
    """
    named = [f"  {place}: {json.dumps(str(name), ensure_ascii=False)}" for place, name in enumerate(classes)]
    return "\n".join([f"train: {images}", f"val: {images}", f"nc: {len(named)}", "names:", *named, ""])


def _array(corners):
    return np.asarray(corners, "float64").reshape(-1, 4)


def _rounded(numbers):
    return np.asarray(numbers, "float64").round(_DIGITS).tolist()


def _number(label, classes, numbers):
    for number, name in zip(numbers, classes, strict=True):
        if name == label:
            return number
    raise KitError(f"Class {label!r} is none of {', '.join(map(str, classes))}.")
