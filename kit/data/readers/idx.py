"""IDX files, as MNIST and its kin come: *-images-idx3-ubyte and *-labels-idx1-ubyte, gzipped or not."""

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from kit.data import parts
from kit.data.raw import PARTS, Raw
from kit.data.readers import READERS, existing
from kit.errors import DataError, Fault

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_CHUNK = 2**22  # bytes read at a time: a damaged header may promise any number
_PREFIXES = {"train": "train", "t10k": "test", "test": "test", "val": "validation"}


def _takes(source):
    path = existing(source)
    return path is not None and bool(_image_files(path))


@READERS.register("IDX", takes=_takes, order=20)
def read(request):
    """A pair of IDX files, or a folder of pairs; train-* and t10k-* are the training and the test part."""
    files = _image_files(request.path)
    pairs = [(file, _labels_beside(file)) for file in files]
    arrays = [(read_idx(images), read_idx(labels)) for images, labels in pairs]
    _check_pairs(pairs, arrays)
    inputs = np.concatenate([_pictures(images) for images, _ in arrays])
    labels = np.concatenate([labels for _, labels in arrays])
    folder = request.path if request.path.is_dir() else request.path.parent
    names = [
        f"{file.name} row {row}"
        for file, (images, _) in zip(files, arrays, strict=True)
        for row in range(len(images))
    ]
    own, why = _parts(folder, files, [len(images) for images, _ in arrays])
    shown = ", ".join(file.name for file in files)
    notes = [
        f"Took {shown} for IDX files of {len(inputs)} images of {inputs.shape[1]} x {inputs.shape[2]} pixels."
    ]
    return Raw(folder.resolve().name, inputs, labels, names, parts=own, notes=notes + why)


def read_idx(path):
    """The array in an IDX file, gzipped or not; big-endian numbers of any rank.

    Raises:
        DataError: names the file if it is no IDX file, is cut short or longer than it says.

    Source: http://yann.lecun.com/exdb/mnist/, "The IDX file format".

    Example:
        >>> _ = (folder / "a-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 2, 5, 7]))
        >>> read_idx(folder / "a-idx1-ubyte")
        array([5, 7], dtype=uint8)
    """
    path = Path(path)
    try:
        with gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as file:
            return _array(file, path)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError([Fault(str(path), f"damaged file ({error})", "a whole IDX file")]) from error


def _array(file, path):
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _TYPES:
        raise DataError(
            [Fault(str(path), f"begins with {magic.hex() or 'nothing'}", "0000, as an IDX file does")]
        )
    dtype = np.dtype(_TYPES[magic[2]])
    sizes = file.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise DataError([Fault(str(path), "ends in its header", "a whole IDX file")])
    shape = struct.unpack(f">{magic[3]}I", sizes)
    expected = dtype.itemsize
    for size in shape:
        expected *= size  # Python's integers do not overflow
    content = _read(file, expected + 1)
    if len(content) != expected:
        found = f"{'more than ' * (len(content) > expected)}{min(len(content), expected)} bytes of values"
        raise DataError([Fault(str(path), found, f"{expected}, as its header says", "Fetch it again.")])
    return np.frombuffer(content, dtype).reshape(shape).astype(dtype.newbyteorder("="))


def _read(file, most):
    chunks, count = [], 0
    while count < most and (chunk := file.read(min(_CHUNK, most - count))):
        chunks.append(chunk)
        count += len(chunk)
    return b"".join(chunks)


def _image_files(path):
    if path.is_file():
        return [path] if "-images" in path.name and "idx" in path.name else []
    return sorted(path.glob("*-images*idx3*"), key=lambda file: PARTS.index(_part(file) or "test"))


def _labels_beside(file):
    name = file.name.replace("-images", "-labels").replace("idx3", "idx1")
    stems = {name, name.removesuffix(".gz"), f"{name}.gz"}
    found = [file.parent / stem for stem in sorted(stems) if (file.parent / stem).exists()]
    if not found:
        raise DataError([Fault(str(file), f"no {name} beside it", "the labels of these images")])
    return found[0]


def _check_pairs(pairs, arrays):
    faults = []
    for (file, labels_file), (images, labels) in zip(pairs, arrays, strict=True):
        if images.ndim not in (3, 4):
            faults.append(Fault(str(file), f"an array of rank {images.ndim}", "images: rank 3 or 4"))
        elif labels.ndim != 1 or len(labels) != len(images):
            faults.append(
                Fault(str(labels_file), f"{labels.shape} labels", f"{len(images)}, one for each image")
            )
    shapes = {images.shape[1:] for images, _ in arrays}
    if len(shapes) > 1:
        faults.append(Fault(str(pairs[0][0].parent), f"images of sizes {sorted(shapes)}", "one size"))
    if faults:
        raise DataError(faults)


def _pictures(images):
    return images[..., None] if images.ndim == 3 else images


def _part(file):
    return _PREFIXES.get(file.name.split("-")[0])


def _parts(folder, files, sizes):
    """(indices of the parts or None, notes)."""
    found = [_part(file) for file in files]
    if len(files) > 1 and "train" in found and None not in found and len(set(found)) == len(found):
        ends = np.cumsum([0, *sizes])
        own = {part: np.arange(ends[i], ends[i + 1]) for i, part in enumerate(found)}
        return own, [f"The parts {', '.join(found)} are files of their own."]
    lists = parts.split_files(folder, files[0].name.split("-")[0])
    if lists and len(files) == 1:
        return parts.from_rows(lists, sizes[0]), [parts.listed_in(lists)]
    return None, []
