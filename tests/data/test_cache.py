"""kit.data.cache: each image is decoded once; in memory, or in a file where memory is short."""

import os

import numpy as np
import pytest
from PIL import Image

import kit
from kit.data import cache
from kit.errors import ResourceError


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def paths(tmp_path):
    (tmp_path / "images").mkdir()
    found = [tmp_path / "images" / f"{i}.png" for i in range(7)]
    for i, path in enumerate(found):
        Image.new("L", (3, 2), i % 5).save(path)
    return found


def decoded(paths, **options):
    return cache.decoded(paths, kit.Images((2, 3), 1), "uint8", names=[p.name for p in paths], **options)


def test_memory_and_disk_hold_the_same(paths):
    here, there = decoded(paths), decoded(paths, memory=0)
    assert not isinstance(here.array, np.memmap) and isinstance(there.array, np.memmap)
    assert (here.array == there.array).all() and (here.keys == there.keys).all()
    assert here.array[:, 0, 0, 0].tolist() == [0, 1, 2, 3, 4, 0, 1]
    assert "do not fit in memory" in there.notes[0] and not here.notes


def test_equal_pixels_have_equal_keys(paths):
    keys = decoded(paths).keys
    assert keys[0] == keys[5] and len(set(keys)) == 5


def test_what_lies_on_the_disk_is_not_decoded_again(paths, monkeypatch):
    first = decoded(paths, memory=0)
    monkeypatch.setattr(kit.Images, "decode", None)
    assert (decoded(paths, memory=0).array == first.array).all()


def test_a_changed_file_is_decoded_again(paths):
    decoded(paths, memory=0)
    Image.new("L", (3, 2), 99).save(paths[2])
    os.utime(paths[2], ns=(1, 1))
    assert decoded(paths, memory=0).array[2].max() == 99


def test_faults_are_named_and_kept_with_the_file(paths):
    paths[3].write_bytes(b"")
    for result in (decoded(paths), decoded(paths, memory=0), decoded(paths, memory=0)):
        (finding,) = result.findings
        assert finding.fault.where == "3.png" and finding.rows == (3,) and not result.array[3].any()


@pytest.mark.parametrize("rows", [[1, 2, 3], [0, 2, 5]])
def test_rows_of_a_file_stay_on_the_disk(paths, rows):
    here, there = decoded(paths).array, decoded(paths, memory=0).array
    picked = cache.rows_of(there, np.array(rows))
    assert isinstance(picked, np.memmap) and (picked == here[rows]).all()
    assert (cache.rows_of(here, np.array(rows)) == here[rows]).all()
    assert (cache.rows_of(there, np.array(rows)) == here[rows]).all()  # the copy is used again


def test_rows_are_copied_in_pieces(paths, monkeypatch):
    monkeypatch.setattr(cache, "_CHUNK", 2)
    there = decoded(paths, memory=0).array
    assert cache.rows_of(there, np.array([0, 2, 3, 5, 6]))[:, 0, 0, 0].tolist() == [0, 2, 3, 0, 1]


def test_no_rows_are_an_empty_array(paths):
    assert len(cache.rows_of(decoded(paths).array, np.array([], int))) == 0


def test_a_full_disk_is_told_with_the_cure(paths, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 10}))
    with pytest.raises(ResourceError, match="TMPDIR"):
        decoded(paths, memory=0)


def test_an_interrupted_decoding_leaves_nothing_that_counts(paths, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(cache, "_fill", interrupted)
        with pytest.raises(KeyboardInterrupt):
            decoded(paths, memory=0)
    assert decoded(paths, memory=0).array[1].max() == 1


def test_only_the_owner_may_look_into_the_folder():
    assert cache.folder().stat().st_mode & 0o077 == 0


def test_a_folder_of_another_user_is_refused(monkeypatch):
    cache.folder()
    monkeypatch.setattr(os, "getuid", lambda: cache.folder.__code__.co_firstlineno + 10**6)
    other = cache.Path(cache.tempfile.gettempdir()) / f"kit-images-{os.getuid()}"
    other.mkdir()
    with pytest.raises(ResourceError, match="another user"):
        cache.folder()


def test_memory_is_measured():
    assert cache.free_memory() > 2**20
