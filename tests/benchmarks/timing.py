"""What the benchmarks share: two sides that take turns, medians, one table."""

import argparse
import os
import statistics
import time

from kit.cli import output

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
HEAD = ("", "kit", "plain", "plain/kit", "neighbours")


def arguments(doc, repeats):
    """The parser of a benchmark's options."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--repeats", type=int, default=repeats, help=f"turns of each side (default: {repeats})"
    )
    return parser


def timed(function, *arguments):
    """Seconds that a call takes."""
    began = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - began


def turns(repeats, *sides):
    """Seconds of each side's repeats, the sides taking turns; a side is a function -> seconds."""
    rounds = [[side() for side in sides] for _ in range(repeats)]
    return list(zip(*rounds, strict=True))


def row(name, kit, plain):
    """One row under `HEAD`: medians, their ratio, least and largest ratio of two neighbouring repeats."""
    ratios = [slow / fast for fast, slow in zip(kit, plain, strict=True)]
    middle = [statistics.median(side) for side in (kit, plain)]
    neighbours = f"{min(ratios):.2f} to {max(ratios):.2f}"
    cells = (name, *map(readable, middle), f"{middle[1] / middle[0]:.2f}", neighbours)
    output.say("  ".join(cells))  # the table comes when all is measured
    return cells


def readable(seconds):
    """Seconds in the unit that suits them.

    Example:
        >>> readable(2.0), readable(0.0021)
        ('2.00 s', '2.10 ms')
    """
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.2f} ms"


def show(rows, head=HEAD):
    """Prints the table."""
    print(output.table(rows, head=head), flush=True)
