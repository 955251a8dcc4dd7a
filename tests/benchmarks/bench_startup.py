"""How long does a shell wait for kit's words, beside the import of Keras that they do without?

    python -m tests.benchmarks.bench_startup --repeats 7

Each command runs in a process of its own; the last column is the slowest by the fastest.
"""

import statistics
import subprocess
import sys

from tests.benchmarks import timing

COMMANDS = {
    "import keras": ["-c", "import keras"],
    "import kit": ["-c", "import kit"],
    "kit --help": ["-m", "kit", "--help"],
    "kit list models": ["-m", "kit", "list", "models"],
    "python alone": ["-c", "pass"],
}


def side(words):
    """A function that runs Python with these words -> seconds."""
    run = [sys.executable, *words]
    return lambda: timing.timed(lambda: subprocess.run(run, check=True, capture_output=True))


def bench(repeats):
    """Rows: command, median, how many times faster than the first, spread."""
    sides = [side(words) for words in COMMANDS.values()]
    timing.turns(1, *sides)  # warm-up: files come from the disk once
    seconds = timing.turns(repeats, *sides)
    keras = statistics.median(seconds[0])
    for name, each in zip(COMMANDS, seconds, strict=True):
        middle = statistics.median(each)
        yield name, timing.readable(middle), f"{keras / middle:.1f}", f"{max(each) / min(each):.2f}"


if __name__ == "__main__":
    asked = timing.arguments(__doc__, repeats=7).parse_args()
    timing.show(list(bench(asked.repeats)), head=("", "median", "import keras/this", "spread"))
