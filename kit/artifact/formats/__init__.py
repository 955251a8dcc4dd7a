"""Formats in which a network leaves kit: one small file each, which says what it needs and how it runs."""

import importlib.util

from kit.artifact.formats.base import FORMATS
from kit.errors import KitError


def names():
    """Names of all formats, sorted."""
    return FORMATS.names()


def get(name):
    """The format called `name`: an instance of its class.

    Raises:
        KitError: if there is none; names the nearest.

    Example:
        >>> get("litert").file
        'model.tflite'
    """
    return FORMATS.get(name)()


def missing(format):
    """Packages that writing and running this format needs and that are not installed."""
    return [package for package in format.needs if importlib.util.find_spec(package) is None]


def check(name):
    """The format called `name`, if it can be written and run here.

    Raises:
        KitError: if packages are missing; says which, and what can be written instead.
    """
    chosen = get(name)
    absent = missing(chosen)
    if not absent:
        return chosen
    able = [other for other in names() if not missing(get(other))]
    instead = f"\nWithout it, the format can be {', '.join(able)}." if able else ""
    packages = " ".join(sorted({chosen.distributions.get(each, each) for each in absent}))
    raise KitError(f"{name} needs {packages}. Run: pip install {packages}{instead}")


def matrix(tasks):
    """What can be exported: one dict a format.

    Args:
        tasks: names of tasks.

    Returns:
        A list of dicts: "format", "file", "runtime", "samples" ("needed" where ranges of values are measured
        on them, else "optional"), "needs" (packages), "missing" (those not installed), "tasks" (name ->
        True, or why it cannot be done).
    """
    rows = []
    for name in names():
        format = get(name)
        rows.append(
            {
                "format": name,
                "file": format.file,
                "runtime": format.runtime,
                "samples": "needed" if format.exact else "optional",
                "needs": [format.distributions.get(each, each) for each in format.needs],
                "missing": [format.distributions.get(each, each) for each in missing(format)],
                "tasks": {task: format.lacks.get(task, True) for task in tasks},
            }
        )
    return rows
