"""Engines: who trains the assignments of a search. They know nothing of oracles and journals.

An engine is a context manager with `free` (assignments it would take now), `busy` (that it has),
`submit(assignment)` and `finished()`, which waits for the next outcomes.
"""

import importlib
import importlib.util

from kit.errors import unknown

_ENGINES = {"inline": "Inline", "process": "Processes", "ray": "Cluster", "vectorized": "Vectorized"}


def get(name):
    """The engine called `name`: a class that takes (work, judge, workers).

    Raises:
        KitError: if there is none.
    """
    check(name)
    return getattr(importlib.import_module(f"kit.search.engines.{name}"), _ENGINES[name])


def check(name):
    """Raises a KitError unless there is an engine of this name, or it is "auto"."""
    if name != "auto" and name not in _ENGINES:
        raise unknown("engine", name, ["auto", *_ENGINES])


def names():
    """Names of all engines."""
    return sorted(_ENGINES)


def chosen(name, work, workers, space=None, trials=0):
    """The name of the engine to use, and why.

    "auto" trains in this process where one is enough, else in processes of their own; many trials of dense
    networks are trained together.

    Args:
        name: of an engine, or "auto".
        work: a `Work`.
        workers: processes at once.
        space: the `SearchSpace` where any trial may be asked for before another has ended, else None.
        trials: of the search.
    """
    if name != "auto":
        return name, "asked for"
    from kit.search.engines.process import unsendable

    if workers == 1 and _pays(work, space, trials):
        return "vectorized", "dense networks of few shapes, in one program each"
    from kit.search.engines import ray

    if ray.is_connected():
        return "ray", "this process is connected to a cluster"
    if workers > 1:
        why = unsendable(work.builder)
        return ("inline", f"the builder {why}") if why else ("process", f"{workers} workers")
    return "inline", "one worker"


MANY = 16  # trials from which one program for all is sooner done than one after the other


def _pays(work, space, trials):
    """Whether the trials are many, and of few shapes."""
    from kit.search.engines.vectorized import VARIED, unfit
    from kit.search.space import count

    if trials < MANY or space is None or importlib.util.find_spec("jax") is None or unfit(work):
        return False
    others = {name: range for name, range in space.ranges.items() if name not in VARIED}
    shapes = count(type(space)(others)) if others else 1
    return shapes is not None and MANY * shapes <= trials
