"""Decisions as JSON and as tensors."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

import kit
from kit.serving import answers
from kit.serving.refusals import Refused


def test_a_picture_goes_out_as_png_in_the_range_of_the_screen():
    image = np.linspace(0, 16, 12, dtype="float32").reshape(3, 4, 1)
    found = answers.as_json(kit.Decision(image=image), white=16)["image"]
    assert found["size"] == [3, 4, 1]
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(found["png"]))))
    assert shown.tolist() == np.rint(image[..., 0] * 255 / 16).astype(int).tolist()


def test_labels_that_a_sample_carries_are_one_column_each():
    shares = {"good": 0.9, "bad": 0.2}
    decisions = [
        kit.Decision(labels=["good"], probabilities=shares),
        kit.Decision(labels=[], probabilities=shares),
    ]
    found = answers.tensors(decisions)
    assert found["labels"][0] == "BOOL" and found["labels"][1].tolist() == [[True, False], [False, False]]
    assert found["probabilities"][1].shape == (2, 2)


def test_boxes_are_filled_up_to_the_image_with_the_most():
    none = kit.Decision(labels=[], scores=np.zeros(0), boxes_xyxy=np.zeros((0, 4)))
    one = kit.Decision(labels=["cat"], scores=np.array([0.5]), boxes_xyxy=np.array([[1.0, 2, 3, 4]]))
    found = answers.tensors([none, one])
    assert found["boxes_xyxy"][1].tolist() == [[[-1] * 4], [[1, 2, 3, 4]]]
    assert found["scores"][1].tolist() == [[0], [0.5]] and found["labels"][1].tolist() == [[""], ["cat"]]


def test_masks_of_several_sizes_are_no_tensor():
    with pytest.raises(Refused, match="differ in size"):
        answers.tensors([kit.Decision(mask=np.zeros(size, "uint8")) for size in ((2, 2), (3, 3))])


@pytest.mark.parametrize("label", ["cat", 7, True])
def test_a_label_has_the_type_that_the_user_gave_it(label):
    found = answers.tensors([kit.Decision(label=label, probability=0.5)])
    assert found["label"][0] == {"cat": "BYTES", 7: "INT64", True: "BOOL"}[label]
    assert found["label"][1].tolist() == [label] and found["probability"][0] == "FP32"


def test_what_utf_8_cannot_write_does_not_break_an_answer():
    assert answers.content({"a": "\ud800", "b": float("nan")}) == b'{"a": "?", "b": null}'
