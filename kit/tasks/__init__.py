"""Tasks: what goes out. Labels -> targets, the output layer, outputs -> decisions.

A task is a frozen dataclass, so it can be compared, stored as JSON and read back; it takes
everything that must match from one row of the match table.
"""

from kit.registry import Registry

TASKS = Registry("task", "kit.tasks")

_HOMES = {
    "Classification": "classification",
    "Denoising": "denoising",
    "Detection": "detection",
    "Forecasting": "forecasting",
    "MultilabelClassification": "multilabel",
    "Regression": "regression",
    "Segmentation": "segmentation",
}


def from_json(stored):
    """The task that `task.to_json()` described, with its stored row of the match table.

    Raises:
        KitError: if the kind of task is unknown.

    Example:
        >>> task = kit.Classification(("cat", "dog"))
        >>> from_json(task.to_json()) == task
        True
    """
    return TASKS.get(stored["kind"]).from_json(stored)


def names():
    """Names of all tasks."""
    return TASKS.names()


def __getattr__(name):
    if name in _HOMES:
        import importlib

        return getattr(importlib.import_module(f"kit.tasks.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'kit.tasks' has no attribute '{name}'")
