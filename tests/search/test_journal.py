"""A journal gives back what was written, whatever was cut short, and says so where it cannot."""

import pytest

from kit.errors import SearchStateError
from kit.search.journal import FILE, Journal

VALUES = {"rate": 0.1, "é": "ß\n"}
RECORDS = [{"event": "asked", "trial": f"{n:04d}", "values": VALUES} for n in range(4)]


def written(folder, records=RECORDS):
    journal = Journal(folder)
    with journal.held():
        for record in records:
            journal.append(record)
    return journal


def read(folder):
    return [
        {name: value for name, value in record.items() if name != "n"} for record in Journal(folder).news()
    ]


def test_what_is_appended_is_read_in_order(tmp_path):
    written(tmp_path)
    assert read(tmp_path) == RECORDS


def test_several_records_are_appended_by_one_call(tmp_path):
    Journal(tmp_path).append(*RECORDS)
    assert read(tmp_path) == RECORDS


def test_two_journals_on_one_file_see_each_others_records(tmp_path):
    one, other = Journal(tmp_path), Journal(tmp_path)
    for place, record in enumerate(RECORDS):
        writer, reader = (one, other) if place % 2 else (other, one)
        writer.news()
        writer.append(record)
        assert [record["trial"] for record in reader.news()] == [record["trial"]]
    assert read(tmp_path) == RECORDS


def test_a_record_cut_at_any_byte_never_was_and_more_can_be_appended(tmp_path):
    written(tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    last = whole.rstrip(b"\n").rindex(b"\n") + 1
    for cut in range(last, len(whole)):
        (tmp_path / FILE).write_bytes(whole[:cut])
        known = RECORDS[: 4 if cut == len(whole) - 1 else 3]  # the newline alone is no loss
        assert read(tmp_path) == known
        journal = Journal(tmp_path)
        journal.news()
        journal.append({"event": "more"})
        assert read(tmp_path) == [*known, {"event": "more"}]


def test_no_damaged_byte_changes_a_record_without_a_word(tmp_path):
    written(tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    for place in range(len(whole)):
        (tmp_path / FILE).write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        try:
            found = read(tmp_path)
        except SearchStateError as error:
            assert FILE in str(error)
        else:
            assert found in (RECORDS, RECORDS[:3])  # the last one may look as if it was cut short


def test_a_missing_line_is_found(tmp_path):
    written(tmp_path)
    lines = (tmp_path / FILE).read_bytes().splitlines(keepends=True)
    (tmp_path / FILE).write_bytes(b"".join([lines[0], *lines[2:]]))
    with pytest.raises(SearchStateError, match="line 2 or the one before: damaged; expected record 1"):
        read(tmp_path)


def test_what_is_not_finite_is_refused(tmp_path):
    with pytest.raises(ValueError):
        Journal(tmp_path).append({"score": float("nan")})
