"""Cache: decodes each image once, in parallel; keeps them in memory or, if too many, in a file.

The file lies in the system's folder for temporary files, is named after the images' paths,
sizes and times and the rules they were decoded by, and is used again by the next run.
"""

import dataclasses
import hashlib
import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from kit import storage
from kit.errors import Fault, ResourceError
from kit.inputs.findings import Finding

_RULES = 1  # raise it when `kit.inputs.pixels` decodes differently
_CHUNK = 1024  # images that are copied at a time


@dataclasses.dataclass
class Decoded:
    """Decoded images.

    Args:
        array: (N, height, width, channels), in memory or a memory-mapped file; zeros at faults.
        keys: (N,) uint64, equal where the decoded pixels are.
        findings: what is wrong with single images.
        notes: where they are kept, if not in memory.
    """

    array: np.ndarray
    keys: np.ndarray
    findings: list
    notes: list = dataclasses.field(default_factory=list)


def decoded(paths, images, dtype, *, names, memory=None):
    """Decodes files once.

    Args:
        paths: N files.
        images: the `Images` by whose rules they are decoded.
        dtype: "uint8" or "float32".
        names: what each file is called in messages.
        memory: bytes up to which they stay in memory; None for a quarter of what is free
            (they are copied once, when they are divided into parts).

    Returns:
        `Decoded`.

    Raises:
        ResourceError: if they fit neither in memory nor on the disk.
    """
    shape = (len(paths), *images.shape)
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    if size <= (free_memory() // 4 if memory is None else memory):
        array, keys = np.zeros(shape, dtype), np.zeros(len(paths), "uint64")
        return Decoded(array, keys, _fill(array, keys, paths, images, names))
    return _on_disk(paths, images, np.dtype(dtype), names, size)


def rows_of(array, rows):
    """The given rows of a decoded array; of one on the disk, as an array on the disk.

    Args:
        array: what `decoded` gave.
        rows: rising indices.
    """
    if len(rows) and rows[-1] - rows[0] + 1 == len(rows):
        return array[rows[0] : rows[-1] + 1]
    if not isinstance(array, np.memmap):
        return array[rows]
    name = hashlib.sha256(np.asarray(rows, "int64").tobytes()).hexdigest()[:16]
    path = Path(array.filename).parent / f"rows-{name}.npy"
    if not path.exists():
        _copy(array, rows, path)
    return np.load(path, mmap_mode="r")


def key_of(picture):
    """64 bits that are equal where the pixels are.

    Example:
        >>> key_of(np.zeros((2, 2, 1), "uint8")) == key_of(np.zeros((2, 2, 1), "uint8"))
        True
    """
    return int.from_bytes(hashlib.blake2b(np.ascontiguousarray(picture).data, digest_size=8).digest(), "big")


def free_memory():
    """Bytes of memory that could be used now."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):  # not Linux
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


def folder():
    """The folder of the files; only its owner may look into it."""
    path = Path(tempfile.gettempdir()) / f"kit-images-{os.getuid() if hasattr(os, 'getuid') else 0}"
    os.makedirs(path, mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and path.stat().st_uid != os.getuid():
        raise ResourceError(f"{path} belongs to another user. Set TMPDIR to a folder of your own.")
    return path


def _fill(array, keys, paths, images, names):
    """Decodes into `array` and `keys`, in parallel; returns what is wrong."""

    def one(i):
        picture = images.decode(paths[i])
        if isinstance(picture, Finding):
            return dataclasses.replace(
                picture, fault=dataclasses.replace(picture.fault, where=names[i]), rows=(i,)
            )
        array[i] = picture
        keys[i] = key_of(picture)
        return None

    with ThreadPoolExecutor() as pool:
        return [finding for finding in pool.map(one, range(len(paths))) if finding]


def _on_disk(paths, images, dtype, names, size):
    place = folder() / _named_after(paths, images, dtype)
    if not (place / "findings.json").exists():
        _check_space(place.parent, 2 * size)
        _write(place, paths, images, dtype, names)
    array = np.load(place / "images.npy", mmap_mode="r")
    stored = storage.read_json(place / "findings.json")
    findings = [Finding(Fault(**fault), tuple(rows)) for fault, rows in stored]
    note = f"The decoded images ({size / 1e9:.1f} GB) do not fit in memory; they are kept in {place}."
    return Decoded(array, np.load(place / "keys.npy"), findings, [note])


def _write(place, paths, images, dtype, names):
    """Builds the folder of one decoding, whole or not at all."""
    with storage.atomic_folder(place) as building:
        shape = (len(paths), *images.shape)
        array = np.lib.format.open_memmap(building / "images.npy", "w+", dtype, shape)
        keys = np.zeros(len(paths), "uint64")
        findings = _fill(array, keys, paths, images, names)
        array.flush()
        np.save(building / "keys.npy", keys)
        stored = [(dataclasses.asdict(finding.fault), finding.rows) for finding in findings]
        storage.write_json(building / "findings.json", stored)


def _copy(array, rows, path):
    with storage.atomic_path(path) as temporary:
        copy = np.lib.format.open_memmap(temporary, "w+", array.dtype, (len(rows), *array.shape[1:]))
        for start in range(0, len(rows), _CHUNK):
            copy[start : start + _CHUNK] = array[rows[start : start + _CHUNK]]
        copy.flush()


def _named_after(paths, images, dtype):
    told = [_RULES, images.size, images.letterbox, images.channels, images.scale, str(dtype)]
    for path in paths:
        status = os.stat(path)
        told.append((os.fspath(Path(path).absolute()), status.st_size, status.st_mtime_ns))
    return hashlib.sha256(repr(told).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _check_space(place, needed):
    free = shutil.disk_usage(place).free
    if free < needed:
        raise ResourceError(
            f"The decoded images need {needed / 1e9:.1f} GB in {place}, and {free / 1e9:.1f} GB are free. "
            "Free some space, set TMPDIR to a larger disk, or choose a smaller image_size."
        )
