"""A killed `kit train`, given again, ends with the weights of one that was never killed, bit for bit.

The commands run in forks of one process that has Keras imported, so that a kill hits the work
and not the import. `KIT_KILLS=20` kills at 20 random moments, `KIT_KILLS=all` at every write.
"""

import importlib
import io
import itertools
import json
import os
import pkgutil
import random
import shutil
import signal
import subprocess
import sys
import time
import types
import zipfile
from pathlib import Path

import numpy as np
import pytest

KILLS = os.environ.get("KIT_KILLS", "")
MOMENTS = int(KILLS) if KILLS.isdigit() else 1  # random kills
WRITES = None if KILLS == "all" else 2  # writes of each command before which it is killed; None for all
WORDS = "train people.csv --target buys --out model --set width=4 dropout=0.2 batch_size=16 --epochs"
LONG = [*WORDS.split(), "30"]  # training is most of its time
SHORT = [*WORDS.split(), "3"]  # few writes
TOWNS = ("Rome", "Oslo", "Bonn")


# ---- the process that runs the commands -------------------------------------------------------------


def serve():
    """For each order on stdin: runs the command in a fork, maybe kills it; says how it ended."""
    prepare()
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        order = json.loads(line)
        began = time.monotonic()
        process = os.fork()
        if not process:
            obey(order)
        if order["after"] is not None:
            time.sleep(order["after"])
            os.kill(process, signal.SIGKILL)  # of one that has ended: nothing
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        print(json.dumps([status, time.monotonic() - began]), file=answers, flush=True)


def prepare():
    """Imports what the command will import; makes a checkpoint follow each epoch; draws nothing."""
    import keras
    from matplotlib.figure import Figure

    import kit

    others = {"tensorflow", "jax"} - {keras.backend.backend()}
    for module in pkgutil.walk_packages(kit.__path__, "kit."):
        if module.name.rsplit(".", 1)[1] not in others | {"__main__"}:
            importlib.import_module(module.name)
    kit.training.callbacks.INTERVAL = 0
    blank = kit.draw.png(Figure(figsize=(1, 1)))
    kit.draw.png = lambda picture: blank  # drawing takes half of the command's time
    kit.evaluation.plots.drawn = lambda name, report: None


def obey(order):
    """Runs one command in its folder; kills itself just before write number `order["write"]`."""
    import kit.cli

    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.chdir(order["folder"])
    written = counted(order["write"])
    status = kit.cli.main(order["words"])
    print(f"\nwrites {len(written)}", flush=True)
    sys.stderr.flush()
    os._exit(status)


def counted(fatal):
    """Makes `kit.storage` die before its write number `fatal`; -> list that grows with each write."""
    from kit import storage

    written = []

    def watched(function):
        def write(*arguments):
            written.append(function.__name__)
            if len(written) == fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments)

        return write

    for_appending = watched(open)
    storage.os = types.SimpleNamespace(**vars(os))
    storage.os.replace, storage.os.fsync = watched(os.replace), watched(os.fsync)
    storage.open = lambda path, mode="r": (for_appending if "a" in mode else open)(path, mode)
    return written


# ---- the tests --------------------------------------------------------------------------------------


class Commands:
    """Runs kit's commands, each in a process of its own."""

    def __init__(self, log):
        self.log = log
        environment = {**os.environ, "PYTHONWARNINGS": "ignore"}  # of JAX, that it does not like forks
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([sys.executable, __file__], env=environment, **pipes)

    def run(self, words, folder, *, after=None, write=None):
        """Runs a command in a folder; -> (exit status, or minus the signal; seconds)."""
        order = {"words": words, "folder": str(folder), "log": str(self.log), "after": after, "write": write}
        print(json.dumps(order), file=self.process.stdin, flush=True)
        status, seconds = json.loads(self.process.stdout.readline())
        assert status in (0, -signal.SIGKILL), self.log.read_text()
        return status, seconds

    def writes(self):
        """How many writes the last command made."""
        return int(self.log.read_text().split("writes ")[-1])


@pytest.fixture(scope="module")
def commands(tmp_path_factory):
    commands = Commands(tmp_path_factory.mktemp("log") / "log.txt")
    with commands.process:  # closes its stdin, which ends it, and waits
        yield commands


def new_folder(path):
    """A folder with a table: 120 rows, a number, a category, two classes."""
    path.mkdir(parents=True)
    rng = np.random.default_rng(0)
    pays = rng.normal(30, 8, 120).round(2)
    rows = [f"{pay},{TOWNS[i % 3]},{'yes' if pay > 30 + i % 3 else 'no'}" for i, pay in enumerate(pays)]
    (path / "people.csv").write_text("\n".join(["pay,town,buys", *rows, ""]))
    return path


@pytest.fixture(scope="module")
def whole(commands, tmp_path_factory):
    """Function: a command -> (folder in which it ran undisturbed, seconds, writes); run once."""
    known = {}

    def ran(words):
        key = tuple(words)
        if key not in known:
            folder = new_folder(tmp_path_factory.mktemp("whole") / "work")
            status, seconds = commands.run(words, folder)
            assert status == 0
            known[key] = folder, seconds, commands.writes()
        return known[key]

    return ran


def weights(folder):
    """name -> bytes of each weight in the folder's artifact."""
    import h5py

    found = {}

    def read(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item[()].tobytes()

    with zipfile.ZipFile(folder / "model" / "model.keras") as archive:
        content = archive.read("model.weights.h5")
    with h5py.File(io.BytesIO(content), "r") as file:
        file.visititems(read)
    return found


def check(folder, expected):
    """The artifact loads, its weights are the expected ones, and nothing half done is left."""
    import kit

    row = {"pay": 31.0, "town": "Rome"}
    assert kit.load(folder / "model")(row) == kit.load(expected / "model")(row)
    assert weights(folder) == weights(expected) and weights(folder)
    assert leftovers(folder) == []


def leftovers(folder):
    return [str(path) for pattern in (".*.new-*", ".*.previous") for path in Path(folder).rglob(pattern)]


def chosen(count):
    """The writes of 1 to `count` before which to kill: `WRITES` of them, evenly within, or all."""
    if WRITES is None:
        return range(1, count + 1)
    return np.linspace(1, count, WRITES + 2, dtype=int)[1:-1].tolist()


@pytest.mark.large
def test_a_command_killed_at_random_moments_ends_with_the_same_weights(commands, whole, tmp_path):
    expected, seconds, _ = whole(LONG)
    draw, left, kills = random.Random(0), MOMENTS, []
    for number in itertools.count():
        folder = new_folder(tmp_path / f"{number}")
        status = -signal.SIGKILL
        while status:
            after = draw.uniform(0, seconds) if left else None
            status, lived = commands.run(LONG, folder, after=after)
            if status:
                left -= 1
                kills.append(round(lived, 2))
        check(folder, expected)
        if not left:
            break
    print(f"{len(kills)} kills after {kills} of {seconds:.2f} s")


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(True, id="nothing there"),
        pytest.param(False, id="an older model there", marks=pytest.mark.large),
    ],
)
def test_a_command_killed_before_any_write_ends_with_the_same_weights(commands, whole, tmp_path, first):
    import kit

    expected, _, count = whole(SHORT)
    killed = 0
    for write in chosen(count):
        folder = tmp_path / f"{write}"
        if first:
            new_folder(folder)
        else:
            shutil.copytree(expected, folder)
        status, _ = commands.run(SHORT, folder, write=write)
        assert status == -signal.SIGKILL
        if not first or (folder / "model").exists():
            kit.load(folder / "model")  # the old one or the new one, never half of one
        assert commands.run(SHORT, folder)[0] == 0
        check(folder, expected)
        killed += 1
    print(f"killed before {killed} of {count} writes")


if __name__ == "__main__":
    serve()
