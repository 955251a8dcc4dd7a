"""kit.inputs.findings: faults and their rows."""

import pytest

from kit.errors import DataError, Fault, SchemaError
from kit.inputs.findings import Finding, in_rows, raise_if_any


def test_no_findings_raise_nothing():
    raise_if_any([])


def test_all_findings_are_raised_at_once():
    with pytest.raises(DataError) as error:
        raise_if_any([Finding(Fault("row 1", "x")), Finding(Fault("row 2", "y"))])
    assert [fault.where for fault in error.value.faults] == ["row 1", "row 2"]
    assert not isinstance(error.value, SchemaError)


def test_one_difference_in_kind_makes_it_a_schema_error():
    with pytest.raises(SchemaError):
        raise_if_any([Finding(Fault("row 1", "x")), Finding(Fault("row 2", "y"), schema=True)])


@pytest.mark.parametrize(
    "rows, names, text",
    [
        ([4], None, "row 4"),
        ([0, 1], ["row 7", "row 9"], "rows 7, 9"),
        (range(6), None, "rows 0, 1, 2, 3, 4 and 1 more"),
        ([1], ["row 0", "b_TEST.csv row 3"], "b_TEST.csv row 3"),
        (range(6), [f"{row}.png" for row in range(6)], "0.png, 1.png, 2.png, 3.png, 4.png and 1 more"),
    ],
)
def test_rows_are_named_and_the_rest_counted(rows, names, text):
    assert in_rows(rows, names) == text
