"""Every tutorial runs, its claims hold, and it draws what it says."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tutorials"
TUTORIALS = sorted(FOLDER.glob("[0-9][0-9]_*.py"))
CONCEPTS = sorted((FOLDER / "concepts").glob("[0-9][0-9]_*.py"))
LONG = ("02", "04", *map("{:02}".format, range(6, 13)), "14", "15", "16")  # networks, searches, outputs
HANGS = 300  # seconds after which a tutorial is taken to hang; it needs a tenth of that


def run_as_a_script(tutorial):
    paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, str(tutorial)],
        env={**os.environ, "PYTHONPATH": paths, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=HANGS,
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize(
    "tutorial",
    [pytest.param(path, marks=pytest.mark.large) if path.name[:2] in LONG else path for path in TUTORIALS]
    + CONCEPTS,
    ids=lambda path: path.stem,
)
def test_a_tutorial_runs_and_its_claims_hold(tutorial, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KIT_SHORT", "1")
    if tutorial == TUTORIALS[0]:
        run_as_a_script(tutorial)
    else:
        runpy.run_path(str(tutorial), run_name="__main__")  # not in a process each: imports take ten seconds
    pictures = sorted((tmp_path / "pictures").iterdir())
    assert pictures
    for path in pictures:
        with Image.open(path) as picture:
            assert picture.format == "PNG"
            pixels = np.asarray(picture.convert("RGB"))
        assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 1, f"{path.name} has one colour only"


@pytest.mark.parametrize("tutorial", TUTORIALS + CONCEPTS, ids=lambda path: path.stem)
def test_a_tutorial_begins_with_its_question_and_checks_its_claims(tutorial):
    text = tutorial.read_text("utf-8")
    assert text.startswith("# %% [markdown]\n# # ")
    assert "\n# Question: " in text
    assert text.count("\nassert ") >= 5
    assert "pyplot" not in text


@pytest.mark.parametrize("tutorials", [TUTORIALS, CONCEPTS], ids=["tutorials", "concepts"])
def test_the_readme_of_a_folder_lists_every_tutorial_once(tutorials):
    readme = tutorials[0].with_name("README.md").read_text("utf-8")
    assert [readme.count(f"]({path.name})") for path in tutorials] == [1] * len(tutorials)
