"""kit.data.readers: who reads what."""

import pytest

import kit
from kit.data.readers import READERS, Request, read


def test_each_reader_says_what_it_takes_and_when_its_turn_is():
    facts = [READERS.facts(name) for name in READERS.names()]
    assert all(callable(fact["takes"]) for fact in facts)
    assert len({fact["order"] for fact in facts}) == len(facts)


def test_a_missing_file_names_the_nearest_built_in_name():
    with pytest.raises(kit.KitError, match="no such file or folder. Did you mean 'digits'"):
        read(Request("digitz"))


def test_a_file_of_another_kind_is_refused_with_the_kinds_that_are_read(tmp_path):
    (tmp_path / "a.docx").write_bytes(b"PK")
    with pytest.raises(kit.KitError, match="neither a table .* nor a folder of images"):
        read(Request(tmp_path / "a.docx"))


@pytest.mark.parametrize("source", [17, None, {"a": 1}, [[1, 2], [3, 4]]])
def test_other_objects_are_refused(source):
    with pytest.raises(kit.KitError, match=f"A {type(source).__name__} is not data"):
        read(Request(source))


def test_a_path_may_be_text_and_begin_at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a.csv").write_text("a,b\n1,2\n3,4\n")
    assert len(read(Request("~/a.csv"))) == 2
