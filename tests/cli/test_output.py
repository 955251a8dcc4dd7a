"""Output: data on stdout, everything else on stderr."""

import json
import os
import sys

import pytest

from kit.cli import output
from kit.quiet import quiet


def test_data_go_to_stdout_and_words_to_stderr(capsys):
    output.emit({"name": "naïve", "value": None})
    output.say("done")
    out, err = capsys.readouterr()
    assert (json.loads(out), err) == ({"name": "naïve", "value": None}, "done\n")
    assert out.count("\n") == 1


def test_numbers_that_no_parser_reads_are_refused():
    with pytest.raises(ValueError, match="Out of range"):
        output.emit({"loss": float("nan")})


def test_what_libraries_print_goes_to_stderr(capsys):
    with output.words_on_stderr():
        print("1/1 ━━━ 0s")
    print("data")
    assert capsys.readouterr() == ("data\n", "1/1 ━━━ 0s\n")


def test_noise_below_python_is_kept_back_unless_something_fails(capfd):
    with quiet():
        os.write(2, b"noise")
    assert capfd.readouterr().err == ""
    with pytest.raises(ImportError), quiet():
        os.write(2, b"the cause")
        raise ImportError
    print("after", file=sys.stderr)
    assert capfd.readouterr().err == "the causeafter\n"


def test_columns_of_a_table_are_aligned():
    text = output.table([("accuracy", 0.5), ("f", "")], head=("metric", "value"))
    assert text.splitlines() == ["metric    value", "accuracy  0.5", "f"]
