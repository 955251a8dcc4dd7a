"""Engines: who trains the assignments of a search. They know nothing of oracles and journals.

An engine is a context manager with `free` (assignments it would take now), `busy` (that it has),
`submit(assignment)` and `finished()`, which waits for the next outcomes.
"""

import importlib

from kit.errors import unknown

_ENGINES = {"inline": "Inline", "process": "Processes"}


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


def chosen(name, work, workers):
    """The name of the engine to use, and why.

    "auto" trains in this process where one is enough, else in processes of their own.
    """
    if name != "auto":
        return name, "asked for"
    from kit.search.engines.process import unsendable

    if workers > 1:
        why = unsendable(work.builder)
        return ("inline", f"the builder {why}") if why else ("process", f"{workers} workers")
    return "inline", "one worker"
