"""From what was asked to a search that runs: everything is checked before the first trial."""

import dataclasses
import itertools
import sys
import time
from pathlib import Path

from kit.errors import KitError
from kit.search import contained, engines, objectives, oracles
from kit.search.ledger import DEFAULT, Ledger
from kit.search.pruning import Pruner
from kit.search.result import SearchResult
from kit.search.space import SearchSpace
from kit.search.spaces import default_space
from kit.search.study import Study
from kit.search.work import Work, takes_hp

ROOT = Path("runs")
TRIALS = 30  # where neither trials nor minutes are given, and the algorithm does not end by itself


@dataclasses.dataclass(frozen=True)
class Asked:
    """What makes two searches the same; see `kit.search` for the meaning of each."""

    builder: object
    data: object
    space: object
    algorithm: object
    seed: int
    settings: dict
    objective: object = None
    pruning: str | None = None
    folds: int = 1
    seeds: int = 1
    limits: dict | None = None

    def config(self, space, names):
        """The same as JSON; equal configs are one search."""
        import keras

        builder = self.builder
        return {
            "builder": f"{builder.__module__}.{getattr(builder, '__qualname__', type(builder).__qualname__)}",
            "data": self.data.fingerprint,
            "space": space,
            "algorithm": self.algorithm if isinstance(self.algorithm, str) else type(self.algorithm).__name__,
            "objective": [list(dataclasses.astuple(each)) for each in names],
            "settings": self.settings,
            "backend": keras.backend.backend(),
            **{name: getattr(self, name) for name in ("pruning", "folds", "seeds", "seed", "limits")},
        }


def folder_of(out, name, fork, root=ROOT):
    """The folder of the search; where a new one is to begin, the next free number.

    Example:
        >>> str(folder_of(None, "digits", fork=False))
        'runs/search-digits'
    """
    path = Path(out) if out else Path(root) / f"search-{name}"
    if not fork:
        return path
    numbered = (path.with_name(f"{path.name}-{number}") for number in itertools.count(2))
    return path if not path.exists() else next(each for each in numbered if not each.exists())


@dataclasses.dataclass(frozen=True)
class Way:
    """How a search is gone about: it may differ from one call to the next; see `kit.search`."""

    trials: int | None = None
    minutes: float | None = None
    engine: str = "auto"
    workers: int = 1
    keep: int = 3
    disk: float | None = None
    default: bool = False
    join: bool = False
    loud: bool = False

    def check(self):
        """Raises a KitError unless all of it can be done."""
        engines.check(self.engine)
        for name in ("trials", "minutes", "workers", "keep", "disk"):
            number = getattr(self, name)
            if number is not None and number <= 0:
                raise KitError(f"{name} must be above 0. Received: {number}.")

    def limits(self, algorithm):
        """What ends the search, as `Study` takes it."""
        endless = algorithm in ("random", "bayesian") and not self.minutes
        until = time.monotonic() + 60 * self.minutes if self.minutes else None
        trials = self.trials or (TRIALS if endless else oracles.MOST)
        return {"trials": trials, "until": until, "default": self.default}


def run(asked, folder, way):
    """Checks what was asked, searches, -> `SearchResult`."""
    way.check()
    Pruner(asked.pruning, True)  # before anything is written
    limits = way.limits(asked.algorithm)
    work, ledger = prepared(asked, folder, way.keep)
    if way.disk:
        work = dataclasses.replace(work, disk=int(1e6 * way.disk))
    if limits["until"]:
        work = dataclasses.replace(work, seconds=limits["until"] - time.monotonic())
    pruner = Pruner(asked.pruning, work.objectives[0].direction == "min")
    study = Study(ledger, work, pruner, limits, asked.seed, _teller(ledger, limits, way.loud))
    name, why = engines.chosen(way.engine, work, way.workers, _free(asked, ledger), limits["trials"])
    if way.loud:
        _say(f"search in {folder}: {asked.algorithm}, by {work.objectives[0].name}, engine {name} ({why})")
    study.run(engines.get(name)(work, study.judge, way.workers), way.join)
    return SearchResult(ledger, work, asked.seed, f"{name} ({why})")


def _free(asked, ledger):
    """The space, where any trial may be asked for before another has ended."""
    return ledger.space if asked.algorithm in ("random", "grid") and asked.pruning is None else None


def prepared(asked, folder, keep=3):
    """(`Work`, opened `Ledger`) of what was asked.

    Raises:
        KitError: if something does not fit the data.
        SearchStateError: if the folder holds another search.
    """
    data = asked.data
    if data.validation is None or not len(data.validation):
        raise KitError("A search ranks by the validation part, and these data have none.")
    _check_folds(data, asked.folds, asked.seeds)
    names = objectives.resolve(asked.objective, data.task)
    space, declared, max_epochs = _space(asked)
    settings = dict(asked.settings)
    work = Work(
        asked.builder,
        data,
        settings,
        names,
        str(folder),
        max_epochs,
        asked.folds,
        asked.seeds,
        _limits(asked.limits),
        asked.pruning is not None,
        keep,
    )
    if space is not None:
        check(work, space)
    work = dataclasses.replace(work, longest=contained.longest(work, space))
    oracle = oracles.make(asked.algorithm, declared, names[0].direction, asked.seed, max_epochs)
    ledger = Ledger(folder, oracle, names[0], worst=max_epochs is not None)
    ledger.space = space
    ledger.open(asked.config(space.config() if space else declared.get_config(), names))
    return work, ledger


def check(work, space):
    """Tries every end of every range on the settings' own checks.

    Raises:
        KitError: with a line for each that does not fit; "did you mean" for unknown names.
    """
    faults = [
        f"{name} is searched, and also set to {work.settings[name]!r}."
        for name in space.names
        if name in work.settings
    ]
    for dimension in space.dimensions:
        for value in dimension.samples:
            try:
                work.divided({dimension.name: value}, work.data)
            except KitError as fault:
                faults.append(str(fault))
                break
    try:
        work.divided({}, work.data)
    except KitError as fault:
        faults.append(str(fault))
    if faults:
        raise KitError("\n".join(dict.fromkeys(faults)))


def _space(asked):
    """(`SearchSpace` or None, KerasTuner's HyperParameters, epochs of the longest trial or None)."""
    if takes_hp(asked.builder):
        return None, _declared(asked.builder), _most_epochs(asked, None)
    space = (
        SearchSpace(asked.space)
        if asked.space is not None
        else default_space(asked.data, asked.builder, asked.settings)
    )
    longest = _most_epochs(asked, space)
    if longest is not None and "epochs" in space:
        space = space.without("epochs")
        if space is None:
            raise KitError("Hyperband chooses the epochs by itself: give another hyperparameter to search.")
    return space, space.hyperparameters(), longest


def _declared(builder):
    """What a builder that takes `hp` declares on it when it is called once."""
    import keras_tuner

    hp = keras_tuner.HyperParameters()
    getattr(builder, "build", builder)(hp)
    return hp


def _most_epochs(asked, space):
    """Hyperband: the largest value of epochs, that was set, or that the data ask for; else None."""
    if asked.algorithm != "hyperband":
        return None
    if space is not None and "epochs" in space:
        return int(max(space["epochs"].samples))
    from kit.training import plan

    size = asked.settings.get("batch_size") or plan.batch_size(len(asked.data.train))
    return asked.settings.get("epochs") or plan.epochs(-(-len(asked.data.train) // size))


def _check_folds(data, folds, seeds):
    from kit.data import folds as parts

    for name, number in {"folds": folds, "seeds": seeds}.items():
        if not isinstance(number, int) or number < 1:
            raise KitError(f"{name} is a whole number from 1. Received: {number!r}.")
    parts.check(data, folds)


def _limits(limits):
    limits = dict(limits or {})
    if strange := set(limits) - {"parameters", "latency"}:
        raise KitError(f"Unknown limit '{min(strange)}'. Known: latency (milliseconds), parameters.")
    return limits


def _teller(ledger, limits, loud):
    """A function that says what became of a trial, and the best so far."""

    def tell(outcome):
        if not loud:
            return
        total = limits["trials"]
        count = f"{len(ledger.ended)}" + (f" of {total}" if total < oracles.MOST else "")
        found = outcome.reason if outcome.score is None else f"{ledger.objective.name} {outcome.score:.4g}"
        head = "default settings" if outcome.trial == DEFAULT else f"trial {outcome.trial} ({count})"
        _say(f"{head}  {outcome.status}  {found}  {outcome.seconds:.1f} s{_best(ledger)}")

    return tell


def _best(ledger):
    from kit.search.store import ranking

    ranked = ranking(ledger)
    return f"  best {ranked[0].outcome['score']:.4g} (trial {ranked[0].trial})" if ranked else ""


def _say(text):
    print(text, file=sys.stderr, flush=True)
