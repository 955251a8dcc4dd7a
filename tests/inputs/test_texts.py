"""Texts: words as by hand, faults by row, nothing learnt from other parts."""

import numpy as np
import pandas as pd
import pytest

import kit
from kit.errors import DataError, KitError, SchemaError
from kit.inputs.texts import split

TEXTS = kit.Texts("body", length=3, words=("hello", "you", "00"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("  \n", []),
        ("Don't!", ["don", "'", "t", "!"]),
        ("3 x 12 €", ["0", "x", "00", "€"]),
        ("Ünïcode 日本", ["ünïcode", "日本"]),
    ],
)
def test_words_and_signs_are_told_apart(text, words):
    assert split(text) == words


def test_words_are_numbers_from_2_unknown_is_1_and_the_end_is_0():
    assert TEXTS.encode(["Hello", "you and 47", "a b c d"]).tolist() == [[2, 0, 0], [3, 1, 4], [1, 1, 1]]


def test_words_are_learnt_that_are_there_twice_most_frequent_first():
    fitted = kit.Texts().fitted(["b a a", "b a c", "d"])
    assert fitted.words == ("a", "b") and fitted.shape == (3,)
    assert kit.Texts(length=2).fitted(["b a a"]).shape == (2,)


def test_one_very_long_text_does_not_make_all_long():
    texts = ["two words"] * 99 + ["word " * 5000]
    assert kit.Texts().fitted(texts).shape == (2,)


@pytest.mark.parametrize(
    "raw",
    [
        pd.DataFrame({"id": [1, 2], "body": ["hello", "you"]}),
        [{"body": "hello", "id": 1}, {"body": "you", "id": 2}],
        ["hello", "you"],
        np.array(["hello", "you"]),
    ],
    ids=["frame", "rows", "list", "array"],
)
def test_frames_rows_lists_and_arrays_say_the_same(raw):
    assert TEXTS.encode(raw).tolist() == [[2, 0, 0], [3, 0, 0]]


def test_one_text_is_one_and_a_list_of_one_is_a_batch():
    assert TEXTS.is_one("hello") and TEXTS.is_one({"body": "hello"})
    assert not TEXTS.is_one(["hello"])


def test_what_is_no_text_is_named_by_row():
    with pytest.raises(DataError, match=r"column 'body', rows 1, 2: .*a text") as error:
        TEXTS.encode(pd.DataFrame({"body": ["hello", None, np.nan]}))
    assert "missing" in str(error.value)
    with pytest.raises(DataError, match="row 0: '5', int"):
        TEXTS.encode([5])


def test_an_absent_column_is_another_schema():
    with pytest.raises(SchemaError, match="column 'body'"):
        TEXTS.encode(pd.DataFrame({"title": ["hello"], "id": [1]}))


def test_a_length_below_1_is_refused():
    with pytest.raises(KitError, match="Received: 0"):
        kit.Texts(length=0)


@pytest.mark.parametrize("nothing", ["", " ", "\t\n"])
def test_a_text_without_words_is_one_unknown_word(nothing):
    assert kit.Texts(length=3, words=("a",)).encode([nothing, "a"]).tolist() == [[1, 0, 0], [2, 0, 0]]


@pytest.mark.parametrize("backbone", ["bag", "gru", "lstm", "transformer"])
def test_a_text_without_words_is_answered_with_numbers(backbone):
    texts = kit.Texts(length=5, words=("hello", "money"))
    model = kit.build_classifier(kit.Classification(("ham", "spam")), texts, backbone=backbone, width=16)
    outputs = np.asarray(model(texts.encode(["", "hello"])))
    assert np.isfinite(outputs).all()
