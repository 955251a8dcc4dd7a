"""kit.inputs: inputs by name, from JSON and from shapes."""

import json

import pytest

import kit
from kit import inputs


@pytest.mark.parametrize(
    "input", [kit.Images((4, 6), 3, mean=(1, 2, 3), std=(1, 1, 1)), inputs.as_input((3,))]
)
def test_an_input_comes_back_from_json_equal(input):
    assert inputs.from_json(json.loads(json.dumps(input.to_json()))) == input


def test_an_unknown_kind_of_input_names_the_known_ones():
    with pytest.raises(kit.KitError, match="Unknown input 'image'. Did you mean 'images'"):
        inputs.from_json({"kind": "image"})


def test_three_sizes_stand_for_images_of_8_bits():
    assert inputs.as_input((28, 28, 1)) == kit.Images((28, 28), channels=1, scale=255)


def test_one_size_stands_for_a_table_of_numbers():
    assert [column.name for column in inputs.as_input([3]).columns] == ["x0", "x1", "x2"]


def test_two_sizes_stand_for_series():
    assert inputs.as_input((10, 2)) == kit.Series(10, 2)


def test_an_input_stands_for_itself():
    images = kit.Images((2, 2))
    assert inputs.as_input(images) is images


@pytest.mark.parametrize("shape", [(10, 0), (), (0,), (2, 3, 4, 5), (1.5,), ("a",)])
def test_other_shapes_have_no_input_and_the_error_says_which_have(shape):
    with pytest.raises(kit.KitError, match=r"no input for shape .* Give \(height, width, channels\)"):
        inputs.as_input(shape)


def test_what_is_neither_input_nor_shape_is_refused():
    with pytest.raises(kit.KitError, match="Received: str"):
        inputs.as_input("images")


def test_all_inputs_are_found():
    assert inputs.names() == ["images", "series", "table", "texts"]
