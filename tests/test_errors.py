"""Errors: the wording, the kinds and the exit statuses."""

import errno

import pytest

from kit import errors
from kit.errors import ArtifactError, DataError, Fault, KitError, ResourceError, SchemaError


def test_a_near_name_is_offered_and_all_names_are_listed():
    error = errors.unknown("backbone", "efficentnet_b0", ["resnet", "efficientnet_b0"])
    assert str(error) == (
        "Unknown backbone 'efficentnet_b0'. Did you mean 'efficientnet_b0'? Known: efficientnet_b0, resnet."
    )


def test_no_name_is_offered_where_none_is_near():
    assert "Did you mean" not in str(errors.unknown("backbone", "zzz", ["resnet"]))


def test_names_that_are_not_text_are_compared_as_text():
    assert "Did you mean '102'?" in str(errors.unknown("class", 101, [102, 3]))


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (KitError("x"), 2),
        (errors.MatchError("x"), 2),
        (DataError("x"), 2),
        (SchemaError("x"), 2),
        (errors.DivergedError("x"), 2),
        (ArtifactError("checksum", "model.keras", "x"), 3),
        (errors.SearchStateError("x"), 4),
        (ResourceError("x"), 5),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_kind_has_its_exit_status_and_is_a_value_error(error, status):
    assert error.exit_code == status
    assert isinstance(error, ValueError)


def test_an_artifact_error_names_the_member_and_carries_its_code():
    error = ArtifactError("checksum", "model.keras", "has changed")
    assert (error.code, error.member) == ("checksum", "model.keras")
    assert str(error) == "model.keras: has changed. Restore the artifact from a copy, or train it again."


def test_a_fault_says_where_what_expected_and_cure():
    fault = Fault("row 3", "label 'cta'", "cat or dog", "Correct it.")
    assert str(fault) == "row 3: label 'cta'; expected cat or dog. Correct it."
    assert str(Fault("row 3", "label 'cta'")) == "row 3: label 'cta'"


def test_all_faults_stand_in_one_error_a_line_each():
    error = DataError([Fault(f"row {row}", "NaN") for row in range(3)])
    assert str(error).splitlines() == [
        "3 faults in the data:",
        "  row 0: NaN",
        "  row 1: NaN",
        "  row 2: NaN",
    ]
    assert [fault.where for fault in error.faults] == ["row 0", "row 1", "row 2"]


def test_of_many_faults_a_hundred_are_shown_and_the_rest_counted():
    lines = str(DataError([Fault(f"row {row}", "NaN") for row in range(250)])).splitlines()
    assert len(lines) == 1 + 100 + 1
    assert lines[-1].strip() == "... and 150 more"


def test_a_missing_extra_gives_the_command_that_installs_it():
    assert "pip install 'keras-kit[parquet]'" in str(errors.missing_extra("pyarrow", "parquet"))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_a_matter_of_resources(code):
    assert isinstance(errors.as_kit_error(OSError(code, "full", "a.csv")), ResourceError)


def test_a_missing_file_is_a_mistake_of_the_caller_and_named():
    known = errors.as_kit_error(FileNotFoundError(errno.ENOENT, "No such file or directory", "a.csv"))
    assert (type(known), str(known)) == (KitError, "a.csv: No such file or directory.")


def test_a_fault_of_kit_itself_is_no_mistake_of_the_caller():
    assert errors.as_kit_error(TypeError("x")) is None
    assert errors.as_kit_error(OSError("unable to open")) is None


def test_an_error_of_kit_stays_itself():
    error = DataError("x")
    assert errors.as_kit_error(error) is error
