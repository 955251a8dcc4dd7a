"""Run folders: what a command leaves under runs/, so that the same command can go on with it."""

import contextlib
import dataclasses
import itertools
import json
import re
from pathlib import Path

from kit import storage
from kit.errors import KitError

ROOT = Path("runs")
SETTINGS = "settings.json"
JOURNAL = "journal.jsonl"
CHECKPOINT = "checkpoint.npz"  # as kit.fit calls it
LOCK = ".lock"
FINISHED = "finished"
# a folder that holds nothing worth keeping; an unfinished run of the same or another command; a finished one
NEW, SAME, OTHER, DONE = "new", "same", "other", "done"


@dataclasses.dataclass(frozen=True)
class Run:
    """A run's folder, held for this process.

    Args:
        path: the folder.
        continued: whether an earlier process left it unfinished.
        note: what the user should know of this choice of folder; may be empty.
    """

    path: Path
    continued: bool
    note: str = ""

    def record(self, event, **facts):
        """Appends an event to the journal and waits until it is on the disk."""
        from kit.plain import plain

        storage.append_journal(self.path / JOURNAL, {"event": event, **plain(facts)})

    def describe(self, **facts):
        """Adds to the settings what became of them: resolved arguments, versions."""
        stored = storage.read_json(self.path / SETTINGS)
        storage.write_json(self.path / SETTINGS, {**stored, **facts})


@contextlib.contextmanager
def held(name, asked, root=ROOT):
    """The folder for what was asked: an unfinished run of the same, else the next free number.

    Args:
        name: of the data; the folder is called `<name>`, `<name>-2`, ...
        asked: JSON-able dict: the command and the data's fingerprint.
        root: folder of all runs.

    Yields:
        A `Run`. Other processes are kept out until the block ends.

    Raises:
        KitError: if another process is at work in it.

    Example:
        >>> with held("digits", {"epochs": 3}, folder) as run:
        ...     run.record("finished")
        >>> with held("digits", {"epochs": 3}, folder) as run:
        ...     run.path.name
        'digits-2'
    """
    asked = json.loads(json.dumps(asked))  # as it will be read back
    with contextlib.ExitStack() as stack:
        path, state, note = _claimed(Path(root), safe(name), asked, stack)
        if state != SAME:
            storage.write_json(path / SETTINGS, {"asked": asked})
        yield Run(path, state == SAME, note)


def safe(name):
    """A name that is a folder's name on every system.

    Example:
        >>> safe("../my data.csv"), safe("..")
        ('my_data.csv', 'run')
    """
    return re.sub(r"[^\w.-]+", "_", str(name)).strip("._-")[:100] or "run"


def _claimed(root, name, asked, stack):
    """(folder, its state, note): the first number that may be used, locked on `stack`."""
    note = ""
    for path in _numbered(root, name):
        state, stored = _state(path, asked)
        if state == OTHER:
            note = f"{path} is not finished but was started otherwise ({_difference(stored, asked)})."
        if state in (OTHER, DONE) or not _locked(path, state, stack):
            continue
        if _state(path, asked)[0] == state:  # else another process was faster
            break
    return path, state, f"Going on with {path}, which was not finished." if state == SAME else note


def _locked(path, state, stack):
    try:
        stack.enter_context(storage.lock(path / LOCK))
    except KitError:
        if state == SAME:
            raise
        return False
    return True


def _state(path, asked):
    """(what may be done with a run's folder, what was asked of it)."""
    stored = _asked(path)
    if stored is None:
        return NEW, None
    if any(record.get("event") == FINISHED for record in storage.read_journal(path / JOURNAL)):
        return DONE, stored
    if stored == asked:
        return SAME, stored
    return (OTHER if (path / CHECKPOINT).exists() else NEW), stored


def _numbered(root, name):
    """name, name-2, name-3, ..."""
    yield root / name
    yield from (root / f"{name}-{number}" for number in itertools.count(2))


def _asked(path):
    """What was asked of the run in this folder, or None if there is none."""
    if not (path / SETTINGS).is_file():
        return None
    return storage.read_json(path / SETTINGS).get("asked", {})


def _difference(stored, asked):
    stored, asked = ({**each, **each.get("set", {}), "set": None} for each in (stored, asked))
    names = [name for name in {**stored, **asked} if stored.get(name) != asked.get(name)]
    shown = [f"{name} {_short(stored.get(name))}, now {_short(asked.get(name))}" for name in names]
    return "; ".join(shown[:3])


def _short(value):
    return str(value) if len(str(value)) <= 40 else f"{str(value)[:12]}..."
