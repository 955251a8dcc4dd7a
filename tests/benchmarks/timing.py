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


def add_race(parser, sides, usual=None):
    """Options of a race: sides that train on the same data until the same time is up."""
    parser.add_argument("--minutes", type=float, default=5.0, help="for each side (default: 5)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], help="(default: 0)")
    usual = list(usual or sides)
    parser.add_argument(
        "--only", nargs="+", choices=sides, default=usual, help=f"(default: {' '.join(usual)})"
    )
    parser.add_argument(
        "--clock", choices=("wall", "cpu"), default="wall", help="what minutes are (default: wall)"
    )


def set_clock(name):
    """With "cpu", every clock of this process shows the CPU time that it has used."""
    if name == "cpu":
        began = time.time()
        time.monotonic = time.perf_counter = time.process_time
        time.time = lambda: began + time.process_time()


def race(args, data, sides, measured, scores):
    """Trains each side with each seed and prints one table.

    Args:
        args: what the options of `add_race` gave.
        data: a `Data`.
        sides: name -> function (data, minutes, seed) -> what the trained network says.
        measured: function (data, what a network says) -> numbers.
        scores: the names of these numbers.
    """
    rows = []
    for name in args.only:
        for seed in args.seeds:
            began = time.process_time()
            says = sides[name](data, args.minutes, seed)
            spent = (time.process_time() - began) / 60
            found = [f"{value:.3f}" for value in measured(data, says)]
            rows.append((name, str(seed), *found, f"{spent:.1f} min"))
            print(*rows[-1], flush=True)
    show(rows, head=("", "seed", *scores, "CPU time of training"))


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
