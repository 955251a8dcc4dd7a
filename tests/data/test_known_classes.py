"""kit.data.known_classes: other masks under the task of a trained model."""

import json

import numpy as np
import pytest
from PIL import Image

import kit
from kit.data.known_classes import renumbered
from kit.errors import DataError

COLOURS = np.array([[0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255]], "uint8")


@pytest.fixture
def folder(tmp_path, rng):
    """Writes six images and masks of what `colour_of` gives for index maps of the classes named."""

    def write(name, present, colour_of, root=tmp_path):
        for kind in ("images", "masks"):
            (root / name / kind).mkdir(parents=True)
        for number in range(6):
            index = np.array(present)[rng.integers(0, len(present), (8, 8))]
            index[0, : len(present)] = present
            image = rng.integers(0, 256, (8, 8, 3)).astype("uint8")
            Image.fromarray(image).save(root / name / f"images/{number}.png")
            Image.fromarray(colour_of(index)).save(root / name / f"masks/{number}.png")
        return root / name

    return write


def test_colours_are_the_classes_that_the_task_names_after_them(folder):
    first = kit.load_data(folder("a", [0, 1, 2, 3], lambda index: COLOURS[index]))
    other = kit.load_data(folder("b", [0, 2, 3], lambda index: COLOURS[index]), first.task)
    mask = np.asarray(Image.open(other.train.inputs[0].parent.parent / "masks" / other.train.inputs[0].name))
    names = np.array(first.task.classes)[other.train.labels[0]]
    assert (
        names == np.array([f"#{r:02x}{g:02x}{b:02x}" for r, g, b in mask.reshape(-1, 3)]).reshape(8, 8)
    ).all()


def test_numbers_far_apart_are_known_again(folder):
    grays = np.array([0, 50, 100, 200], "uint8")
    first = kit.load_data(folder("a", [0, 1, 2, 3], lambda index: grays[index]))
    other = kit.load_data(folder("b", [0, 2, 3], lambda index: grays[index]), first.task)
    assert set(np.unique(np.stack(other.train.labels))) == {0, 2, 3}


def test_a_colour_that_the_task_does_not_know_is_an_error(folder):
    first = kit.load_data(folder("a", [0, 1], lambda index: COLOURS[index]))
    with pytest.raises(DataError, match="masks of #0000ff; expected the classes #000000, #ff0000"):
        kit.load_data(folder("b", [0, 1, 3], lambda index: COLOURS[index]), first.task)


def test_names_in_another_order_are_known_again(folder):
    roots = [folder(name, [0, 1, 2], lambda index: index.astype("uint8")) for name in "ab"]
    for root, names in zip(roots, (["bg", "cat", "dog"], ["bg", "dog", "cat"]), strict=True):
        (root / "classes.json").write_text(json.dumps(names))
    first = kit.load_data(roots[0])
    other = kit.load_data(roots[1], first.task)
    path = other.train.inputs[0]
    mask = np.asarray(Image.open(path.parent.parent / "masks" / path.name))
    assert (other.train.labels[0] == np.array([0, 2, 1])[mask]).all()


def test_a_task_that_names_the_numbers_itself_is_taken_by_number():
    masks = [np.array([[0, 1]], "uint8")]
    for classes in (("background", "foreground"), (0, 1), ("sky", "road")):
        assert renumbered(masks, classes, None, kit.Segmentation(("background", "cell")), "data") is masks


def test_void_stays_void_where_its_name_was_dropped():
    task = kit.Segmentation((0, 50, 100, 200))
    void = kit.Segmentation((0, 50, 100, 200), void=task.void_of(200))
    masks = [np.array([[0, 1, 2, 3]], "uint8")]
    kept = renumbered(masks, (0, 50, 100, 200), None, void, "data")
    assert void.classes == (0, 50, 100) and void.encode(kept).tolist() == [[[0, 1, 2, 255]]]


@pytest.mark.parametrize("given, classes", [(200, (0, 50, 100)), (50, (0, 100, 200))])
def test_void_is_the_number_in_the_files_also_where_masks_are_renumbered(folder, given, classes):
    grays = np.array([0, 50, 100, 200], "uint8")
    data = kit.load_data(folder("a", [0, 1, 2, 3], lambda index: grays[index]))
    from kit import namespace

    assert namespace.changed(data, {"void": given}, {}).task.classes == classes


@pytest.mark.parametrize("void", ["sky", 1.5, True, 256])
def test_a_void_that_is_none_is_refused(void):
    with pytest.raises(kit.errors.KitError, match="void is a value of the masks"):
        kit.Segmentation(3).void_of(void)
    with pytest.raises(kit.errors.KitError, match="void is a value of the masks"):
        kit.Segmentation(3, void=void)


def test_masks_that_are_all_empty_are_an_error_before_training(folder):
    root = folder("a", [0], lambda index: index.astype("uint8"))
    with pytest.raises(DataError, match="all 6 hold 'background' alone; expected at least two classes"):
        kit.load_data(root)
    assert len(kit.load_data(root, kit.Segmentation(("background", "cell"))).train)


@pytest.mark.parametrize("values", [[256, 0], [0.6, 1]])
def test_values_that_are_no_bytes_are_no_classes(values):
    with pytest.raises(DataError, match="the values"):
        kit.Segmentation(2).encode([np.array([values])])
