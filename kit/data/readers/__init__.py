"""Readers: one file for each kind of source, found by `Registry`.

A reader is a function `read(request) -> Raw`, registered with `takes`, a function that says
whether a source is of its kind (with `by_task` also by the task that was asked for), and
`order`: the reader with the lowest order that takes a source reads it.
"""

import dataclasses
import difflib
from pathlib import Path

from kit.errors import KitError
from kit.registry import Registry

READERS = Registry("kind of source", "kit.data.readers")


@dataclasses.dataclass(frozen=True)
class Request:
    """What the user asked `load_data` for; the fields are its arguments."""

    source: object
    task: object = None
    target: object = None
    input: object = None
    ignore: tuple = ()
    groups: object = None
    time: object = None
    seed: int = 0
    on_bad: str = "error"
    image_size: tuple | None = None
    memory: int | None = None
    box_format: str | None = None

    @property
    def path(self):
        """The source as a path, where it is one that exists; else None."""
        return existing(self.source)


def existing(source):
    """`source` as a path, if it is one and there is something; else None."""
    if not isinstance(source, str | Path):
        return None
    path = Path(source).expanduser()
    return path if path.exists() else None


def read(request):
    """What the reader that takes the source finds in it.

    Raises:
        KitError: if no reader takes it; says what there is.
        DataError: if it cannot be read.
    """
    for _, name in sorted((READERS.facts(name)["order"], name) for name in READERS.names()):
        facts = READERS.facts(name)
        asked = [request.task] if facts.get("by_task") else []
        if facts["takes"](request.source, *asked):
            return READERS.get(name)(request)
    raise _not_taken(request.source)


def _not_taken(source):
    from kit.data.readers.builtin import BUILTIN
    from kit.data.readers.drawn import DRAWN

    known = (*BUILTIN, *DRAWN)
    if existing(source):
        return KitError(
            f"{source}: neither a table (.csv .tsv .txt .parquet), nor series (.ts), nor IDX files, "
            "nor a folder of images. Give one of these, or arrays."
        )
    if isinstance(source, str | Path):
        near = difflib.get_close_matches(str(source), known, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        return KitError(f"{source}: no such file or folder.{hint} Built in: {', '.join(known)}.")
    return KitError(
        f"A {type(source).__name__} is not data that kit can read. "
        "Give a path, a DataFrame, (x, y), ((x, y), (x, y)) or a built-in name."
    )
