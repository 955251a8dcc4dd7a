"""Damaged artifacts without end: flipped bits, cuts, splices, and configurations made by a grammar.

A case is a number: the same number gives the same damage. Damage without a new manifest must be refused,
whatever it hits; where the manifest is written anew, as an attacker would, what passes is another model.
"""

import dataclasses
import importlib.util
import io
import json
import random
import shutil
import time
import zipfile
from pathlib import Path

from kit.artifact.verify import MANIFEST, verify
from kit.errors import CODES, ArtifactError

_SPEC = importlib.util.spec_from_file_location("crafted", Path(__file__).with_name("crafted.py"))
crafted = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(crafted)

_WORDS = [
    "",
    "x",
    "Dense",
    "function",
    "__lambda__",
    "os.system",
    "/etc/passwd",
    "\0",
    "\ud83d\ude00",
    "a" * 999,
]
_NUMBERS = [0, 1, -1, 2, 3, 4, 10**4, 2**31, 2**63, 10**30, 0.5, -0.0, 1e300]
_ACTIVATIONS = ["relu", "softmax", "linear", "tanh"]


@dataclasses.dataclass
class Tally:
    """What came of many cases."""

    cases: int = 0
    codes: dict = dataclasses.field(default_factory=dict)
    passed: int = 0  # of those with a manifest of their own
    loaded: list = dataclasses.field(default_factory=list)  # cases that were altered and passed
    crashed: list = dataclasses.field(default_factory=list)  # cases that raised anything else
    slowest: float = 0.0  # seconds

    def note(self, case, outcome, signed, seconds):
        """Adds one case."""
        self.cases += 1
        self.slowest = max(self.slowest, seconds)
        if outcome in CODES:
            self.codes[outcome] = self.codes.get(outcome, 0) + 1
        elif outcome != "passed":
            self.crashed.append((case, outcome))
        elif signed:
            self.passed += 1
        else:
            self.loaded.append(case)


class Fuzz:
    """Damages copies of one artifact.

    Args:
        original: folder of a sound artifact.
        work: folder for the copies, which is emptied.
        open: function (folder) that loads it, or raises; `verify` by default.
    """

    def __init__(self, original, work, open=verify):
        self.content = {p.relative_to(original).as_posix(): p.read_bytes() for p in _files(original)}
        self.golden = json.loads(self.content[MANIFEST])["golden"]
        self.work, self.open = Path(work), open

    def run(self, cases, keep=None):
        """The `Tally` of these cases; `keep` is called with every folder that passed and was signed."""
        tally = Tally()
        for case in cases:
            random_ = random.Random(case)
            content = dict(self.content)
            kind, signed = KINDS[case % len(KINDS)]
            kind(content, random_, case // len(KINDS))
            if not signed and self._means_the_same(content):
                continue
            path = self._write(content, signed)
            began = time.perf_counter()
            outcome = self._outcome(path)
            tally.note(case, outcome, signed, time.perf_counter() - began)
            if keep and outcome == "passed":
                keep(path)
        return tally

    def _means_the_same(self, content):
        """Nothing was altered, or only how a number of the manifest is spelt: 1E-5 for 1e-5."""
        if {**content, MANIFEST: b""} != {**self.content, MANIFEST: b""}:
            return False
        try:
            return json.loads(content[MANIFEST]) == json.loads(self.content[MANIFEST])
        except ValueError:
            return False

    def _write(self, content, signed):
        shutil.rmtree(self.work, ignore_errors=True)
        for name, value in content.items():
            (self.work / name).parent.mkdir(parents=True, exist_ok=True)
            (self.work / name).write_bytes(value)
        if signed:
            crafted.sign(self.work, golden=self.golden)
        return self.work

    def _outcome(self, path):
        try:
            self.open(path)
        except ArtifactError as error:
            return error.code
        except Exception as error:
            return f"{type(error).__name__}: {str(error)[:200]}"
        return "passed"


def flip(content, random_, number):
    """One to eight bits of one member."""
    name = random_.choice(sorted(content))
    value = bytearray(content[name])
    for _ in range(random_.choice((1, 1, 1, 8))):
        value[random_.randrange(len(value))] ^= 1 << random_.randrange(8)
    content[name] = bytes(value)


def cut_manifest(content, random_, number):
    """The manifest, cut at every length in turn."""
    value = content[MANIFEST]
    content[MANIFEST] = value[: number % len(value)]


def cut(content, random_, number):
    """A member, cut anywhere."""
    name = random_.choice(sorted(content))
    content[name] = content[name][: random_.randrange(len(content[name]))]


def splice(content, random_, number):
    """A piece of one member in the place of a piece of another, or two members exchanged."""
    one, other = random_.sample(sorted(content), 2)
    if random_.random() < 0.2:
        content[one], content[other] = content[other], content[one]
        return
    start, length = random_.randrange(len(content[other])), random_.choice((1, 16, 512))
    at = random_.randrange(len(content[one]))
    value = content[one]
    content[one] = value[:at] + content[other][start : start + length] + value[at + length :]


def members(content, random_, number):
    """A member more, or one less."""
    if random_.random() < 0.5:
        content.pop(random_.choice(sorted(set(content) - {MANIFEST})))
    else:
        content[f"report/{random_.randrange(10**6)}.txt"] = b"more"


def flip_inside(content, random_, number):
    """Bits of the weights or of the configuration, in an archive that is written anew around them."""
    parts = _unpacked(content["model.keras"])
    name = random_.choice(("config.json", "model.weights.h5", "model.weights.h5"))
    value = bytearray(parts[name])
    for _ in range(random_.choice((1, 1, 8))):
        value[random_.randrange(len(value))] ^= 1 << random_.randrange(8)
    content["model.keras"] = _packed({**parts, name: bytes(value)})


def flip_archive(content, random_, number):
    """Bits of the archive, of the twin, or of a JSON member, which the manifest then confirms."""
    name = random_.choice(sorted(set(content) - {MANIFEST}))
    value = bytearray(content[name])
    value[random_.randrange(len(value))] ^= 1 << random_.randrange(8)
    content[name] = bytes(value)


def generate(content, random_, number):
    """A configuration that a grammar makes: layers of Keras with values that may be anything."""
    layers = [_layer(random_) for _ in range(random_.randrange(1, 6))]
    config = crafted.network(*layers, shape=random_.choice(((None, 4), (None, 8, 8, 1), (10**6, 10**6))))
    _damage(config, random_)
    content["model.keras"] = _packed({**_unpacked(content["model.keras"]), "config.json": _json(config)})


def reword(content, random_, number):
    """A JSON member with one value exchanged for another."""
    name = random_.choice(sorted(name for name in content if name.endswith(".json") and name != MANIFEST))
    value = json.loads(content[name])
    _damage(value, random_)
    content[name] = _json(value)


KINDS = [  # what is done, and whether the manifest is written anew
    (flip, False),
    (cut_manifest, False),
    (cut, False),
    (splice, False),
    (members, False),
    (flip_inside, True),
    (flip_archive, True),
    (generate, True),
    (generate, True),
    (reword, True),
]


def _layer(random_):
    size, width = random_.choice(_NUMBERS), random_.choice((4, 4, 20_000, None))
    made = random_.choice(
        (
            crafted.dense(random_.choice((3, size)), width),
            crafted.layer("Activation", activation=random_.choice(_ACTIVATIONS)),
            crafted.layer("Dropout", rate=size),
            crafted.layer("Reshape", target_shape=[size, random_.choice(_NUMBERS)]),
            crafted.layer("RepeatVector", n=size),
            crafted.layer("UpSampling2D", size=[size, size]),
            crafted.layer("ZeroPadding2D", padding=size),
            crafted.layer("Embedding", input_dim=size, output_dim=random_.choice(_NUMBERS)),
            crafted.layer("Conv2D", filters=size, kernel_size=[3, 3], groups=random_.choice(_NUMBERS)),
            crafted.layer("BatchNormalization", axis=random_.choice((-1, 1, 9, size))),
            crafted.layer(random_.choice(_WORDS), x=size),
        )
    )
    if random_.random() < 0.3:
        made["build_config"] = {"input_shape": [None, random_.choice(_NUMBERS), width]}
    return made


def _damage(value, random_):
    """Exchanges, at some depth, one value, or one key."""
    places = list(_places(value))
    for holder, key in random_.sample(places, min(len(places), random_.choice((0, 1, 1, 3)))):
        holder[key] = random_.choice(
            (
                random_.choice(_NUMBERS),
                random_.choice(_WORDS),
                random_.choice(([], {}, None, True, [[]], {"class_name": "Dense"}, ["x"] * 1000)),
                crafted.function("system", "os"),
            )
        )


def _places(value):
    """(dict or list, key) of every value in it."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys):
        yield value, key
        yield from _places(value[key])


def _json(value):
    return json.dumps(value).encode()


def _unpacked(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _packed(parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, value in parts.items():
            archive.writestr(name, value)
    return stream.getvalue()


def _files(folder):
    return sorted(path for path in Path(folder).rglob("*") if path.is_file())
