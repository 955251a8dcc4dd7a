"""IDX files, written here byte by byte."""

import gzip
import struct

import numpy as np
import pytest

import kit
from kit.data.readers import Request
from kit.data.readers.idx import read, read_idx


def idx(array, code=0x08):
    return bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def pair(folder, prefix="t10k", count=6, gz=True, labels=None):
    images = np.arange(count * 6, dtype="uint8").reshape(count, 2, 3)
    labels = np.arange(count, dtype="uint8") % 2 if labels is None else labels
    for name, array in (("images-idx3", images), ("labels-idx1", labels)):
        content = idx(array)
        path = folder / f"{prefix}-{name}-ubyte{'.gz' if gz else ''}"
        path.write_bytes(gzip.compress(content) if gz else content)
    return folder


@pytest.mark.parametrize("gz", [True, False])
def test_a_pair_is_read_gzipped_or_not(tmp_path, gz):
    raw = read(Request(pair(tmp_path, gz=gz)))
    assert (
        raw.inputs.shape == (6, 2, 3, 1) and raw.inputs[1, 0, 0, 0] == 6 and raw.labels.tolist() == [0, 1] * 3
    )
    assert raw.parts is None and raw.names[1].endswith("row 1")


def test_the_file_of_images_may_be_given_itself(tmp_path):
    pair(tmp_path)
    assert len(read(Request(tmp_path / "t10k-images-idx3-ubyte.gz"))) == 6


def test_train_and_t10k_are_the_training_and_the_test_part(tmp_path):
    pair(tmp_path, "train", 4), pair(tmp_path, "t10k", 2)
    raw = read(Request(tmp_path))
    assert raw.parts["train"].tolist() == [0, 1, 2, 3] and raw.parts["test"].tolist() == [4, 5]


def test_lists_of_rows_are_used(tmp_path):
    pair(tmp_path)
    (tmp_path / "splits").mkdir()
    for part, rows in {"train": "0\n1\n2\n3", "val": "4", "test": "5"}.items():
        (tmp_path / "splits" / f"{part}.txt").write_text(rows)
    assert read(Request(tmp_path)).parts["validation"].tolist() == [4]


@pytest.mark.parametrize(
    "code, dtype", [(0x08, ">u1"), (0x09, ">i1"), (0x0B, ">i2"), (0x0C, ">i4"), (0x0D, ">f4"), (0x0E, ">f8")]
)
def test_every_type_of_number_is_read(tmp_path, code, dtype):
    array = np.array([[1, 2], [3, 100]], dtype)
    (tmp_path / "a").write_bytes(idx(array, code))
    found = read_idx(tmp_path / "a")
    assert (found == array).all() and found.dtype.isnative


@pytest.mark.parametrize(
    "content, found",
    [
        (b"", "begins with nothing"),
        (b"\x89PNG1234", "begins with 89504e47"),
        (bytes([0, 0, 8, 3, 0, 0]), "ends in its header"),
        (idx(np.zeros(9, "uint8"))[:-2], "7 bytes of values; expected 9"),
        (idx(np.zeros(9, "uint8")) + b"x", "more than 9 bytes"),
        (bytes([0, 0, 8, 3]) + b"\xff" * 12, "0 bytes of values"),
    ],
)
def test_a_damaged_file_says_how(tmp_path, content, found):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(kit.DataError, match=found):
        read_idx(tmp_path / "a")


def test_a_cut_gzip_file_is_told(tmp_path):
    (tmp_path / "a.gz").write_bytes(
        gzip.compress(idx(np.random.default_rng(0).integers(0, 255, 999, "uint8")))[:-20]
    )
    with pytest.raises(kit.DataError, match="damaged file"):
        read_idx(tmp_path / "a.gz")


def test_images_without_labels_are_told(tmp_path):
    pair(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(kit.DataError, match="no t10k-labels-idx1-ubyte.gz beside it"):
        read(Request(tmp_path))


def test_another_number_of_labels_is_told(tmp_path):
    with pytest.raises(kit.DataError, match=r"\(5,\) labels; expected 6"):
        read(Request(pair(tmp_path, labels=np.zeros(5, "uint8"))))
