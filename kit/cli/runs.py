"""Run folders: what a command leaves under runs/, so that the same command can go on with it."""

import contextlib
import dataclasses
import itertools
import json
import re
from pathlib import Path

from kit import storage

ROOT = Path("runs")
SETTINGS = "settings.json"
JOURNAL = "journal.jsonl"
LOCK = ".lock"
FINISHED = "finished"


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
        from kit.artifact.card import plain

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
    path, continued, note = _chosen(Path(root), safe(name), asked)
    with storage.lock(path / LOCK):
        if not continued:
            storage.write_json(path / SETTINGS, {"asked": asked})
        yield Run(path, continued, note)


def safe(name):
    """A name that is a folder's name on every system.

    Example:
        >>> safe("../my data.csv"), safe("..")
        ('my_data.csv', 'run')
    """
    return re.sub(r"[^\w.-]+", "_", str(name)).strip("._-")[:100] or "run"


def _chosen(root, name, asked):
    """(folder, whether it is continued, note)."""
    note = ""
    for number in itertools.count(1):
        path = root / (name if number == 1 else f"{name}-{number}")
        stored = _asked(path)
        if stored is None:
            return path, False, note
        if _is_finished(path):
            continue
        if stored == asked:
            return path, True, f"Going on with {path}, which was not finished."
        note = (
            f"{path} is not finished but was started otherwise ({_difference(stored, asked)}); starting anew."
        )


def _asked(path):
    """What was asked of the run in this folder, or None if there is none."""
    if not (path / SETTINGS).is_file():
        return None
    return storage.read_json(path / SETTINGS).get("asked", {})


def _is_finished(path):
    return any(record.get("event") == FINISHED for record in storage.read_journal(path / JOURNAL))


def _difference(stored, asked):
    names = [name for name in {**stored, **asked} if stored.get(name) != asked.get(name)]
    shown = [f"{name} {_short(stored.get(name))}, now {_short(asked.get(name))}" for name in names]
    return "; ".join(shown[:3])


def _short(value):
    return str(value) if len(str(value)) <= 40 else f"{str(value)[:12]}..."
