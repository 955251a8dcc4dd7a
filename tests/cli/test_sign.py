"""kit sign and kit verify --key: who made a saved model."""

import shutil

import pytest

pytest.importorskip("cryptography")


@pytest.fixture
def artifact(of_rows, tmp_path):
    return shutil.copytree(of_rows, tmp_path / "pay")


def test_a_first_key_is_made_and_signs_and_others_check_by_its_public_half(call, artifact, tmp_path):
    done = call("sign", artifact, "--key", tmp_path / "lab.key")
    assert done.status == 0
    assert done.out.strip() == str(artifact / "manifest.sig")
    assert "New keys" in done.err and "lab.key.pub" in done.err
    checked = call("verify", artifact, "--key", tmp_path / "lab.key.pub")
    assert checked.status == 0
    assert f"signed by {tmp_path / 'lab.key.pub'}" in checked.err


def test_the_same_key_signs_again_and_says_what_in_json(call, artifact, tmp_path):
    call("sign", artifact, "--key", tmp_path / "lab.key")
    again = call("sign", artifact, "--key", tmp_path / "lab.key", "--json")
    assert again.json["public_key"] == str(tmp_path / "lab.key.pub")
    assert again.json["sha256"] == call("verify", artifact).out.strip()
    assert "New keys" not in again.err


def test_what_was_changed_after_it_was_signed_has_status_3(call, artifact, tmp_path):
    call("sign", artifact, "--key", tmp_path / "lab.key")
    call("sign", artifact, "--key", tmp_path / "other.key")
    assert call("verify", artifact, "--key", tmp_path / "lab.key.pub").status == 3
    (artifact / "task.json").write_text("{}")
    done = call("sign", artifact, "--key", tmp_path / "third.key")
    assert done.status == 3
    assert not (tmp_path / "third.key").exists()


def test_verify_predicts_the_stored_samples_again_where_it_is_asked_to(call, artifact):
    import keras

    done = call("verify", artifact, "--predict", "--json")
    assert done.json["runtimes"] == [f"keras on {keras.backend.backend()}"]
    assert "predicts as when it was saved: keras" in call("verify", artifact, "--predict").err
