"""A column of sentences is found, and what stands beside it is told."""

import numpy as np
import pandas as pd
import pytest

import kit
from kit.errors import DataError

SENTENCES = [f"this is sentence number {i} of {i % 3} kinds" for i in range(60)]
LABELS = ["a", "b", "b"] * 20


def notes(data):
    return " ".join(data.notes)


def test_sentences_alone_are_texts():
    data = kit.load_data(pd.DataFrame({"said": SENTENCES, "kind": LABELS}), target="kind")
    assert isinstance(data.input, kit.Texts) and data.input.column == "said"
    assert "Column 'said' holds texts" in notes(data)
    assert list(data.train.inputs.columns) == ["said"]


def test_words_are_those_of_the_training_part():
    texts = [*SENTENCES[:-1], "rareword rareword rareword"]
    data = kit.load_data(pd.DataFrame({"said": texts, "kind": LABELS}), target="kind", seed=1)
    training = " ".join(data.train.inputs["said"])
    assert ("rareword" in data.input.words) == ("rareword" in training)


def test_what_unquoted_commas_left_over_is_left_out():
    spill = [None] * 60
    spill[3], spill[7] = "and more of it", "so on and on"
    data = kit.load_data(pd.DataFrame({"said": SENTENCES, "": spill, "kind": LABELS}), target="kind")
    assert isinstance(data.input, kit.Texts) and "is left out: the texts are learnt from" in notes(data)


def test_beside_other_columns_texts_are_left_out_and_the_way_to_them_is_told():
    frame = pd.DataFrame({"said": SENTENCES, "size": np.arange(60.0) % 7, "kind": LABELS})
    data = kit.load_data(frame, target="kind")
    assert [column.name for column in data.input.columns] == ["size"]
    assert "it holds texts. input=kit.Texts('said')" in notes(data)
    data = kit.load_data(frame, target="kind", input=kit.Texts("said"))
    assert isinstance(data.input, kit.Texts) and "Column 'size' is left out" in notes(data)


def test_identifiers_are_no_sentences():
    frame = pd.DataFrame({"name": [f"id-{i}" for i in range(60)], "size": np.arange(60.0), "kind": LABELS})
    assert isinstance(kit.load_data(frame, target="kind").input, kit.Table)


def test_a_column_that_is_not_there_and_rows_without_text_are_faults():
    frame = pd.DataFrame({"said": [*SENTENCES[:-1], None], "kind": LABELS})
    with pytest.raises(DataError, match="one column of texts"):
        kit.load_data(frame, target="kind", input=kit.Texts("sad"))
    with pytest.raises(DataError, match="row 59: missing"):
        kit.load_data(frame, target="kind", input=kit.Texts("said"))
    data = kit.load_data(frame, target="kind", input=kit.Texts("said"), on_bad="skip")
    assert sum(map(len, data.parts().values())) == 59


def test_numbers_can_be_learnt_from_texts():
    frame = pd.DataFrame({"said": SENTENCES, "score": np.linspace(0, 1, 60)})
    data = kit.load_data(frame, target="score")
    model = kit.build(data.task, data.input, width=4)
    assert isinstance(data.input, kit.Texts) and model.output_shape == (None, 1)
