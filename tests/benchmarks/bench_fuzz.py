"""What do 20,000 damaged artifacts do to the checks: which errors, how slow, how much memory?

    python -m tests.benchmarks.bench_fuzz --repeats 20000

A repeat is one damaged artifact: bits flipped, members cut, spliced, exchanged, configurations made by a
grammar. "loaded" counts those that were altered and passed, "crashed" those that raised anything but an
ArtifactError; both are to be 0. Of models whose manifest was written anew, "other models" passed.
"""

import resource
import tempfile
from pathlib import Path

from kit.cli import output
from tests.artifact import fuzzing
from tests.benchmarks import timing

MB = 2**20


def bench(cases, folder):
    """Rows of the table: what was counted."""
    runs = fuzzing.Fuzz(fuzzing.crafted.artifact(folder / "original"), folder / "work")
    runs.run(range(50))  # imports
    before = peak()
    tally = runs.run(range(cases))
    rows = [
        ("cases", tally.cases),
        ("altered and loaded", len(tally.loaded)),
        ("crashed", len(tally.crashed)),
        ("other models", tally.passed),
        ("slowest", timing.readable(tally.slowest)),
        ("memory above the start", f"{(peak() - before) / MB:.1f} MB"),
    ]
    return [*rows, *((f"code {code}", count) for code, count in sorted(tally.codes.items()))]


def peak():
    """The most memory that this process has had, bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    asked = timing.arguments(__doc__, repeats=20_000).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = bench(asked.repeats, Path(folder))
    print(output.table([tuple(map(str, row)) for row in rows], head=("", "found")), flush=True)
