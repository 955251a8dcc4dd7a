"""The one way anything reaches the disk: whole or not at all.

A file is written beside its target, flushed to the disk and renamed over it. A folder is
built beside its target and swapped in by two renames; `recover` completes or undoes a swap
that was cut short. Journals are appended to, one flushed record at a time.
"""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
from pathlib import Path

from kit.errors import FULL, KitError, ResourceError


@contextlib.contextmanager
def atomic_path(path, mode=0o666):
    """A temporary path beside `path`; renamed to it when the block ends well.

    Args:
        path: the file to write.
        mode: who may do what with it, before the process' own mask.

    Raises:
        ResourceError: if the disk is full. What was at `path` is unchanged.

    Example:
        >>> with atomic_path(folder / "numbers.txt") as temporary:
        ...     _ = temporary.write_text("1 2 3")
        >>> (folder / "numbers.txt").read_text()
        '1 2 3'
    """
    path = Path(path)
    temporary = None
    try:
        temporary = _beside(path)
        temporary.touch(mode)
        yield temporary
        _flush(temporary)
        os.chmod(temporary, mode & ~_umask())
        os.replace(temporary, path)
        _flush(path.parent)
    except OSError as error:
        raise _named(error, path) from error
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)


def write_bytes(path, content, mode=0o666):
    """Writes bytes, whole or not at all."""
    with atomic_path(path, mode) as temporary:
        temporary.write_bytes(content)


def write_text(path, text):
    """Writes UTF-8 text, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path, value):
    """Writes JSON that any parser reads: numbers that are not finite are refused."""
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path):
    """Reads what `write_json` wrote.

    Raises:
        KitError: if the file is missing or is not JSON; names the file.
    """
    try:
        return json.loads(Path(path).read_text("utf-8"))
    except FileNotFoundError:
        raise KitError(f"{path}: no such file.") from None
    except (ValueError, RecursionError) as error:
        raise KitError(f"{path}: not readable as JSON ({error}). Restore it from a copy.") from None


def append_journal(path, record):
    """Appends one record to a journal and waits until it is on the disk."""
    append_lines(path, [json.dumps(record, ensure_ascii=False, allow_nan=False)])


def append_lines(path, lines):
    """Appends lines of text by one write, and waits until they are on the disk."""
    path = Path(path)
    text = "".join(f"{line}\n" for line in lines)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a+b") as file:
            file.seek(0, os.SEEK_END)
            if file.tell() and not _ends_a_line(file):
                text = "\n" + text  # the last record was cut short by a kill: leave it alone
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _named(error, path) from error


def read_journal(path):
    """All whole records of a journal, oldest first; one cut short by a kill is left out."""
    try:
        lines = Path(path).read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    return [record for record in map(_parsed, lines) if record is not None]


def sha256(path):
    """Hexadecimal SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def last_written(folder, name):
    """When a file of a name was last written anywhere below a folder, in nanoseconds since 1970; 0 if never.

    Example:
        >>> last_written(folder, "nothing.npz")
        0
    """
    times = [0]
    for path in Path(folder).rglob(name):
        with contextlib.suppress(OSError):
            times.append(path.stat().st_mtime_ns)
    return max(times)


def size(folder):
    """Bytes of all files below a folder; files that vanish meanwhile count nothing.

    Example:
        >>> write_bytes(folder / "weights" / "0.npz", b"1234")
        >>> size(folder / "weights")
        4
    """
    total = 0
    for path in Path(folder).rglob("*"):
        with contextlib.suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total


@contextlib.contextmanager
def lock(path):
    """Holds `path` for this process; the system lets go of it when the process dies.

    Raises:
        KitError: if another process holds it; names that process.
    """
    import fcntl  # here: reading an artifact must work where it does not exist

    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            owner = file.read().strip() or "?"
            message = f"{path.parent} is in use by process {owner}. Wait for it or choose another --out."
            raise KitError(message) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def owner(path):
    """The number of the living process that holds `path`, as text, or None."""
    import fcntl

    try:
        with open(path, "a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                file.seek(0)
                return file.read().strip() or "?"
    except OSError:
        return None
    return None


@contextlib.contextmanager
def atomic_folder(path):
    """A temporary folder beside `path`; swapped with it when the block ends well.

    The folder that was there before is kept as `.<name>.previous` until the swap is done.
    """
    path = Path(path)
    temporary = None
    try:
        recover(path)
        temporary = _beside(path)
        temporary.mkdir()
        yield temporary
        for member in temporary.rglob("*"):
            _flush(member)
        _flush(temporary)
        os.chmod(temporary, 0o777 & ~_umask())
        _swap(temporary, path)
    except OSError as error:
        raise _named(error, path) from error
    finally:
        if temporary:
            shutil.rmtree(temporary, ignore_errors=True)


def check_writable(path):
    """Refuses a path that could not be written later; nothing is left there.

    Raises:
        ResourceError: if the disk is full.
        KitError: if the folder cannot be made or written to.

    Example:
        >>> check_writable(folder / "models" / "first")
        >>> (folder / "models").exists()
        False
    """
    path = Path(path)
    there = next(parent for parent in Path(os.path.abspath(path)).parents if parent.exists())
    try:
        temporary = _beside(there / path.name)
        temporary.mkdir()
        temporary.rmdir()
    except OSError as error:
        raise _named(error, path) from error


def recover(path):
    """Completes or undoes a swap of `path` that a kill cut short.

    Raises:
        KitError: if there is something to undo and the folder may not be written to.
    """
    path = Path(path)
    if not _previous(path).exists():
        return
    try:
        with held_folder(path.parent):
            if not path.exists():
                os.replace(_previous(path), path)
            shutil.rmtree(_previous(path), ignore_errors=True)
    except OSError as error:
        raise _named(error, path) from error


def _swap(temporary, path):
    previous = _previous(path)
    with held_folder(path.parent):
        if path.exists():
            os.replace(path, previous)
        os.replace(temporary, path)
        _flush(path.parent)
        shutil.rmtree(previous, ignore_errors=True)


def _beside(path):
    """A free name in the folder of `path`, which is made; what killed processes left there is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{path.stem}.new-"
    for name in os.listdir(path.parent):
        if name.startswith(prefix) and name.endswith(path.suffix) and _is_left(name.removeprefix(prefix)):
            _remove(path.parent / name)
    return path.parent / f"{prefix}{os.getpid()}-{secrets.token_hex(4)}{path.suffix}"


def _is_left(name):
    """Is the process dead whose number begins this name?"""
    number = name.split("-")[0]
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (ValueError, OSError):
        return False
    return False


def _remove(path):
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def held_folder(folder):
    """Waits until no other process holds `folder`, and holds it: for two writes that belong together."""
    import fcntl

    Path(folder).mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _previous(path):
    return path.parent / f".{path.name}.previous"


def _flush(path):
    """Waits until a file's content or a folder's list of names is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _ends_a_line(file):
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _parsed(line):
    with contextlib.suppress(ValueError):
        return json.loads(line)
    return None


def _named(error, path):
    if error.errno in FULL:
        free = shutil.disk_usage(path.parent).free / 1e6
        return ResourceError(
            f"{path}: disk full ({free:.1f} MB free). Nothing was changed; free some space and repeat."
        )
    return KitError(
        f"{path}: cannot be written ({error.strerror or error}). Choose a folder that you may write to."
    )
