"""A save that is killed, or that fills the disk, at any of its steps: an artifact that loads is there."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import kit

# One process with Keras on NumPy, which starts no threads, forks a child for each try: to import Keras
# a hundred times would take minutes. Every step of a save that reaches the file system is an audit event.
KILLS = """
    import json, os, random, resource, signal, sys, time
    from pathlib import Path

    import kit
    from kit import storage
    from kit.artifact.load import opened
    from kit.artifact.verify import verify

    STEPS = ("open", "os.rename", "os.chmod", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree")
    path, tries, limits = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    network, steps = opened(path), 0
    fatal = None

    def watch(event, arguments):
        global steps
        if fatal is not None and event in STEPS:
            steps += 1
            if steps == fatal:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)

    def save(number):
        network.set_weights([weight + 0.01 * number for weight in network.get_weights()])
        kit.save(network, path, onnx=False)

    def child(action):
        pid = os.fork()
        if pid:
            return pid
        try:
            action()
            os._exit(0)
        except kit.KitError as error:
            print(type(error).__name__, file=sys.stderr)
            os._exit(error.exit_code)
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)

    def kill_at(step, number):
        def action():
            global fatal
            fatal = step
            save(number)
        return action

    def full_at(limit, number):
        def action():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            save(number)
        return action

    def loads():
        # whatever was cut short is undone; then all checks, and the stored outputs are predicted again
        storage.recover(path)
        opened(path)
        return json.loads((path / "manifest.json").read_text())["sha256"]

    fatal, began = 10**9, time.perf_counter()
    save(0)
    lasts, count, fatal = time.perf_counter() - began, steps, None
    steps, random_, found, before = 0, random.Random(0), [], loads()
    for number in range(tries):
        if number % 2:
            pid = child(lambda: save(number))
            time.sleep(random_.uniform(0, lasts))
            os.kill(pid, signal.SIGKILL)
        else:
            pid = child(kill_at(1 + number * count // tries, number))
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        now = loads()
        found.append({"status": status, "new": now != before})
        before = now
    largest = max(file.stat().st_size for file in path.iterdir())
    full = []
    for number in range(limits):
        pid = child(full_at(largest * number // limits, number))
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        full.append({"status": status, "new": loads() != before})
    save(0)
    left = sorted(item.name for item in path.parent.iterdir())
    print(json.dumps({"kills": found, "full": full, "left": left, "steps": count}))
"""


FEW = (20, 4)  # kills, and sizes at which the disk is full
MANY = (100, 24)


TRIES = [pytest.param(FEW, id="few"), pytest.param(MANY, id="many", marks=pytest.mark.large)]


@pytest.fixture(scope="module", params=TRIES)
def outcome(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("kills") / "m"
    kit.save(kit.build_classifier(kit.Classification(("no", "yes")), (2,), width=4, depth=1), path)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLS), str(path), *map(str, request.param)],
        capture_output=True,
        text=True,
        env={**os.environ, "KERAS_BACKEND": "numpy", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return {**json.loads(done.stdout), "asked": request.param}


def test_after_every_kill_an_artifact_loads(outcome):
    kills = outcome["kills"]
    assert len(kills) == outcome["asked"][0]  # each was loaded after it, or the process would have failed
    assert outcome["steps"] > 20
    killed = [each for each in kills if each["status"] == -9]
    assert len(killed) >= len(kills) // 2  # the others were done before the signal came
    assert not all(each["new"] for each in killed)


def test_a_disk_that_is_full_at_any_size_leaves_the_artifact_that_was_there(outcome):
    assert [each["status"] for each in outcome["full"]] == [5] * outcome["asked"][1]  # ResourceError
    assert not any(each["new"] for each in outcome["full"])


def test_the_next_save_removes_what_the_killed_ones_left(outcome):
    assert outcome["left"] == ["m"]
