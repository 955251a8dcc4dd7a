"""Damaged artifacts: an ArtifactError, whatever the damage, and nothing that was altered is loaded."""

import importlib.util
import json
import resource
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

MB = 2**20
HERE = Path(__file__).parent


def fuzzing():
    spec = importlib.util.spec_from_file_location("fuzzing", HERE / "fuzzing.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["fuzzing"] = module  # dataclasses look for it
    spec.loader.exec_module(module)
    return module


def check(tally):
    assert tally.crashed == []
    assert tally.loaded == []
    assert len(tally.codes) >= 10, tally.codes


def test_400_damaged_artifacts_give_nothing_but_artifact_errors(tmp_path):
    fuzz = fuzzing()
    original = fuzz.crafted.artifact(tmp_path / "original")
    runs = fuzz.Fuzz(original, tmp_path / "work")
    runs.run(range(20))  # what is imported on the way
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    tally = runs.run(range(400))
    check(tally)
    assert tally.cases > 390
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before < 256 * MB


def test_the_same_case_gives_the_same_damage(tmp_path):
    fuzz = fuzzing()
    runs = fuzz.Fuzz(fuzz.crafted.artifact(tmp_path / "original"), tmp_path / "work")
    assert runs.run(range(60)).codes == runs.run(range(60)).codes


def test_an_altered_artifact_that_is_let_in_would_be_noted(tmp_path):
    fuzz = fuzzing()
    original = fuzz.crafted.artifact(tmp_path / "original")
    assert fuzz.Fuzz(original, tmp_path / "work", open=lambda path: None).run(range(5)).loaded == list(
        range(5)
    )
    tally = fuzz.Fuzz(original, tmp_path / "work", open=lambda path: 1 / 0).run(range(5))
    assert [case for case, _ in tally.crashed] == list(range(5))


LONG = """
    import importlib.util, json, sys
    from pathlib import Path

    sys.path.insert(0, sys.argv[1])
    import fuzzing

    home = Path(sys.argv[2])
    runs = fuzzing.Fuzz(fuzzing.crafted.artifact(home / "original"), home / "work")
    tally = runs.run(range(20_000))
    print(json.dumps(vars(tally)))
"""


@pytest.mark.large
def test_20000_damaged_artifacts_give_nothing_but_artifact_errors(tmp_path):
    command = [sys.executable, "-c", textwrap.dedent(LONG), HERE, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr  # no signal either
    tally = fuzzing().Tally(**json.loads(done.stdout))
    check(tally)
    assert tally.cases > 19_500
