"""What is left of a search whose process is killed again and again: kit beside KerasTuner?

    python -m tests.benchmarks.bench_search_kills --kills 200
    python -m tests.benchmarks.bench_search_kills --processes 4 --every 10

Searches of 8 trials by each algorithm train a small network on a built-in table. Each is run as it is,
and once killed (SIGKILL) at random moments and started anew until it is done. Counted are finished trials
that are gone, searches that cannot go on, and leaderboards that are not those of the undisturbed run (values
and scores to 1e-9). Processes are forked from one that has imported everything and computed nothing.

With `--processes` so many processes of kit join one search of 60 trials; one of them is killed every few
seconds, and another one started. Counted are trials that ended twice or never.
"""

import json
import math
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks import timing

TRIALS, EPOCHS = 8, 3
SPACE = {"learning_rate": (1e-3, 1e-1, "log"), "batch_size": [16, 32]}
GRID = {"learning_rate": [1e-3, 1e-2, 1e-1, 3e-2], "batch_size": [16, 32]}


def with_kit(folder, algorithm, seed, trials=TRIALS, epochs=EPOCHS, join=False):
    """One call of a search; returns when it is done."""
    import kit

    data = kit.load_data("breast_cancer")
    space = GRID if algorithm == "grid" else SPACE
    kit.search(
        kit.build_classifier, data, space, algorithm=algorithm, trials=trials, seed=seed, epochs=epochs,
        width=8, depth=1, engine="inline", out=folder, verbose=0, join=join,
    )  # fmt: skip


def board_of_kit(folder):
    from kit.search.journal import Journal

    records = Journal(folder).news()
    values = {each["trial"]: each["values"] for each in records if each["event"] == "asked"}
    ends = [each for each in records if each["event"] == "ended" and each["score"] is not None]
    assert len(ends) == len({each["trial"] for each in ends}), "a trial ended twice"
    return {each["trial"]: (values[each["trial"]], round(each["score"], 9)) for each in ends}


def with_kerastuner(folder, algorithm, seed):
    import keras_tuner

    import kit

    data = kit.load_data("breast_cancer")

    def build(hp):
        rate = hp.Float("learning_rate", 1e-3, 1e-1, sampling="log")
        model = kit.build_classifier(data.task, data.input, width=8, depth=1, learning_rate=rate)
        model.compile("adam", data.task.make_loss())
        return model

    tuner = keras_tuner.RandomSearch(
        build, objective="val_loss", max_trials=TRIALS, seed=seed + 1, directory=folder, project_name="search"
    )
    x, y = data.train.arrays()
    tuner.search(x, y, validation_data=data.validation.arrays(), epochs=EPOCHS, verbose=0)


def board_of_kerastuner(folder):
    found = {}
    for path in sorted(Path(folder).glob("search/trial_*/trial.json")):
        try:
            trial = json.loads(path.read_text())
        except ValueError:
            continue  # half written
        if trial["status"] == "COMPLETED":
            found[trial["trial_id"]] = trial["hyperparameters"]["values"]
    return found


SIDES = {
    "kit": (with_kit, board_of_kit, ("random", "grid", "hyperband", "bayesian")),
    "kerastuner": (with_kerastuner, board_of_kerastuner, ("random",)),
}


def started(function, *arguments):
    """The id of a process that runs a function and ends with status 0 if it ended well."""
    child = os.fork()
    if not child:
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - the process ends with it
        try:
            function(*arguments)
        except BaseException:
            os._exit(1)
        os._exit(0)
    return child


def forked(function, *arguments, seconds=None):
    """Runs a function in a process that is killed after some seconds. -> "done", "failed" or "killed"."""
    child = started(function, *arguments)
    began = time.monotonic()
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return "done" if status == 0 else "failed"
        if seconds is not None and time.monotonic() - began > seconds:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "killed"
        time.sleep(0.005)


def alike(one, other):
    """Whether two values, or all values inside of them, are equal, numbers to 1e-9 of their size."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[name], other[name]) for name in one)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    return one == other


def tormented(side, algorithm, seed, most, numbers):
    """(kills, finished trials lost, whether it could go on, whether the board is that of a quiet run)."""
    run, board, _ = SIDES[side]
    with tempfile.TemporaryDirectory() as quiet, tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        assert forked(run, f"{quiet}/s", algorithm, seed) == "done"
        usual = time.monotonic() - began
        kills = lost = 0
        known = {}
        while True:
            seconds = numbers.uniform(0.05, 0.6 * usual) if kills < most else None
            state = forked(run, f"{folder}/s", algorithm, seed, seconds=seconds)
            now = board(f"{folder}/s")
            lost += len(known.keys() - now.keys())
            known = now
            if state == "failed":
                return kills, lost, False, False
            if state == "done":
                usual = board(f"{quiet}/s")
                for trial in sorted(usual.keys() | now.keys()):
                    if not alike(usual.get(trial), now.get(trial)):
                        print(f"  {algorithm} {seed=} {trial=}: {usual.get(trial)} -> {now.get(trial)}")
                return kills, lost, True, alike(usual, now)
            kills += 1


def joined(processes, every, trials=60, epochs=200):
    """(kills, trials that ended, trials that ended twice, whether they are those of one process alone)."""
    from kit.search.journal import Journal

    numbers, kills = random.Random(0), 0
    with tempfile.TemporaryDirectory() as alone, tempfile.TemporaryDirectory() as folder:
        asked = ("random", 0, trials)
        at_work = {started(with_kit, f"{folder}/s", *asked, epochs, True) for _ in range(processes)}
        last = time.monotonic()
        while at_work:
            ended, status = os.waitpid(-1, os.WNOHANG)
            if ended:
                assert status == 0, "a process failed"
                at_work.discard(ended)
            elif time.monotonic() - last > every:
                victim, last, kills = numbers.choice(sorted(at_work)), time.monotonic(), kills + 1
                os.kill(victim, signal.SIGKILL)
                os.waitpid(victim, 0)
                at_work ^= {victim, started(with_kit, f"{folder}/s", *asked, epochs, True)}
            time.sleep(0.05)
        records = Journal(f"{folder}/s").news()
        ends = [each["trial"] for each in records if each["event"] == "ended"]
        assert forked(with_kit, f"{alone}/s", *asked, 1) == "done"
        values = [
            sorted(json.dumps(each["values"]) for each in Journal(path).news() if each["event"] == "asked")
            for path in (f"{folder}/s", f"{alone}/s")
        ]
        return kills, len(ends), len(ends) - len(set(ends)), values[0] == values[1]


def main():
    parser = timing.arguments(__doc__, repeats=1)
    parser.add_argument("--kills", type=int, default=200, help="in all, of each side (default: 200)")
    parser.add_argument("--searches", type=int, default=20, help="of each side (default: 20)")
    parser.add_argument("--only", nargs="+", choices=SIDES, default=list(SIDES), help="(default: both)")
    parser.add_argument("--processes", type=int, help="that join one search")
    parser.add_argument("--every", type=float, default=10, help="seconds from kill to kill (default: 10)")
    args = parser.parse_args()
    import keras_tuner  # noqa: F401 - before any fork

    import kit
    import kit.search.trainer  # noqa: F401

    if args.processes:
        kills, ended, twice, same = joined(args.processes, args.every)
        print(
            f"{args.processes} processes, {kills} kills: {ended} trials ended, {twice} of them twice; {same=}"
        )
        return
    print("side        searches  kills  trials lost  cannot go on  other boards", flush=True)
    for side in args.only:
        algorithms = SIDES[side][-1]
        numbers, rows = random.Random(0), []
        while (
            sum(row[0] for row in rows) < args.kills
            and len(rows) < 4 * args.searches
            or len(rows) < args.searches
        ):
            algorithm = algorithms[len(rows) % len(algorithms)]
            rows.append(
                tormented(
                    side, algorithm, len(rows) // len(algorithms), -(-args.kills // args.searches), numbers
                )
            )
        kills, lost = (sum(row[place] for row in rows) for place in (0, 1))
        stuck, other = sum(not row[2] for row in rows), sum(row[2] and not row[3] for row in rows)
        print(f"{side:10}  {len(rows):8}  {kills:5}  {lost:11}  {stuck:12}  {other:12}", flush=True)


if __name__ == "__main__":
    main()
