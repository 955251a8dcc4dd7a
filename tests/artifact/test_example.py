"""The saved model in the repository loads in this version of kit, as it will in every later one."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

import kit
from kit.artifact.verify import fingerprint, verify

EXAMPLE = Path(__file__).parents[2] / "saved_models" / "example"
SHA256 = "ff221a7c5a77891c2c2112f92ba238d7f8206aa4fe1e11569497361aa2529d40"
FIRST = [int(digit) for digit in "018349678901234567830123456983"]  # what it said of the first 30 images


def test_it_is_small_and_the_one_that_was_saved():
    assert sum(file.stat().st_size for file in EXAMPLE.rglob("*") if file.is_file()) < 300_000
    assert fingerprint(EXAMPLE) == SHA256
    assert verify(EXAMPLE, sha256=SHA256)["format"] == 1


@pytest.mark.parametrize("runtime", ["keras", "onnx", "openvino"])
def test_it_predicts_what_it_predicted_when_it_was_saved(runtime, tmp_path):
    if runtime != "keras":
        pytest.importorskip({"onnx": "onnxruntime"}.get(runtime, runtime))
    predictor = kit.load(shutil.copytree(EXAMPLE, tmp_path / "example"), SHA256, runtime=runtime)
    digits = load_digits()
    assert [each.label for each in predictor(digits.images[:30])] == FIRST
    labels = np.array([each.label for each in predictor.stream(iter(digits.images))])
    assert np.mean(labels == digits.target) == pytest.approx(0.9477, abs=0.002)


def test_its_card_says_what_was_measured():
    card = kit.load(EXAMPLE, runtime="keras").card
    low, high = card["intervals"]["accuracy"]
    assert low < card["metrics"]["accuracy"] < high
    assert card["data"]["name"] == "digits"
