"""What requests bring for each kind of input."""

import numpy as np
import pytest

import kit
from kit.errors import SchemaError
from kit.inputs.columns import Category, Numeric
from kit.serving import kinds
from kit.serving.limits import Limits
from kit.serving.refusals import Refused

TABLE = kit.Table((Numeric("age"), Category("caf\u00e9", levels=("a", "b"))))


def kind(input, **limits):
    return kinds.of(input, Limits(**limits))


def test_every_fault_of_every_row_is_told_and_near_names_are_offered():
    rows = [{"age": 1, "caf\u00e9": "a"}, {"agee": 1, "caf\u00e9": ["a"]}]
    with pytest.raises(SchemaError) as error:
        kind(TABLE).read(rows)
    told = " ".join(map(str, error.value.faults))
    assert "instance 1: Unknown column 'agee'. Did you mean 'age'?" in told
    assert "no column 'age'" in told and "is a list" in told and "instance 0" not in told


def test_columns_are_compared_as_tables_compare_them():
    rows = [{"age": 1, "cafe\u0301": "a"}]  # the accent as a letter of its own
    assert TABLE.encode(kind(TABLE).read(rows))["categorical"].tolist() == [[1]]


@pytest.mark.parametrize(
    "input", [TABLE, kit.Images((4, 6), 1), kit.Images((None, None), 3), kit.Texts("t", 3, ("a",))]
)
def test_the_example_of_a_kind_is_read_by_it_and_encoded_by_the_input(input):
    found = kind(input)
    raw = found.read([found.example()] * 2)
    assert len(raw) == 2
    encoded = input.encode(raw)
    assert len(next(iter(encoded.values())) if isinstance(encoded, dict) else encoded) == 2


def test_all_pixels_of_one_request_count_together():
    images = [np.zeros((10, 10), int).tolist()] * 3
    assert len(kind(kit.Images((4, 4), 1), pixels=300).read(images)) == 3
    with pytest.raises(Refused, match="300 pixels; at most 299") as refused:
        kind(kit.Images((4, 4), 1), pixels=299).read(images)
    assert refused.value.status == 413


def test_images_of_other_channels_than_files_have_come_as_numbers_only():
    four = kind(kit.Images((4, 4), 4))
    assert not four.takes_files and four.schema()["type"] == "array"
    with pytest.raises(Refused, match="not files"):
        four.of_files([b"x"])


def test_an_input_without_a_kind_of_its_own_takes_arrays_with_null_for_what_is_missing():
    class Signals:
        shape = (3, 2)

        def to_json(self):
            return {"kind": "signals"}

        def describe(self):
            return "signals"

    (found,) = kind(Signals()).read([[[1, 2], [3, None]]])
    assert found.shape == (2, 2) and np.isnan(found[1, 1])
    (tensor,) = kind(Signals()).tensors()
    assert tensor == {"name": "signals", "datatype": "FP64", "shape": [-1, 3, 2]}
    assert kind(Signals()).of_tensors({"signals": ("FP64", [1, 3, 2], [0] * 6)})[0].shape == (3, 2)
