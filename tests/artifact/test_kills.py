"""A save that is killed, or that fills the disk, at any of its steps: an artifact that loads is there."""

import json
import subprocess
import sys
import textwrap

import pytest

import kit

# One process without Keras, whose threads no fork would survive: what Keras does in a save is to write
# one file and to predict three samples, and both are taken from a model that was saved before. All else is
# kit.save as it is. Every step of it that reaches the file system is an audit event.
KILLS = """
    import json, os, random, resource, signal, sys, time
    from pathlib import Path
    from types import SimpleNamespace

    for name in ("keras", "tensorflow", "jax"):
        sys.modules[name] = None
    import numpy as np

    import kit
    from kit import storage
    from kit.artifact.load import _described
    from kit.artifact.verify import verify

    saving = sys.modules["kit.artifact.save"]  # kit.artifact.save is the function
    STEPS = ("open", "os.rename", "os.chmod", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree")
    path, models = Path(sys.argv[1]), [Path(name) for name in sys.argv[2:4]]
    tries, limits = int(sys.argv[4]), int(sys.argv[5])
    steps, fatal = 0, None

    def watch(event, arguments):
        global steps
        if fatal is not None and event in STEPS:
            steps += 1
            if steps == fatal:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)

    class Saved:
        # stands for a Keras model: writes the file that Keras wrote, a little at a time

        name = "saved"

        def __init__(self, folder):
            self.content = (folder / "model.keras").read_bytes()
            self.golden = np.array(json.loads((folder / "manifest.json").read_text())["golden"])
            self.kit = SimpleNamespace(input=_described(folder, "input"), task=_described(folder, "task"))
            self.card = json.loads((folder / "card.json").read_text())

        def save(self, file):
            with open(file, "wb", buffering=0) as stream:
                for start in range(0, len(self.content), 512):
                    stream.write(self.content[start : start + 512])

    saving.served = saving.uncompiled = lambda model: model
    saving.foreign = SimpleNamespace(with_named_inputs=lambda model, input: model)
    saving._check_model = lambda *_: None
    saving.golden = SimpleNamespace(outputs=lambda model, input: model.golden)
    saving.card = SimpleNamespace(make=lambda model, *_, **__: model.card, readme=lambda facts: "page")

    models = [Saved(folder) for folder in models]

    def save(number):
        kit.save(models[number % 2], path, onnx=False)

    def child(prepare, number):
        pid = os.fork()
        if pid:
            return pid
        try:
            prepare()
            save(number)
            os._exit(0)
        except kit.KitError as error:
            os._exit(error.exit_code)
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)

    def kill_at(step):
        global fatal
        fatal = step

    def full_at(limit):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    def there():
        # whatever was cut short is undone; all checks pass; the outputs are those of the network
        storage.recover(path)
        golden = verify(path)["golden"]
        content = (path / "model.keras").read_bytes()
        return [model.content == content and model.golden.tolist() == golden for model in models].index(True)

    def ended(pid):
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    save(0)  # imports, which are no steps of a save
    fatal, began = 10**9, time.perf_counter()
    save(1)
    lasts, count, fatal = time.perf_counter() - began, steps, None
    steps, random_, kills, now = 0, random.Random(0), [], there()
    for number in range(tries):
        other = 1 - now
        if number % 2:
            pid = child(lambda: None, other)
            time.sleep(random_.uniform(0, lasts))
            os.kill(pid, signal.SIGKILL)
        else:
            pid = child(lambda: kill_at(1 + number * count // tries), other)
        status, before = ended(pid), now
        now = there()
        kills.append({"status": status, "new": now != before})
    largest, full = len(models[0].content), []
    for number in range(limits):
        pid = child(lambda: full_at(largest * number // limits), 1 - now)
        full.append({"status": ended(pid), "new": there() != now})
    save(0)
    left = sorted(item.name for item in path.parent.iterdir())
    print(json.dumps({"kills": kills, "full": full, "left": left, "steps": count}))
"""
TRIES, LIMITS = 100, 40  # kills, and sizes at which the disk is full


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    home = tmp_path_factory.mktemp("kills")
    model = kit.build_classifier(kit.Classification(("no", "yes")), (2,), width=4, depth=1)
    models = [kit.save(model, home / "one")]
    model.set_weights([weight + 0.1 for weight in model.get_weights()])
    models.append(kit.save(model, home / "two"))
    path = home / "saved" / "m"
    command = [sys.executable, "-c", textwrap.dedent(KILLS), path, *models, str(TRIES), str(LIMITS)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return {**json.loads(done.stdout), "path": path}


def test_after_100_kills_an_artifact_is_there_100_times(outcome):
    kills = outcome["kills"]
    assert len(kills) == TRIES  # after each a whole model was there, or the process would have failed
    assert outcome["steps"] > 20
    assert {each["status"] for each in kills[::2]} == {-9}  # at every step in turn
    assert {each["status"] for each in kills[1::2]} <= {-9, 0}  # at any moment, perhaps when it was done
    assert {each["new"] for each in kills if each["status"] == -9} == {False, True}
    assert kit.load(outcome["path"], runtime="keras").task.classes == ("no", "yes")


def test_a_disk_that_is_full_at_any_size_leaves_the_artifact_that_was_there(outcome):
    assert [each["status"] for each in outcome["full"]] == [5] * LIMITS  # ResourceError
    assert not any(each["new"] for each in outcome["full"])


def test_the_next_save_removes_what_the_killed_ones_left(outcome):
    assert outcome["left"] == ["m"]
