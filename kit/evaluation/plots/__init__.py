"""The figures of a report, one file each kind; a new file with a figure in it is found by itself.

A figure is a function (report) -> `matplotlib.figure.Figure`, registered with these facts:
`at`, its place in the order; `fits`, function of a report; `reading`, one sentence on how to read it.
"""

from kit import draw
from kit.registry import Registry

FIGURES = Registry("figure", "kit.evaluation.plots")


def fitting(report):
    """Names of the figures that mean something for a report, in the order in which they are shown."""
    facts = {name: FIGURES.facts(name) for name in FIGURES.names()}
    return sorted((name for name in facts if facts[name]["fits"](report)), key=lambda name: facts[name]["at"])


def drawn(name, report):
    """One figure of a report.

    Raises:
        KitError: if there is no figure of that name.
    """
    with draw.style():
        return FIGURES.get(name)(report)


def reading(name):
    """One sentence on how to read the figure."""
    return FIGURES.facts(name)["reading"]
