"""Columns that hold boxes."""

import pytest

from kit.data.box_columns import columns_of


@pytest.mark.parametrize(
    "names, form, label",
    [
        ("filename xmin ymin xmax ymax class", "xyxy", "class"),
        ("Image_Name X1 Y1 X2 Y2 Label", "xyxy", "Label"),
        ("image left top right bottom", "xyxy", None),
        ("image x y w h category", "xywh", "category"),
        ("image xmin ymin width height class", "xywh", "class"),
        ("image bbox_x bbox_y bbox_width bbox_height name", "xywh", "name"),
        ("img x_center y_center width height class", "cxcywh", "class"),
        ("image_id bbox class", "", "class"),
    ],
)
def test_names_of_columns_tell_the_format(names, form, label):
    found = columns_of(names.split())
    assert (found.form, found.label) == (form, label) and len(found.box) == (4 if form else 1)


def test_width_and_height_beside_corners_are_the_images_own():
    assert columns_of(["file", "width", "height", "class", "xmin", "ymin", "xmax", "ymax"]).size == (
        "height",
        "width",
    )
    assert columns_of(["file", "x", "y", "width", "height"]).size == ()


@pytest.mark.parametrize("names", ["x y z", "filename class", "xmin ymin xmax ymax class", "image x y label"])
def test_other_tables_hold_no_boxes(names):
    assert columns_of(names.split()) is None
