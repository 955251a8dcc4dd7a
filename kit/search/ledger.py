"""The ledger: which trials there are, who trains them and what became of them, as the journal tells it.

Every process that takes part has a ledger of its own and reads what the others wrote before it writes.
The oracle is a copy in each of them; all copies are told the same things in the same order.
"""

import contextlib
import dataclasses
import secrets

import keras_tuner

from kit import storage
from kit.errors import SearchStateError
from kit.plain import plain
from kit.search import trial as trials
from kit.search.journal import FORMAT, OWNERS, Journal, check_alone
from kit.training.run import CHECKPOINT

AWFUL = 1e30
DEATHS = 10  # processes in a row that may die with a trial before it has got any further
TRIALS = "trials"  # folder of the states that trials carry on from
DEFAULT = "default"  # name of the trial whose settings are those that nobody chose


@dataclasses.dataclass
class Entry:
    """A trial in the ledger.

    Args:
        trial: its id.
        values: as the oracle suggested them.
        owner: of the process that trains it.
        outcome: the fields of its `Outcome`, or None while it runs.
        deaths: processes that died with it since it last got further.
        reached: when its state was last written before the last of them died, in nanoseconds since 1970.
    """

    trial: str
    values: dict
    owner: str
    outcome: dict | None = None
    deaths: int = 0
    reached: int = 0

    @property
    def status(self):
        """Its status; "running" before it has ended."""
        return self.outcome["status"] if self.outcome else trials.RUNNING


class Ledger:
    """The trials of the search in a folder.

    Args:
        folder: of the search.
        oracle: one of KerasTuner's, made to replay by `oracles.make`; it has not been asked yet.
        objective: an `Objective`: which score is worse.
        worst: failed trials are told to the oracle as trials of an awful score: Hyperband waits for ever for
            those that failed.
    """

    def __init__(self, folder, oracle, objective, worst=False):
        self.journal = Journal(folder)
        self.folder, self.oracle, self.objective, self.worst = self.journal.folder, oracle, objective, worst
        self.entries = {}
        self.space = None  # the `SearchSpace`, where the builder does not declare its own
        self.asked = {}  # what the journal says the search is
        self.note = {}  # name -> value, of everything that is written once
        self.me = secrets.token_hex(4)
        self._asks = 0

    @contextlib.contextmanager
    def taking_part(self, join=False):
        """Shows the other processes that this one lives, until the block ends or the process dies.

        Raises:
            SearchStateError: if another process is at work, and it is not to be joined.
        """
        path = self.folder / OWNERS / self.me
        with contextlib.ExitStack() as stack:
            with self.journal.held():
                check_alone(self.folder, join)
                stack.enter_context(storage.lock(path))
            yield
            path.unlink(missing_ok=True)

    def open(self, asked):
        """Begins the search, or goes on with the one that is there.

        Args:
            asked: JSON-able dict: what the search is. Equal dicts are equal searches.

        Raises:
            SearchStateError: if the folder holds another search; shows the difference.
        """
        asked = plain(asked)
        with self.journal.held():
            self.read()
            if not self.asked:
                self.journal.append({"event": "opened", "format": FORMAT, "asked": asked})
                self.asked = asked
        if self.asked != asked:
            raise SearchStateError(_differs(self.folder, self.asked, asked))

    def read(self):
        """Takes in what was appended since the last time."""
        for record in self.journal.news():
            self._apply(record)

    def next(self, at_most):
        """A trial to train: one that a dead process left, else a new one.

        Args:
            at_most: trials of the whole search.

        Returns:
            An `Entry`; None where there is none now (see `is_over`).
        """
        with self.journal.held():
            self.read()
            return self._left() or (self._new() if len(self.entries) < at_most else None)

    def end(self, outcome):
        """Records what became of a trial; a trial that was given to another process meanwhile is left alone.

        Returns:
            Whether it was recorded.
        """
        with self.journal.held():
            self.read()
            entry = self.entries[outcome.trial]
            if entry.outcome or entry.owner != self.me:
                return False
            self._write(self._ending(outcome))
        return True

    def write(self, name, value):
        """Records a fact of the whole search, such as what the default settings score."""
        with self.journal.held():
            self.read()
            self._write({"event": "noted", "name": name, "value": plain(value)})

    @property
    def running(self):
        """Entries that have not ended."""
        return [entry for entry in self.entries.values() if entry.outcome is None]

    @property
    def ended(self):
        """Entries that have ended, in the order of their ids."""
        return [self.entries[name] for name in sorted(self.entries) if self.entries[name].outcome]

    def _left(self):
        for entry in self.running:
            alive = entry.owner == self.me or storage.owner(self.folder / OWNERS / entry.owner)
            if alive:
                continue
            reached = storage.last_written(self.folder / TRIALS / entry.trial, CHECKPOINT)
            if reached > entry.reached or entry.deaths + 1 < DEATHS:
                self._write({"event": "taken", "trial": entry.trial, "owner": self.me, "reached": reached})
                return entry
            self._give_up(entry)
        return None

    def _give_up(self, entry):
        reason = f"{DEATHS} processes in a row died with it; out of memory? Try a smaller batch_size."
        outcome = trials.Outcome(entry.trial, trials.FAILED, reason=reason)
        self._write(self._ending(outcome))

    def _new(self):
        trial = self._ask(None)
        if trial.status != "RUNNING":
            return None
        values, state = trial.hyperparameters.values, self.oracle._seed_state
        entry = Entry(trial.trial_id, dict(values), self.me)
        self.entries[entry.trial] = entry
        self.journal.append(
            {
                "event": "asked",
                "trial": entry.trial,
                "values": plain(values),
                "state": state,
                "owner": self.me,
            }
        )
        return entry

    def _ask(self, recorded):
        """Asks the oracle for a trial: the recorded one, or a new one."""
        self.oracle.recorded = recorded
        trial = self.oracle.create_trial(f"tuner {self._asks}")
        self._asks += trial.status == "RUNNING"
        return trial

    def _write(self, record):
        self.journal.append(record)
        self._apply(record)

    def _apply(self, record):
        getattr(self, f"_on_{record['event']}")(record)

    def _on_opened(self, record):
        if record["format"] != FORMAT:
            raise SearchStateError(
                f"{self.journal.path} was written by another version of kit (format {record['format']}, "
                f"and this one reads format {FORMAT}). Start a new search with --fork."
            )
        self.asked = record["asked"]

    def _on_asked(self, record):
        trial = self._ask((record["values"], record["state"]))
        if trial.trial_id != record["trial"]:
            raise SearchStateError(
                f"{self.journal.path}: trial {record['trial']} does not follow from the trials before it, "
                "as in a journal that was edited.\nRestore it from a copy, or start a new search with --fork."
            )
        self.entries[record["trial"]] = Entry(record["trial"], record["values"], record["owner"])

    def _on_taken(self, record):
        entry = self.entries[record["trial"]]
        reached = record.get("reached", 0)  # not in journals of old
        entry.deaths = 1 if reached > entry.reached else entry.deaths + 1
        entry.owner, entry.reached = record["owner"], reached

    def _on_noted(self, record):
        self.note[record["name"]] = record["value"]

    def _on_ended(self, record):
        fields = {field.name for field in dataclasses.fields(trials.Outcome)}
        outcome = {name: value for name, value in record.items() if name in fields}
        self.entries[record["trial"]].outcome = outcome
        self._tell(record)

    def _ending(self, outcome):
        """The record of a trial's end."""
        fields = plain(dataclasses.asdict(outcome))
        return {"event": "ended", "owner": self.me, **fields, "told": self._told(fields)}

    def _told(self, outcome):
        """The score that the oracle is told, or None where it is told of a failure."""
        if outcome["score"] is not None or not self.worst:
            return outcome["score"]
        return AWFUL if self.objective.direction == "min" else -AWFUL

    def _tell(self, record):
        trial = self.oracle.trials[record["trial"]]
        if record["space"]:
            known = keras_tuner.HyperParameters.from_config(record["space"])
            known.values = {**known.values, **trial.hyperparameters.values}
            trial.hyperparameters = known
        if record["told"] is None:
            trial.status = "FAILED"
        else:
            trial.status = "COMPLETED"
            self.oracle.update_trial(trial.trial_id, {"score": record["told"]})
        self.oracle.end_trial(trial)


def _differs(folder, stored, asked):
    stored, asked = _flat(stored), _flat(asked)
    names = [name for name in {**stored, **asked} if stored.get(name) != asked.get(name)]
    shown = [f"{name} was {_short(stored.get(name))}, now {_short(asked.get(name))}" for name in names[:3]]
    return (
        f"{folder} holds another search: {'; '.join(shown)}.\n"
        "Repeat the command as it was, choose another --out, or start a new search with --fork."
    )


def _flat(asked):
    """What was asked, with each hyperparameter and each setting under its own name."""
    space = asked.get("space")
    known = {each["name"]: _range(each) for each in space} if isinstance(space, list) else {"space": space}
    return {**asked, "space": None, "settings": None, **known, **asked.get("settings", {})}


def _range(dimension):
    if dimension["values"]:
        return dimension["values"]
    return [dimension["low"], dimension["high"], "log" if dimension["log"] else dimension["step"]]


def _short(value):
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
