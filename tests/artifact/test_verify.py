"""verify: every fault of an artifact has one error with its code, its member and a cure."""

import ast
import copy
import json
import os
import shutil
from pathlib import Path

import pytest

import kit
from kit.artifact import verify as checks
from kit.artifact.verify import MANIFEST, fingerprint, is_plain, verify
from kit.errors import CODES, ArtifactError


def fault(path, **keywords):
    with pytest.raises(ArtifactError) as caught:
        verify(path, **keywords)
    assert len(str(caught.value).splitlines()) <= 4
    return caught.value.code, caught.value.member


def edit(artifact, change):
    manifest = json.loads((artifact / MANIFEST).read_text())
    change(manifest)
    (artifact / MANIFEST).write_text(json.dumps(checks.sealed(manifest)))


def test_an_artifact_that_kit_saved_passes(artifact):
    manifest = verify(artifact)
    assert manifest["format"] == checks.FORMAT
    assert set(manifest["members"]) == {"README.md", "card.json", "input.json", "model.keras", "task.json"}


def raised():
    """The codes that stand in the source: first arguments of the error and of what makes it."""
    for file in Path(kit.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            name = getattr(getattr(node, "func", None), "id", None)
            first = node.args[0] if name in ("ArtifactError", "_fault") and node.args else None
            if isinstance(first, ast.Constant):
                yield first.value


def test_every_code_that_is_raised_is_explained_and_every_explained_one_is_raised():
    assert set(raised()) == set(CODES)


def test_an_error_tells_member_found_expected_and_cure(artifact):
    (artifact / "task.json").write_text("{}")
    with pytest.raises(ArtifactError) as caught:
        verify(artifact)
    error, expected = caught.value, json.loads((artifact / MANIFEST).read_text())["members"]["task.json"]
    assert (error.code, error.member, error.found) == ("size", "task.json", "has 2 bytes")
    assert error.expected == str(expected["bytes"])
    assert str(error) == f"task.json: has 2 bytes; expected {expected['bytes']}. {error.cure}"
    assert error.cure.startswith("Restore the artifact")
    again = copy.copy(error)  # as a process that hands its errors to another one does
    assert (again.code, str(again)) == (error.code, str(error))


@pytest.mark.parametrize("member", ["README.md", "card.json", "input.json", "model.keras", "task.json"])
def test_each_flipped_bit_of_each_member_is_found(artifact, member):
    content = (artifact / member).read_bytes()
    for place in range(0, len(content), max(1, len(content) // 40)):
        damaged = bytearray(content)
        damaged[place] ^= 1 << (place % 8)
        (artifact / member).write_bytes(bytes(damaged))
        assert fault(artifact) == ("checksum", member)


@pytest.mark.parametrize("member", ["README.md", "input.json", "model.keras"])
def test_a_member_cut_anywhere_is_found(artifact, member):
    content = (artifact / member).read_bytes()
    for length in range(0, len(content), max(1, len(content) // 20)):
        (artifact / member).write_bytes(content[:length])
        assert fault(artifact) == ("size", member)


def test_two_members_that_were_swapped_are_found(artifact):
    os.replace(artifact / "input.json", artifact / "x")
    os.replace(artifact / "task.json", artifact / "input.json")
    os.replace(artifact / "x", artifact / "task.json")
    assert fault(artifact)[0] in ("size", "checksum")


def test_a_missing_member_is_named(artifact):
    (artifact / "model.keras").unlink()
    assert fault(artifact) == ("missing", "model.keras")


def test_a_needed_member_that_the_manifest_does_not_name_is_missing(artifact):
    (artifact / "task.json").unlink()
    edit(artifact, lambda manifest: manifest["members"].pop("task.json"))
    assert fault(artifact) == ("missing", "task.json")


def test_a_file_that_is_no_member_is_named(artifact):
    (artifact / "report").mkdir()
    (artifact / "report" / "more.pkl").write_bytes(b"x")
    assert fault(artifact) == ("extra", "report/more.pkl")


@pytest.mark.parametrize("target", ["file", "folder"])
def test_a_link_is_refused(artifact, tmp_path, target):
    outside = tmp_path / "outside"
    if target == "folder":
        outside.mkdir()
        (artifact / "report").symlink_to(outside)
        assert fault(artifact) == ("link", "report")
    else:
        shutil.copy(artifact / "card.json", outside)
        (artifact / "card.json").unlink()
        (artifact / "card.json").symlink_to(outside)
        assert fault(artifact) == ("link", "card.json")


def test_a_pipe_is_refused_unread(artifact):
    (artifact / "card.json").unlink()
    os.mkfifo(artifact / "card.json")
    assert fault(artifact) == ("link", "card.json")


OUTSIDE = ["../x", "/x", "a/../../x", "C:/x", "a\\..\\b", "a\0b", "a\nb", "x" * 300]
UNUSUAL = ["", ".hidden", "a//b", "a/b/c/d/e"]


@pytest.mark.parametrize("name", OUTSIDE + UNUSUAL)
def test_a_member_may_not_point_outside_of_the_artifact(artifact, name):
    assert not is_plain(name)
    edit(artifact, lambda manifest: manifest["members"].update({name: {"bytes": 1, "sha256": "0"}}))
    assert fault(artifact) == ("name", MANIFEST)


def test_names_that_users_have_are_plain():
    assert all(map(is_plain, ["model.keras", "report/roc curve.png", "report/Mädchen.png", "report/花.csv"]))


def test_a_folder_that_is_not_there_is_told_with_the_nearest_one(artifact):
    with pytest.raises(ArtifactError, match="no such artifact. Did you mean 'insects'") as caught:
        verify(artifact.parent / "insect")
    assert caught.value.code == "absent"
    assert fault(artifact.parent / "nowhere" / "insects")[0] == "absent"


def test_a_folder_without_manifest_is_no_artifact(tmp_path):
    assert fault(tmp_path) == ("manifest", MANIFEST)


NOT_JSON = ["", "{", "[" * 99_999]
NO_MANIFEST = ["[]", "null", '{"format": 1}', '{"format": "1", "members": {}}', '{"format": true}']
NO_MEMBERS = [f'{{"format": 1, "members": {members}}}' for members in ("[]", "{}", '{"model.keras": 3}')]


@pytest.mark.parametrize("content", NOT_JSON + NO_MANIFEST + NO_MEMBERS, ids=range(11))
def test_a_manifest_that_describes_nothing_is_refused(artifact, content):
    (artifact / MANIFEST).write_text(content)
    assert fault(artifact) == ("manifest", MANIFEST)


def equal_json(one, other):
    try:
        return json.loads(one) == json.loads(other)
    except ValueError:
        return False


def test_each_flipped_bit_of_the_manifest_is_found(artifact):
    content = (artifact / MANIFEST).read_bytes()
    for place in range(0, len(content), 3):
        damaged = bytearray(content)
        damaged[place] ^= 1 << (place % 8)
        (artifact / MANIFEST).write_bytes(bytes(damaged))
        if not equal_json(damaged, content):  # 1E-5 is 1e-5
            with pytest.raises(ArtifactError):
                verify(artifact)


def test_a_manifest_from_before_manifests_had_a_checksum_is_read_and_its_members_are_checked(artifact):
    manifest = json.loads((artifact / MANIFEST).read_text())
    del manifest["sha256"]
    (artifact / MANIFEST).write_text(json.dumps(manifest))
    assert verify(artifact) == manifest
    flipped = {**manifest, "sha257": "0" * 64}  # a bit of the name of the checksum
    (artifact / MANIFEST).write_text(json.dumps(flipped))
    assert fault(artifact) == ("manifest", MANIFEST)
    (artifact / MANIFEST).write_text(json.dumps(manifest))
    (artifact / "task.json").write_text((artifact / "task.json").read_text() + " ")
    assert fault(artifact) == ("size", "task.json")


def test_a_manifest_cut_anywhere_is_refused(artifact):
    content = (artifact / MANIFEST).read_bytes()
    for length in range(0, len(content) - 2, 25):
        (artifact / MANIFEST).write_bytes(content[:length])
        assert fault(artifact) == ("manifest", MANIFEST)


def test_an_artifact_of_a_newer_kit_is_refused_with_the_command_that_helps(artifact):
    edit(artifact, lambda manifest: manifest.update(format=checks.FORMAT + 1))
    with pytest.raises(ArtifactError, match="pip install --upgrade keras-kit") as caught:
        verify(artifact)
    assert caught.value.code == "version"


def test_a_pinned_checksum_accepts_this_artifact_and_no_other(artifact):
    pin = fingerprint(artifact)
    verify(artifact, sha256=pin)
    verify(artifact, sha256=pin.upper())
    edit(artifact, lambda manifest: manifest.update(note="other"))
    assert fault(artifact, sha256=pin) == ("pin", MANIFEST)


def test_a_file_of_json_without_end_is_refused_unread(artifact, monkeypatch):
    monkeypatch.setattr(checks, "LARGEST_JSON", 10)
    assert fault(artifact) == ("manifest", MANIFEST)


def test_a_damaged_network_is_found_even_where_the_manifest_agrees(artifact, rewrite, sign):
    rewrite(artifact / "model.keras", members={"config.json": b"{}"})
    assert fault(sign(artifact)) == ("config", "model.keras")
