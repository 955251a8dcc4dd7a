"""Crafted models: none runs code, none opens a file or a socket of its own, each is refused with its code."""

import importlib.util
import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

MB = 2**20


def _crafted():
    spec = importlib.util.spec_from_file_location("crafted", Path(__file__).with_name("crafted.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


crafted = _crafted()
CASES = [("file", name) for name in crafted.KERAS] + [("folder", name) for name in crafted.FOLDERS]

# In a process without Keras, so that whatever gets past the checks is told by "KitError". All that the
# checks import is imported by sound models first; then every event of the interpreter that reaches outside
# is noted, but for reads below the model's own folder. A pipe lies where a model names another file:
# HDF5, which Python does not watch, would wait for ever.
WATCHED = """
    import json, os, sys
    from pathlib import Path

    for name in ("keras", "tensorflow", "jax", "torch"):
        sys.modules[name] = None
    import kit

    TASK, INPUT = kit.Classification(("a", "b", "c")), (4,)
    EVENTS = ("open", "import", "compile", "exec", "marshal", "pickle", "os.", "subprocess")
    EVENTS += ("socket", "urllib", "shutil", "ctypes")
    READS = ("os.listdir", "os.scandir")
    noted, folder = None, ""

    def watch(event, arguments):
        if noted is None or not event.startswith(EVENTS):
            return
        inside = str(arguments[0] if arguments else "").startswith(folder)
        reads = event in READS or (event == "open" and str(arguments[1]).strip("b") == "r")
        if not (inside and reads):
            noted.append(f"{event} {str(arguments)[:100]}")

    def peak():
        status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        return [int(status[name].split()[0]) << 10 for name in ("VmHWM", "VmRSS")]

    def refused(path):
        try:
            if path.is_dir():
                kit.load(path, runtime="keras")
            else:
                kit.load(path, task=TASK, input=INPUT)
        except kit.KitError as error:
            return getattr(error, "code", type(error).__name__), len(str(error).splitlines())
        return "nothing", 0

    home = Path.cwd()
    sound = {name: refused(home / name)[0] for name in ("sound.keras", "sound", "broken.keras", "broken")}
    sys.addaudithook(watch)
    found = {}
    for case in sorted(home.glob("case*")):
        [path] = [item for item in case.iterdir() if item.name.startswith("model")]
        folder = str(case)
        Path("/proc/self/clear_refs").write_text("5")
        before = peak()[1]
        noted = []
        code, lines = refused(path)
        events, noted = noted, None
        found[case.name] = {"code": code, "lines": lines, "events": events, "bytes": peak()[0] - before}
    print(json.dumps({"sound": sound, "found": found}))
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    home = tmp_path_factory.mktemp("crafted")
    for number, (kind, name) in enumerate(CASES):
        case = home / f"case{number:03}"
        case.mkdir()
        if kind == "file":
            crafted.KERAS[name][1](case / "model.keras")
        else:
            crafted.FOLDERS[name][1](crafted.artifact(case / "model"))
    crafted.write(home / "sound.keras")
    crafted.artifact(home / "sound")
    crafted.write(home / "broken.keras", weights=b"")
    crafted.write(crafted.artifact(home / "broken") / "model.keras", weights=b"")
    import os

    os.mkfifo(home / "pipe")
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(WATCHED)],
        cwd=home,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout), "home": home}


def test_there_are_many_of_them_and_a_sound_model_is_refused_by_none_of_the_checks(outcome):
    assert len(CASES) >= 100
    assert outcome["sound"]["sound.keras"] == "KitError"  # Keras is not there
    assert outcome["sound"]["broken.keras"] == "weights"


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{kind}: {name}" for kind, name in CASES])
def test_a_crafted_model_is_refused_with_its_code_and_touches_nothing(outcome, number):
    kind, name = CASES[number]
    found = outcome["found"][f"case{number:03}"]
    assert found["code"] == (crafted.KERAS if kind == "file" else crafted.FOLDERS)[name][0]
    assert found["events"] == []
    assert found["bytes"] < 50 * MB
    assert found["lines"] <= 4


def test_no_canary_sings(outcome):
    assert not list(outcome["home"].rglob(crafted.CANARY))


def test_the_small_file_that_fills_the_memory_is_small(tmp_path):
    path = crafted.write(tmp_path / "m.keras", crafted.RESOURCES["5 GB of weights in a small file"][1]())
    assert path.stat().st_size < 23_000
