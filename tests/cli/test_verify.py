"""kit verify: the artifact's SHA-256 where all is sound, else what is wrong."""

import hashlib
import shutil
import subprocess
import sys

import pytest


@pytest.fixture
def artifact(of_rows, tmp_path):
    return shutil.copytree(of_rows, tmp_path / "pay")


def test_a_sound_artifact_is_told_by_the_checksum_of_its_manifest(call, artifact):
    done = call("verify", artifact)
    assert done.status == 0
    assert done.out.strip() == hashlib.sha256((artifact / "manifest.json").read_bytes()).hexdigest()
    found = call("verify", artifact, "--json").json
    assert found["sha256"] == done.out.strip()
    assert {"model.keras", "input.json", "task.json", "card.json"} <= set(found["members"])


def test_a_changed_file_is_named_with_status_3(call, artifact):
    (artifact / "task.json").write_bytes((artifact / "task.json").read_bytes().replace(b"pay", b"pai"))
    done = call("verify", artifact)
    assert (done.status, done.out) == (3, "")
    assert "task.json: has SHA-256" in done.err


def test_another_model_than_the_one_trusted_is_refused(call, artifact):
    sha256 = call("verify", artifact).out.strip()
    assert call("verify", artifact, "--sha256", sha256).status == 0
    assert call("verify", artifact, "--sha256", "0" * 64).status == 3


def test_checking_imports_neither_keras_nor_tensorflow(artifact):
    code = """
import sys
sys.modules["keras"] = sys.modules["tensorflow"] = None
from kit.cli import main
sys.exit(main(["verify", sys.argv[1]]))
"""
    assert subprocess.run([sys.executable, "-c", code, str(artifact)], capture_output=True).returncode == 0
