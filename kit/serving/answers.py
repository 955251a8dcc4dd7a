"""Answers: decisions as JSON and as tensors of the Open Inference Protocol, and what they look like."""

import base64
import json

import numpy as np

from kit.plain import plain
from kit.serving.refusals import Refused

_NUMBER, _NAMES = {"type": "number"}, {"type": "object", "additionalProperties": {"type": "number"}}
_PAIR = {"type": "array", "items": _NUMBER}
_SIZE = {"type": "array", "items": {"type": "integer"}, "description": "height, width"}
_RUNS = {"type": "array", "description": "class and number of pixels, row by row", "items": _PAIR}
_FIELDS = {  # of a decision that says something else than its name
    "label": {"type": ["string", "integer", "boolean"]},
    "probability": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
    "probabilities": _NAMES,
    "labels": {"type": "array", "items": {"type": ["string", "integer", "boolean"]}},
    "value": _NUMBER,
    "mask": {"type": "object", "properties": {"size": _SIZE, "runs": _RUNS}},
    "image": {"type": "object", "properties": {"size": _SIZE, "png": {"type": "string"}}},
    "boxes_xyxy": {"type": "array", "items": _PAIR, "description": "x1, y1, x2, y2 in pixels"},
}


def as_json(decision, white=255.0):
    """A decision as JSON holds it; a picture also as "png", base64.

    Args:
        decision: a `Decision`.
        white: the value of white in its picture.
    """
    found = decision.to_json()
    if decision.image is not None:
        from kit.artifact import masks

        found["image"]["png"] = base64.b64encode(masks.as_picture(decision.image, white)).decode("ascii")
    return found


def content(value):
    """Any JSON value as bytes; what UTF-8 cannot write becomes "?"."""
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False).encode("utf-8")


def schema(example):
    """JSON Schema of decisions like this one.

    Args:
        example: a `Decision` of the same task.

    Example:
        >>> sorted(schema(kit.Decision(label="cat", probability=0.9))["properties"])
        ['label', 'probability']
    """
    fields = {name: _FIELDS.get(name, {}) for name in as_json(example)}
    return {"type": "object", "properties": fields, "required": list(fields)}


def tensors(decisions):
    """Decisions as tensors by name: each (datatype, array).

    Args:
        decisions: at least one `Decision` of one task.

    Raises:
        Refused: 422 if maps differ in size.

    Example:
        >>> found = tensors([kit.Decision(value=2.0, interval=(1.0, 3.0))])
        >>> {name: (datatype, array.tolist()) for name, (datatype, array) in found.items()}
        {'value': ('FP32', [2.0]), 'interval': ('FP32', [[1.0, 3.0]])}
    """
    if decisions[0].boxes_xyxy is not None:
        return _of_boxes(decisions)
    found = {}
    for name, first in vars(decisions[0]).items():
        if first is not None:
            found[name] = _tensor([getattr(each, name) for each in decisions])
    if "labels" in found:
        names = list(decisions[0].probabilities or decisions[0].scores)
        carried = [[name in each.labels for name in names] for each in decisions]
        found["labels"] = "BOOL", np.array(carried)
    return {name: tensor for name, tensor in found.items() if tensor is not None}


def _tensor(values):
    """(datatype, array) of one field of all decisions; None if it has no form as a tensor."""
    first = values[0]
    if isinstance(first, np.ndarray):
        if len({value.shape for value in values}) > 1:
            raise Refused(422, "The images differ in size, so their maps are no tensor. Send one at a time.")
        return ("UINT8" if first.dtype == np.uint8 else "FP32"), np.stack(values)
    if isinstance(first, dict):
        return "FP32", np.array([list(value.values()) for value in values], "float32")
    if isinstance(first, bool):
        return "BOOL", np.array(values)
    if isinstance(first, int):
        return "INT64", np.array(values, "int64")
    if isinstance(first, float | tuple):
        return "FP32", np.array(values, "float32")
    return ("BYTES", np.array(values, object)) if isinstance(first, str) else None


def _of_boxes(decisions):
    """Boxes of all images, filled up to as many as the image with the most has, by -1 and empty text."""
    most = max(len(each.labels) for each in decisions)
    boxes = np.full((len(decisions), most, 4), -1, "float32")
    scores, labels = np.zeros((len(decisions), most), "float32"), np.full((len(decisions), most), "", object)
    for row, each in enumerate(decisions):
        own = row, slice(len(each.labels))
        boxes[own], scores[own], labels[own] = each.boxes_xyxy, each.scores, list(map(str, each.labels))
    return {"boxes_xyxy": ("FP32", boxes), "scores": ("FP32", scores), "labels": ("BYTES", labels)}
