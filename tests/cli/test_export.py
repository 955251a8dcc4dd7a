"""kit export: the network of an artifact in another format, and what was measured of it."""

import pytest

from kit import tasks
from kit.artifact import formats

pytest.importorskip("tensorflow")


def test_what_was_measured_is_printed_and_is_the_one_json_object(call, of_rows, tmp_path):
    done = call("export", of_rows, "--format", "tf_saved_model", "--out", tmp_path / "pay")
    assert done.status == 0, done.err
    assert [line.split()[0] for line in done.out.splitlines()][:3] == ["file", "runtime", "difference"]
    assert "use.py" in done.err
    facts = call("export", of_rows, "--format", "tf_saved_model", "--out", tmp_path / "pay", "--json").json
    assert facts["path"] == str(tmp_path / "pay")
    assert facts["difference"] <= facts["tolerance"]
    assert facts["agreement"] is None  # numbers


def test_samples_are_read_as_predict_reads_its_inputs(call, of_rows, people, tmp_path):
    words = ("export", of_rows, "--format", "tf_saved_model", "--out", tmp_path / "pay", "--samples")
    done = call(*words, people, "--json")
    assert done.status == 0, done.err
    facts = done.json
    assert (facts["samples"], facts["source"]) == (3, "given")
    assert facts["error"] < 1e-4
    done = call(*words, tmp_path / "nobody.csv")
    assert done.status == 2 and "nobody.csv: no such file or folder" in done.err


def test_a_format_in_8_bits_asks_for_samples(call, of_rows):
    pytest.importorskip("onnxruntime")
    done = call("export", of_rows, "--format", "onnx_int8")
    assert done.status == 2
    assert "--samples" in done.err


def test_an_unknown_format_is_a_mistake_of_the_caller(call, of_rows):
    done = call("export", of_rows, "--format", "onx")
    assert (done.status, done.out) == (2, "")
    assert "Did you mean 'onnx'" in done.err


def test_the_formats_are_listed_with_the_tasks_that_each_can_hold(call):
    done = call("list", "formats")
    head, *lines = done.out.splitlines()
    assert [line.split()[0] for line in lines] == formats.names()
    assert all(name in head for name in tasks.names())
    rows = call("list", "formats", "--json").json["formats"]
    assert {row["format"]: set(row["tasks"]) for row in rows} == {
        name: set(tasks.names()) for name in formats.names()
    }
