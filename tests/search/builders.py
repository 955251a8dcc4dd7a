"""Builders that tests search over; in a module, so that other processes can import them."""

import os
import signal
from pathlib import Path

import kit


def small(task, input, *, width=4, learning_rate=1e-2, fault=""):
    """A small model; `fault` says what goes wrong with it."""
    if fault == "raises":
        raise RuntimeError(f"no model of width {width}")
    if fault == "diverges":
        learning_rate = 1e38
    return kit.build(
        task, input, width=width, depth=1, learning_rate=learning_rate, optimizer="sgd" if fault else "adamw"
    )


def fragile(task, input, *, width=4, marks=""):
    """A small model whose process is killed the first time that it is built; always, for a width of 13."""
    mark = Path(marks) / str(width)
    if width == 13 or not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return small(task, input, width=width)
