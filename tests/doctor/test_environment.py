"""What training stands on: each fault of the machine is told, with what cures it."""

import collections
import os
import sys
from importlib import metadata

import kit
from kit.doctor.environment import environment

Usage = collections.namedtuple("Usage", ["total", "used", "free"])


def rules(found):
    return {each.rule: each for each in found}


def test_here_training_saving_and_loading_work(tmp_path):
    found = environment(tmp_path)
    assert not found.errors
    assert "trained, saved and loaded" in rules(found)["whole_way"].evidence
    assert not os.listdir(tmp_path)


def test_a_package_that_is_too_old_or_missing_is_an_error_with_the_line_that_cures_it(tmp_path, monkeypatch):
    version = metadata.version

    def old(name):
        if name == "pandas":
            return "1.5.3"
        if name == "rich":
            raise metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(metadata, "version", old)
    found = {each.where: each for each in environment(tmp_path).errors}
    assert found["pandas"].evidence.startswith("has version 1.5.3; kit needs 2.")
    assert found["pandas"].cure.startswith("pip install --upgrade 'pandas>=")
    assert found["rich"].cure.startswith("pip install 'rich>=")


def test_little_disk_is_a_warning(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage(2**40, 2**40, 2**20))
    assert rules(environment(tmp_path))["disk"].evidence == "1 MB are free"


def test_convolutions_without_onednn_are_a_warning_on_tensorflow(tmp_path, monkeypatch):
    monkeypatch.setattr("keras.backend.backend", lambda: "tensorflow")
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    monkeypatch.setattr(sys.modules["kit.doctor.environment"], "_whole_way", lambda folder: [])
    assert rules(environment(tmp_path))["onednn"].severity == "warning"


def test_a_file_that_cannot_be_written_is_an_error_that_names_it(tmp_path, monkeypatch):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kit.save", full, raising=False)
    fault = rules(environment(tmp_path))["whole_way"]
    assert fault.severity == "error" and "No space left on device" in fault.evidence


def test_it_is_part_of_the_doctor():
    assert kit.doctor.environment is environment
