"""Signatures: of this manifest, by this key, and by no other."""

import os
import shutil
import stat

import pytest

import kit
from kit.artifact.signature import FILE, make_keys, sign
from kit.artifact.verify import verify
from kit.errors import ArtifactError, KitError

pytest.importorskip("cryptography")


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    make_keys(folder / "mine")
    make_keys(folder / "other")
    return folder


def code_of(path, key):
    with pytest.raises(ArtifactError) as caught:
        verify(path, key=key)
    return caught.value.code


def test_what_is_signed_is_accepted_by_the_public_key_and_by_no_other(artifact, keys):
    written = sign(artifact, keys / "mine")
    assert written == artifact / FILE and len(bytes.fromhex(written.read_text())) == 64
    assert verify(artifact, key=keys / "mine.pub") == verify(artifact)
    assert code_of(artifact, keys / "other.pub") == "signature"
    assert kit.load(artifact, key=keys / "mine.pub").task.classes == ("ant", "bee", "cow")


def test_the_signature_is_what_the_library_itself_makes(artifact, keys):
    from cryptography.hazmat.primitives import serialization

    sign(artifact, keys / "mine")
    public = serialization.load_pem_public_key((keys / "mine.pub").read_bytes())
    public.verify(bytes.fromhex((artifact / FILE).read_text()), (artifact / "manifest.json").read_bytes())


def test_a_changed_manifest_is_not_signed_any_more(artifact, keys):
    sign(artifact, keys / "mine")
    text = (artifact / "manifest.json").read_text()
    (artifact / "manifest.json").write_text(text.replace('"format": 1', '"format":  1'))
    verify(artifact)
    assert code_of(artifact, keys / "mine.pub") == "signature"


@pytest.mark.parametrize(
    "content", [None, "", "ab", "g" * 128, "0" * 127, "0" * 129, "\0" * 128, "\u0661" * 128]
)
def test_a_signature_that_is_none_is_refused(artifact, keys, content):
    if content is not None:
        (artifact / FILE).write_text(content)
    assert code_of(artifact, keys / "mine.pub") == "signature"


def test_a_link_is_no_signature(artifact, keys):
    sign(artifact, keys / "mine")
    shutil.move(artifact / FILE, artifact.parent / "elsewhere")
    os.symlink(artifact.parent / "elsewhere", artifact / FILE)
    assert code_of(artifact, keys / "mine.pub") == "signature"


def test_a_damaged_artifact_is_not_signed(artifact, keys):
    (artifact / "task.json").write_text("{}")
    with pytest.raises(ArtifactError):
        sign(artifact, keys / "mine")
    assert not (artifact / FILE).exists()


def test_a_new_save_takes_the_old_signature_away(artifact, keys, image_model):
    sign(artifact, keys / "mine")
    kit.save(image_model, artifact)
    assert code_of(artifact, keys / "mine.pub") == "signature"


def test_the_private_key_is_for_its_owner_and_is_never_replaced(keys):
    assert stat.S_IMODE((keys / "mine").stat().st_mode) == 0o600
    with pytest.raises(KitError, match="Choose another name"):
        make_keys(keys / "mine")


def test_files_that_are_no_keys_are_told(artifact, keys, tmp_path):
    (tmp_path / "k").write_text("no key")
    for key in (tmp_path / "k", keys / "mine"):
        with pytest.raises(KitError, match="no (public )?.*key"):
            verify(artifact, key=key)
    with pytest.raises(KitError, match="No such file"):
        verify(artifact, key=tmp_path / "nowhere")
    for key in (tmp_path / "k", keys / "mine.pub"):
        with pytest.raises(KitError, match="key"):
            sign(artifact, key)


def test_without_the_library_the_command_that_installs_it_is_told(artifact, keys, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(KitError, match=r"pip install 'keras-kit\[sign\]'"):
        verify(artifact, key=keys / "mine.pub")
