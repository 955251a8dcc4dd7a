"""The journal of a search: records that are appended, numbered and checked, each batch by one flush.

Several processes may append: each does so while it holds the folder, after it has read what the others
wrote. A record that a kill cut short has no newline and no number that another lacks: it never was.
"""

import json
import re
import zlib
from pathlib import Path

from kit import storage
from kit.errors import SearchStateError

FILE = "journal.jsonl"
OWNERS = "owners"  # folder in which each process at work holds a file
FORMAT = 1
_WHOLE = re.compile(rb', "sum": \d+}$')  # the end of a line that was not cut short


class Journal:
    """The records of a search in the order they happened.

    Args:
        folder: of the search; made where it is missing.

    Example:
        >>> journal = Journal(folder)
        >>> with journal.held():
        ...     journal.append({"event": "asked", "trial": "0000"})
        >>> [record["event"] for record in Journal(folder).news()]
        ['asked']
    """

    def __init__(self, folder):
        self.folder, self.path = Path(folder), Path(folder) / FILE
        self._read, self._lines, self._count = 0, 0, 0  # bytes, lines and records that are known

    def held(self):
        """Keeps other processes from appending while the block lasts."""
        return storage.held_folder(self.folder)

    def news(self):
        """The records that others appended since the last call, oldest first.

        Raises:
            SearchStateError: if one of them is damaged; names the line.
        """
        *lines, rest = self._unread().split(b"\n")
        if _checked(rest):  # whole, but for its newline
            lines, rest = [*lines, rest], None
        records = [self._next(line) for line in lines if line]
        if records and records[-1] is None and _WHOLE.search(lines[-1]):
            raise self._damaged()
        self._read += sum(len(line) + 1 for line in lines) - (rest is None)
        return [record for record in records if record is not None]

    def append(self, *records):
        """Appends records, all of them by one flush; the caller holds the journal and has read the news."""
        numbered = [{"n": self._count + place, **record} for place, record in enumerate(records)]
        storage.append_lines(self.path, map(_line, numbered))
        self.news()

    def _unread(self):
        try:
            with open(self.path, "rb") as file:
                file.seek(self._read)
                return file.read()
        except FileNotFoundError:
            return b""

    def _next(self, line):
        """The record of a line, or None of one that was cut short."""
        self._lines += 1
        record = _checked(line)
        if record is not None and record["n"] != self._count:
            raise self._damaged()
        self._count += record is not None
        return record

    def _damaged(self):
        return SearchStateError(
            f"{self.path}, line {self._lines} or the one before: damaged; expected record {self._count} "
            "as it was written.\nRestore the file from a copy, or start a new search with --fork."
        )


def owners(folder):
    """The numbers of the living processes that are at work on the search in a folder, as texts."""
    paths = sorted((Path(folder) / OWNERS).glob("*"))
    return [number for path in paths if (number := storage.owner(path))]


def check_alone(folder, join):
    """Raises a SearchStateError if another process is at work in the folder and is not to be joined."""
    if not join and (others := owners(folder)):
        raise SearchStateError(
            f"{folder} is in use by process {others[0]}. Take part in its search with --join, wait for it, "
            "or choose another --out."
        )


def _line(record):
    text = json.dumps(record, ensure_ascii=False, allow_nan=False)
    return f'{text[:-1]}, "sum": {_sum(text)}}}'


def _sum(text):
    return zlib.crc32(text.encode("utf-8"))


def _checked(line):
    """The record of a line, or None if it is not what was written."""
    body, mark, number = line.rpartition(b', "sum": ')
    if not mark or not number.endswith(b"}") or str(zlib.crc32(body + b"}")).encode() != number[:-1]:
        return None
    return json.loads(body + b"}")
