"""kit.data.sniff: how a text file of rows is written."""

import pytest

from kit.data import sniff
from kit.errors import DataError


@pytest.mark.parametrize(
    "text, separator, header, decimal",
    [
        ("a,b\n1,2\n3,4\n", ",", True, "."),
        ("1,2\n3,4\n", ",", False, "."),
        ("a;b\n1,5;2,5\n3,5;4\n", ";", True, ","),
        ("1,5;2,5\n3,5;4,5\n", ";", False, ","),
        ("a\tb\n1\t2\n", "\t", True, "."),
        ("a|b\n1|2\n", "|", True, "."),
        ("a b\n1 2\n", None, True, "."),
        ("  1.0   2.0\n  3.0   4.0\n", None, False, "."),
        ("M,0.5,x\nF,0.7,y\nM,0.1,x\n", ",", False, "."),
        ("name\nAnn\nBob\n", ",", True, "."),
        ('v1,v2,,\nham,"a, b",,\nspam,c,,\n', ",", True, "."),
        ("red,big\nblue,big\nred,small\n", ",", False, "."),
        ("colour,size\nblue,big\nred,small\n", ",", True, "."),
        ("a,a,b\n1,2,x\n3,4,a\n", ",", True, "."),
        ("M,,x\nF,0.5,x\n", ",", False, "."),
        ("first name\nAnn Lee\nBob\n", ",", True, "."),
    ],
)
def test_the_layout_is_found(text, separator, header, decimal):
    found = sniff.layout(text)
    assert (found.separator, found.header, found.decimal) == (separator, header, decimal)


def test_the_first_line_of_excel_names_the_separator():
    found = sniff.layout("sep=;\na;b\n1;2\n")
    assert (found.separator, found.width, found.start) == (";", 2, 1)
    assert sniff.sorted_lines("sep=;\na;b\n1;2\n", found) == ([0], [], [0])


def test_a_file_without_header_names_its_columns_by_number():
    assert sniff.layout("1,2\n3,4\n").names() == ["column_0", "column_1"]


@pytest.mark.parametrize("text", ["", "\n\n", "sep=;\n"])
def test_nothing_has_no_width(text):
    assert sniff.layout(text).width == 0


def test_rows_that_do_not_fit_are_named_by_line():
    text = 'a,b\n1,"two\nlines"\n3\n\n4,5,6\n7,8\n'
    good, bad, skipped = sniff.sorted_lines(text, sniff.layout(text))
    assert good == [0, 3]
    assert [(line.first, line.last, line.found) for line in bad] == [(4, 4, "1 cells"), (6, 6, "3 cells")]
    assert skipped == [3, 4, 5]


def test_a_quote_that_is_never_closed_is_told():
    text = 'a,b\n1,"' + "x" * 200_000
    with pytest.raises(DataError, match="never closed"):
        sniff.sorted_lines(text, sniff.Layout(",", 2, True, "."))


@pytest.mark.parametrize(
    "content, text, said",
    [
        ("caf\u00e9".encode(), "caf\u00e9", ""),
        ("\ufeffcaf\u00e9".encode(), "caf\u00e9", ""),
        ("caf\u00e9".encode("cp1252"), "caf\u00e9", "Windows-1252"),
        ("caf\u00e9".encode("utf-16"), "caf\u00e9", "UTF-16"),
    ],
)
def test_encodings_are_told_apart(tmp_path, content, text, said):
    (tmp_path / "a.csv").write_bytes(content)
    found, note = sniff.decoded(tmp_path / "a.csv")
    assert found == text and said in note


def test_nul_bytes_are_no_text(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,\0\n")
    with pytest.raises(DataError, match="a.csv, line 2: a NUL byte"):
        sniff.decoded(tmp_path / "a.csv")


def test_a_layout_describes_itself():
    assert sniff.layout("a;b\n1,5;2\n").describe() == (
        "a table of cells separated by semicolons, decimal commas, with a header"
    )
