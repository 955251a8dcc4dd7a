"""Runtimes: named, usual or fastest; all say the same, from any number of threads."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import kit
from kit.artifact import runtimes
from kit.errors import KitError

EXAMPLE = Path(__file__).parents[2] / "saved_models" / "example"
NAMES = ["keras", "onnx", "openvino", "openvino_bf16"]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """Function: name of a runtime -> the example's Predictor."""
    path = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("runtimes") / "example")
    made = {}

    def of(name):
        if name != "keras":
            pytest.importorskip("onnxruntime" if name == "onnx" else "openvino")
        if name not in made:
            made[name] = kit.load(path, runtime=name)
        return made[name]

    of.path = path
    return of


@pytest.fixture(scope="module")
def images():
    from sklearn.datasets import load_digits

    return load_digits().images[:64]


@pytest.mark.parametrize("name", NAMES[1:])
def test_every_runtime_gives_the_numbers_of_keras(loaded, images, name):
    want, found = loaded("keras").outputs(images), loaded(name).outputs(images)
    np.testing.assert_allclose(found, want, atol=0.05 if name.endswith("bf16") else 1e-5)
    np.testing.assert_array_equal(found.argmax(1), want.argmax(1))


@pytest.mark.parametrize("name", NAMES[:3])
def test_threads_share_a_predictor_and_each_gets_its_own_answers(loaded, images, name):
    predictor = loaded(name)
    want = predictor.outputs(images)
    alone = [predictor.outputs(images[i : i + 1])[0] for i in range(8)]
    np.testing.assert_allclose(alone, want[:8], atol=1e-5)

    def answers(i):
        return i, predictor.outputs(images[i : i + 1 + i % 3])

    with ThreadPoolExecutor(8) as pool:
        for i, found in pool.map(answers, list(range(60)) * 4):
            np.testing.assert_allclose(found, want[i : i + 1 + i % 3], atol=1e-5)


def test_each_says_what_it_is_and_in_which_precision(loaded):
    assert loaded("onnx").runtime.startswith("onnxruntime ")
    assert loaded("openvino").runtime.endswith("in f32")
    assert loaded("openvino_bf16").runtime.endswith("in bf16")


def test_the_fastest_is_the_one_with_the_shortest_median_and_says_so(loaded, monkeypatch):
    pytest.importorskip("onnxruntime")
    slow = {"keras": 3.0, "onnx": 2.0, "openvino": 1.0}
    order = runtimes.exact(loaded.path)
    assert "openvino_bf16" not in order  # other digits are never chosen by themselves
    times = iter([slow[name] for name in order])
    monkeypatch.setattr(runtimes, "milliseconds", lambda run, x: next(times))
    predictor = kit.load(loaded.path, runtime="fastest")
    assert predictor.milliseconds[predictor.runtime] == min(predictor.milliseconds.values())
    assert sorted(predictor.milliseconds.values()) == sorted(slow[name] for name in order)


def test_a_time_is_a_median_of_calls_after_the_first():
    taken = []
    assert runtimes.milliseconds(taken.append, "x") < 100
    assert len(taken) > runtimes._FEWEST


def test_a_runtime_that_is_not_there_is_told_with_what_installs_it(loaded, monkeypatch):
    monkeypatch.setattr(runtimes.SESSIONS.get("openvino"), "package", "no_such_package")
    with pytest.raises(KitError, match=r"pip install 'keras-kit\[export\]'"):
        kit.load(loaded.path, runtime="openvino")
    with pytest.raises(KitError, match="Did you mean 'openvino'"):
        kit.load(loaded.path, runtime="openvinox")
