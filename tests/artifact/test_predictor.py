"""Predictor: one input -> one decision, many -> many, the same as the network says."""

import threading

import keras
import numpy as np
import pandas as pd
import pytest

import kit
from kit.artifact import predictor as module
from kit.artifact.predictor import Predictor, row
from kit.decisions import Decision
from kit.errors import DataError, SchemaError
from kit.inputs.columns import Category, Numeric


@pytest.fixture
def of_images(image_model):
    return Predictor(image_model)


@pytest.fixture(scope="module")
def of_rows():
    table = kit.Table((Numeric("age", 40.0, 10.0), Category("town", levels=("a", "b"))))
    return Predictor(kit.build_regressor(kit.Regression(("pay",)), table, width=8))


@pytest.fixture
def folder(tmp_path, images):
    from PIL import Image

    (tmp_path / "deep").mkdir()
    for number, image in enumerate(images[:3]):
        Image.fromarray(image[..., 0]).save(tmp_path / ("deep" if number else "") / f"{number}.png")
    (tmp_path / "notes.txt").write_text("no image")
    return tmp_path


def test_one_input_gives_one_decision_and_many_give_a_list(of_images, images):
    assert isinstance(of_images(images[0]), Decision)
    decisions = of_images(images)
    assert isinstance(decisions, list) and len(decisions) == 5
    assert of_images(list(images)) == decisions


def test_decisions_are_those_of_the_network(of_images, image_model, images):
    outputs = keras.ops.convert_to_numpy(image_model(images.astype("float32"), training=False))
    decisions = of_images(images)
    assert [d.label for d in decisions] == [("ant", "bee", "cow")[k] for k in outputs.argmax(axis=1)]
    assert [d.probability for d in decisions] == pytest.approx(outputs.max(axis=1).tolist(), abs=1e-6)


def test_model_predict_is_never_called(of_images, image_model, images, monkeypatch):
    monkeypatch.setattr(type(image_model), "predict", lambda *_, **__: pytest.fail("predict was called"))
    of_images(images)


def test_files_and_folders_are_decided_like_their_pixels(of_images, folder, images):
    by_pixels = of_images(images[:3])
    assert of_images(folder / "0.png") == of_images(str(folder / "0.png")) == of_images(images[0])
    files = [folder / "0.png", str(folder / "deep" / "1.png"), folder / "deep" / "2.png"]
    assert of_images(files) == by_pixels
    assert of_images(folder) == by_pixels
    assert of_images(str(folder)) == by_pixels


def test_a_folder_without_images_is_told(of_images, tmp_path):
    with pytest.raises(DataError, match="no image in this folder"):
        of_images(tmp_path)


def test_an_empty_list_gives_an_empty_list(of_images):
    assert of_images([]) == []


def test_a_row_is_decided_alike_as_dict_series_frame_and_in_any_order_of_columns(of_rows):
    one = of_rows({"age": 30.0, "town": "a"})
    assert isinstance(one.value, float)
    frame = pd.DataFrame({"town": ["a", "b"], "age": [30.0, 50.0]}, index=[7, 9])
    both = of_rows(frame)
    assert both[0].value == pytest.approx(one.value)  # other sizes of a batch round otherwise
    assert of_rows([{"town": "a", "age": 30.0}]) == [one]
    assert of_rows(frame.iloc[0]) == one
    assert list(of_rows.predict_frame(frame).index) == [7, 9]


def test_memory_stays_constant_as_inputs_are_taken_in_chunks(of_images, images, monkeypatch):
    taken, kind = [], type(of_images.input)
    encode = kind.encode
    monkeypatch.setattr(kind, "encode", lambda self, raw: taken.append(len(raw)) or encode(self, raw))
    many = np.repeat(images, 120, axis=0)
    decisions = of_images(many)
    assert taken == [256, 256, 88]
    once = [each.label for each in of_images(images) for _ in range(120)]
    assert [each.label for each in decisions] == once


def test_a_fault_in_a_later_chunk_is_counted_from_the_first_input(of_images, images, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 2)
    bad = [b"no image", *images[:2], b"no image", images[4]]
    with pytest.raises(DataError) as caught:
        of_images(bad)
    assert [fault.where for fault in caught.value.faults] == ["image 0", "image 3"]


def test_a_fault_names_the_file(of_images, folder):
    (folder / "bad.png").write_bytes(b"no image")
    with pytest.raises(DataError, match="bad.png"):
        of_images([folder / "0.png", folder / "bad.png"])


def test_rows_of_a_later_chunk_are_counted_from_the_first_one(of_rows, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 2)
    frame = pd.DataFrame({"age": [1.0, 2.0, 3.0, np.inf], "town": ["a"] * 4})
    with pytest.raises(DataError, match="row 3"):
        of_rows(frame)


def test_a_missing_column_is_a_schema_error_that_names_it(of_rows):
    with pytest.raises(SchemaError, match="'town'"):
        of_rows({"age": 30.0})


def test_a_frame_has_a_row_an_input_and_a_column_a_class(of_images, images):
    frame = of_images.predict_frame(images)
    assert list(frame.columns) == [
        "label",
        "probability",
        *(f"probability of {c}" for c in ("ant", "bee", "cow")),
    ]
    assert len(of_images.predict_frame(images[0])) == 1
    np.testing.assert_allclose(frame.iloc[:, 2:].sum(axis=1), 1, atol=1e-6)


def test_the_model_is_compiled_only_when_it_is_asked_for():
    network = kit.build_classifier(kit.Classification(3), (4,), width=4)
    plain = keras.Model(network.input, network.output)
    plain.kit = network.kit
    predictor = Predictor(plain)
    predictor({"x0": 0.0, "x1": 0.0, "x2": 0.0, "x3": 0.0})
    assert not plain.compiled
    assert predictor.model is plain
    assert plain.compiled


def test_decisions_of_several_labels_targets_and_intervals_are_flat_rows_too():
    assert row(Decision(labels=["red", "round"], probabilities={"red": 0.9, "round": 0.8})) == {
        "labels": "red;round",
        "probability of red": 0.9,
        "probability of round": 0.8,
    }
    several = Decision(values={"a": 1.0, "b": 2.0}, interval={"a": (0.0, 2.0), "b": (1.0, 3.0)})
    assert row(several) == {
        "value of a": 1.0,
        "value of b": 2.0,
        "low of a": 0.0,
        "high of a": 2.0,
        "low of b": 1.0,
        "high of b": 3.0,
    }
    assert row(Decision(label="yes", scores={"no": -1.0, "yes": 1.0}))["score of yes"] == 1.0


def test_a_frame_of_boxes_has_a_row_a_box_and_none_for_an_image_without():
    two = Decision(
        labels=["cat", "dog"],
        scores=np.array([0.9, 0.5]),
        boxes_xyxy=np.array([[0, 0, 4, 2], [1, 1, 3, 3.5]]),
    )
    none = Decision(labels=[], scores=np.zeros(0), boxes_xyxy=np.zeros((0, 4)))
    found = module.frame(["a.png", "b.png", "c.png"], [two, none, two])
    assert list(found.index) == ["a.png", "a.png", "c.png", "c.png"]
    assert found.iloc[1].tolist() == ["dog", 0.5, 1.0, 1.0, 3.0, 3.5]
    assert list(module.frame(["b.png"], [none]).columns) == ["label", "score", "x1", "y1", "x2", "y2"]


def test_an_iterator_of_any_length_is_taken_as_it_comes(of_images, images, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 2)
    taken = []

    def endless():
        while True:
            taken.append(len(taken))
            yield images[taken[-1] % 5]

    stream = of_images.stream(endless())
    found = [next(stream).label for _ in range(7)]
    stream.close()
    assert found == [of_images(images[i % 5]).label for i in range(7)]
    assert len(taken) <= 12  # seven inputs are four chunks; two more may be on their way
    assert of_images(iter(images)) == of_images(images)
    assert of_images(iter([])) == []
    assert len(of_images.predict_frame(iter(images))) == 5


def test_a_fault_in_a_stream_comes_after_the_decisions_before_it(of_images, images, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 2)
    stream = of_images.stream(iter([*images[:2], b"no image", images[3]]))
    assert [next(stream).label for _ in range(2)] == [each.label for each in of_images(images[:2])]
    with pytest.raises(DataError, match="image 2"):
        next(stream)


def test_the_next_chunk_is_decoded_in_another_thread(of_images, images, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 2)
    threads, kind = [], type(of_images.input)
    encode = kind.encode
    monkeypatch.setattr(
        kind, "encode", lambda self, raw: threads.append(threading.get_ident()) or encode(self, raw)
    )
    of_images(images)
    assert len(threads) == 3 and threading.get_ident() not in threads
    threads.clear()
    of_images(images[:2])  # one chunk: nothing to be ahead of
    assert threads == [threading.get_ident()]


def test_of_large_inputs_fewer_are_decoded_at_a_time(of_images):
    large = kit.Images((2048, 2048), channels=3)
    assert Predictor._chunk.fget(type("Stand-in", (), {"input": large})) == module._FEWEST
    assert of_images._chunk == module.CHUNK
