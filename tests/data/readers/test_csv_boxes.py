"""Tables of boxes."""

import numpy as np
import pytest
from PIL import Image

from kit.data.readers import READERS, Request, read
from kit.data.shapes import shapes

takes = READERS.facts("CSV boxes")["takes"]


@pytest.fixture
def table(tmp_path, written):
    """Writes a CSV file and a.png and b.png of 40 x 60 pixels beside it."""

    def write(text, name="boxes.csv", folder="images"):
        for place, stem in enumerate("ab"):
            written.save((tmp_path / name).parent / folder / f"{stem}.png", np.full((40, 60), place, "uint8"))
        return written.text(tmp_path / name, text)

    return write


def of(source, **options):
    return read(Request(source, **options))


def found(raw):
    return [(boxes.tolist(), names.tolist()) for boxes, names in raw.labels]


BOTH = [([[10, 10, 30, 20]], ["cat"]), ([[24, 10, 36, 30]], ["dog"])]


@pytest.mark.parametrize(
    "text",
    [
        "filename,xmin,ymin,xmax,ymax,class\na.png,10,10,30,20,cat\nb.png,24,10,36,30,dog\n",
        "filename,width,height,class,xmin,ymin,xmax,ymax\n"
        "a.png,60,40,cat,10,10,30,20\nb.png,60,40,dog,24,10,36,30\n",
        "image;x;y;w;h;label\na.png;10;10;20;10;cat\nb.png;24;10;12;20;dog\n",
        "image_id\tx_min\ty_min\tx_max\ty_max\tclass_name\na\t10\t10\t30\t20\tcat\nb\t24\t10\t36\t30\tdog\n",
        'path,label,bbox\nimages/a.png,cat,"[10, 10, 30, 20]"\nimages/b.png,dog,"[24, 10, 36, 30]"\n',
        "ImageID,LabelName,XMin,XMax,YMin,YMax\na,cat,0.1666667,0.5,0.25,0.5\nb,dog,0.4,0.6,0.25,0.75\n",
        "file,x_center,y_center,width,height,category\na.png,20,15,20,10,cat\nb.png,30,20,12,20,dog\n",
        "images/a.png,10,10,30,20,cat\nimages/b.png,24,10,36,30,dog\n",
        "/home/me/a.png,10,10,30,20,cat\nC:\\set\\b.png,24,10,36,30,dog\n",
    ],
    ids=[
        "corners",
        "tensorflow",
        "sides",
        "no suffix",
        "one column",
        "shares",
        "centre",
        "no header",
        "paths",
    ],
)
def test_the_usual_variants_are_read_alike(table, text):
    file = table(text)
    assert takes(file) and takes(file.parent) and takes(file, "detection") and not takes(file, "regression")
    raw = of(file)
    assert found(raw) == BOTH and raw.classes == ("cat", "dog") and not (raw.findings or raw.faults)


def test_several_rows_of_an_image_are_its_objects(table):
    raw = of(table("file,x1,y1,x2,y2,class\na.png,1,2,9,9,cat\nb.png,1,1,5,5,cat\na.png,3,3,50,30,dog\n"))
    assert found(raw)[0] == ([[1, 2, 9, 9], [3, 3, 50, 30]], ["cat", "dog"]) and len(raw) == 2


@pytest.mark.parametrize("row", ["b.png,,,,,", "b.png,,,,,cat"])
def test_a_row_with_an_empty_box_is_an_image_without_objects(table, row):
    raw = of(table(f"file,x1,y1,x2,y2,class\na.png,1,2,9,9,cat\n{row}\n"))
    assert found(raw)[1] == ([], []) and len(raw) == 2 and not raw.findings


@pytest.mark.parametrize(
    "row, what",
    [
        ("b.png,1,,5,5,cat", "a box without four numbers"),
        (",1,1,5,5,cat", "no image"),
        ("b.png,1,1,5,5,", "an object without class"),
        ("b.png,5,1,5,5,cat", "a box without area (xyxy 5 1 5 5)"),
        ("b.png,99,1,105,5,cat", "a box wholly outside its image (xyxy 99 1 105 5)"),
    ],
)
def test_a_row_at_fault_is_named(table, row, what):
    good = "a.png,10,10,30,20,cat\na.png,20,12,50,30,cat\na.png,40,20,55,38,cat\n"
    raw = of(table(f"file,x1,y1,x2,y2,class\n{good}{row}\n"))
    (finding,) = raw.findings
    assert finding.fault.where.startswith("boxes.csv, row 3") and finding.fault.found == what
    assert len(raw.labels[0][0]) == 3


def test_a_row_of_another_length_is_told_too(table):
    raw = of(table("file,x1,y1,x2,y2,class\na.png,1,2,9,9,cat\nb.png,1,2\nb.png,1,2,9,9,cat\n"))
    assert [finding.fault.where for finding in raw.findings] == ["boxes.csv, line 3"]


def test_without_a_column_of_classes_there_is_one_class(table):
    assert of(table("file,x1,y1,x2,y2\na.png,1,2,9,9\n")).classes == ("object",)


def test_numbers_of_classes_stay_whole_beside_an_empty_row(table):
    raw = of(table("file,x1,y1,x2,y2,class\na.png,1,2,9,9,3\nb.png,,,,,\n"))
    assert raw.classes == (3,) and isinstance(raw.classes[0], int)


def test_sides_in_columns_called_corners_are_a_fault(table):
    rows = ["a.png,30,20,20,10,cat", "a.png,35,22,20,14,cat", "b.png,40,25,19,14,cat", "b.png,45,21,9,8,cat"]
    file = table("file,xmin,ymin,xmax,ymax,class\n" + "\n".join(rows))
    assert "box_format='xywh'" in of(file).faults[0].cure
    assert of(file, box_format="xywh").labels[0][0].tolist() == [[30, 20, 50, 30], [35, 22, 55, 36]]


def test_a_column_of_parts_is_kept(table):
    raw = of(table("file,x1,y1,x2,y2,class,split\na.png,1,2,9,9,cat,train\nb.png,1,2,9,9,cat,val\n"))
    assert {part: rows.tolist() for part, rows in raw.parts.items()} == {"train": [0], "validation": [1]}


def test_train_and_test_files_are_parts(table):
    table("file,x1,y1,x2,y2,class\nb.png,1,2,9,9,cat\n", "set_test.csv")
    file = table("file,x1,y1,x2,y2,class\na.png,1,2,9,9,cat\n", "set_train.csv")
    for source in (file, file.parent):
        raw = of(source)
        assert {raw.inputs[row].name: part for part, rows in raw.parts.items() for row in rows} == {
            "a.png": "train",
            "b.png": "test",
        }


def test_images_that_an_export_of_a_whole_folder_does_not_list_are_background(table):
    for part in ("train", "valid"):
        file = table(
            "filename,xmin,ymin,xmax,ymax,class\na.png,1,2,9,9,cat\n", f"{part}/_annotations.csv", ""
        )
    raw = of(file.parent.parent)
    assert sorted(path.name for path in raw.inputs) == ["a.png", "a.png", "b.png", "b.png"]
    assert {part: len(rows) for part, rows in raw.parts.items()} == {"train": 2, "validation": 2}


def test_images_that_another_table_does_not_list_are_not_used(table):
    assert len(of(table("file,x1,y1,x2,y2,class\na.png,1,2,9,9,cat\n"))) == 1


def test_tables_without_boxes_stay_tables(tmp_path):
    file = tmp_path / "iris.csv"
    file.write_text("length,width,species\n1,2,a\n3,4,b\n")
    assert not takes(file) and read(Request(file)).is_table


def test_fifty_drawn_pictures_are_read_as_they_were_drawn(tmp_path, written):
    images, truths = shapes("detection", 50, (72, 100))
    raw = of(written.csv(tmp_path, images, truths) / "boxes.csv")
    for (boxes, names), (true, classes) in zip(raw.labels, truths, strict=True):
        assert (boxes == true).all() and names.tolist() == classes.tolist()


def test_an_image_that_is_not_there_is_no_other_of_its_name(tmp_path):
    for name in ("train/1.png", "train/2.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (40, 30), (int(name[-5]), 0, 0)).save(tmp_path / name)
    rows = ["train/1.png,1,1,9,9,cat", "test/1.png,20,20,30,29,cat", "train/2.png,1,1,9,9,cat"]
    (tmp_path / "b.csv").write_text("\n".join(["filename,xmin,ymin,xmax,ymax,class", *rows]))
    raw = read(Request(tmp_path / "b.csv"))
    assert {name: len(boxes) for name, (boxes, _) in zip(raw.names, raw.labels, strict=True)} == {
        "train/1.png": 1,
        "test/1.png": 0,
        "train/2.png": 1,
    }
    assert raw.sizes[raw.names.index("test/1.png")] is None  # which is told where images are decoded


def test_sides_of_images_are_not_those_of_boxes(tmp_path):
    Image.new("RGB", (200, 100)).save(tmp_path / "1.png")
    text = "filename,width,height,class,x_center,y_center,w,h\n1.png,200,100,cat,101,50,40,20\n"
    (tmp_path / "b.csv").write_text(text)
    raw = read(Request(tmp_path / "b.csv"))
    assert raw.labels[0][0].tolist() == [[81, 40, 121, 60]]
