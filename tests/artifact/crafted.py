"""Model files made to do harm or to mislead, each with the code by which kit must refuse it.

Nothing here is stored: every file is written by the code that says what is wrong with it. `KERAS` are
lone .keras files, `FOLDERS` whole artifacts whose manifest fits, as an attacker would make them. Names in
brackets are the published faults of Keras that a file is modelled on.
"""

import base64
import copy
import hashlib
import importlib
import io
import json
import os
import shutil
import struct
import tarfile
import warnings
import zipfile

import h5py
import numpy as np

KERAS, FOLDERS = {}, {}  # name -> (code, function)
CANARY = "canary"  # the file that code would write


def keras_file(name, code):
    """Decorator: function (path) writes one .keras file, or returns what `write` takes."""
    return lambda make: KERAS.setdefault(name, (code, make))


def folder(name, code):
    """Decorator: function (folder) changes a sound artifact, before its manifest is written anew."""
    return lambda make: FOLDERS.setdefault(name, (code, make))


def layer(name, module="keras.layers", /, **config):
    """A layer, or whatever calls itself so, as a configuration says it."""
    return {"module": module, "class_name": name, "config": config, "registered_name": None}


def function(name, module):
    """A function, as a configuration names it."""
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def dense(units=3, width=4, **config):
    """A Dense layer that was built for `width` numbers."""
    made = layer("Dense", name="dense", units=units, activation="softmax", use_bias=True, **config)
    return {**made, "build_config": {"input_shape": [None, width]}}


def network(*layers, shape=(None, 4)):
    """The configuration of a Sequential model."""
    entry = layer("InputLayer", batch_shape=list(shape), dtype="float32", name="x")
    made = {"name": "s", "layers": [entry, *layers], "build_input_shape": list(shape)}
    return {**layer("Sequential", "keras", **made), "build_config": {"input_shape": list(shape)}}


def hdf5(fill=None):
    """The bytes of a file of weights: those of `dense()`, then what `fill` does to it."""
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file["layers/dense/vars/0"] = np.linspace(-1, 1, 12, dtype="float32").reshape(4, 3)
        file["layers/dense/vars/1"] = np.zeros(3, "float32")
        if fill:
            fill(file)
    return stream.getvalue()


def write(path, config=None, weights=None, members=None, compression=zipfile.ZIP_STORED):
    """Writes a .keras file; `members` may change its members, or take one away by None."""
    config = network(dense()) if config is None else config
    content = {
        "metadata.json": b'{"keras_version": "3.15.1"}',
        "config.json": config if isinstance(config, bytes) else json.dumps(config).encode(),
        "model.weights.h5": hdf5() if weights is None else weights,
        **(members or {}),
    }
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, value in content.items():
            if value is not None:
                archive.writestr(name, value)
    return path


def configured(name, code, config):
    """Adds a .keras file that differs in its configuration: function () -> dict or bytes."""
    keras_file(name, code)(lambda path: write(path, config()))


def weighted(name, code, fill):
    """Adds a .keras file that differs in its weights: function (HDF5 file)."""
    keras_file(name, code)(lambda path: write(path, weights=hdf5(fill)))


def zipped(name, members, code="zip", **keywords):
    """Adds a .keras file that differs in its members."""
    keras_file(name, code)(lambda path: write(path, members=members, **keywords))


# Code: all of it must be refused by its name, before anything is imported.


def _bytecode():
    """A Python function that writes the canary, as Keras stored functions: marshal, then base64."""
    code = compile(f"open({CANARY!r}, 'w').close()", "x", "exec")
    dumped = importlib.import_module("marshal").dumps(code)
    return {
        "class_name": "__lambda__",
        "config": {"code": base64.b64encode(dumped).decode(), "defaults": None},
    }


def _inside(part):
    """A network with this part between input and output."""
    return lambda: network(part() if callable(part) else part, dense())


def _as(where, value):
    """A network whose Dense layer has this value for its initializer, or so."""
    return lambda: network(dense(**{where: value}))


CODE = {
    "Lambda with bytecode [CVE-2024-3660]": _inside(lambda: layer("Lambda", name="l", function=_bytecode())),
    "Lambda of plot_model": _inside(layer("Lambda", function=function("plot_model", "keras.utils"))),
    "Lambda of get_file [CVE-2025-8747]": _inside(
        layer(
            "Lambda",
            function=function("get_file", "keras.utils"),
            arguments={"origin": "http://localhost:9/x", "extract": True},
        )
    ),
    "Lambda that switches safe mode off [CVE-2025-9906]": _inside(
        layer("Lambda", function=function("enable_unsafe_deserialization", "keras.config"))
    ),
    "Lambda of load_model": _inside(layer("Lambda", function=function("load_model", "keras.models"))),
    "Lambda of a data set's download": _inside(
        layer("Lambda", function=function("load_data", "keras.datasets.mnist"))
    ),
    "os.system as a layer [CVE-2025-1550]": _inside(layer("system", "os", command=f"touch {CANARY}")),
    "subprocess.Popen as a layer [CVE-2025-1550]": _inside(
        layer("Popen", "subprocess", args=["touch", CANARY])
    ),
    "builtins.eval as activation": lambda: network(dense() | _activation(function("eval", "builtins"))),
    "os.system as activation": lambda: network(dense() | _activation(function("system", "os"))),
    "bytecode as activation": lambda: network(dense() | _activation(_bytecode())),
    "get_file as initializer": _as("kernel_initializer", function("get_file", "keras.utils")),
    "numpy.load as regularizer": _as("kernel_regularizer", layer("load", "numpy", file="/etc/hostname")),
    "a registered object as constraint": _as(
        "kernel_constraint", {**layer("MaxNorm", "keras.constraints"), "registered_name": "kit>Scaled"}
    ),
    "TFSMLayer [CVE-2026-1462]": _inside(layer("TFSMLayer", filepath="/tmp/saved_model")),
    "TorchModuleWrapper with a pickle": _inside(
        layer("TorchModuleWrapper", module=base64.b64encode(b"cos\nsystem\n(S'touch canary'\ntR.").decode())
    ),
    "JaxLayer": _inside(layer("JaxLayer", call_fn=function("system", "os"))),
    "FlaxLayer": _inside(layer("FlaxLayer", module=function("system", "os"))),
    "StringLookup that reads a file [CVE-2025-12058]": _inside(
        layer("StringLookup", vocabulary="/etc/passwd")
    ),
    "IntegerLookup that asks a server [CVE-2025-12058]": _inside(
        layer("IntegerLookup", vocabulary="http://localhost:9/x")
    ),
    "TextVectorization that reads a file": _inside(layer("TextVectorization", vocabulary="/etc/passwd")),
    "Lambda in a wrapper": _inside(layer("TimeDistributed", layer=layer("Lambda", function=_bytecode()))),
    "Lambda in the backward half of a wrapper": _inside(
        layer("Bidirectional", layer=dense(), backward_layer=layer("Lambda", function=_bytecode()))
    ),
    "Lambda in a network in a network": _inside(
        lambda: network(network(layer("Lambda", function=_bytecode())), dense())
    ),
    "a class deep in a list of numbers": _inside(
        layer("Rescaling", scale=[[[layer("Popen", "subprocess", args=["touch", CANARY])]]])
    ),
    "a loss in a network in a network": _inside(
        lambda: {**network(dense()), "compile_config": {"loss": function("system", "os")}}
    ),
    "a known class, registered as another": _inside(
        {**layer("Dropout", rate=0.5), "registered_name": "builtins>eval"}
    ),
    "a class without a module": _inside({**layer("Dense", units=3), "module": None}),
    "a class whose name is a list": _inside(layer(["Dense"], units=3)),
    "a class in wide letters": _inside(layer("\uff24\uff45\uff4e\uff53\uff45", units=3)),
    "a class with a space of no width": _inside(layer("Dense\u200b", units=3)),
    "a module with another dot": _inside(layer("Dense", "keras\u2024layers", units=3)),
    "a module of Keras' own source": _inside(
        layer("Lambda", "keras.src.layers.core.lambda_layer", function=_bytecode())
    ),
    "a module's own import": _inside(layer("os", "keras.src.utils.file_utils")),
    "a look into the registry": _inside(layer("get_registered_object", "keras.saving", name="kit>Scaled")),
    "a function of kit's": _inside(layer("write_text", "kit.storage", path=CANARY, text="x")),
    "a type of TensorFlow's": _as("dtype", {"class_name": "__typespec__", "config": ["os.system"]}),
    "a constant that holds objects": _as(
        "kernel_initializer",
        layer(
            "Constant", "keras.initializers", value={"class_name": "__numpy__", "config": {"dtype": "object"}}
        ),
    ),
    "custom_objects in the file": _as("custom_objects", {"class_name": "system", "module": "os"}),
}


def _activation(value):
    made = dense()
    made["config"]["activation"] = value
    return {"config": made["config"]}


for _name, _config in CODE.items():
    configured(_name, "class", _config)


# Resources: little that is stored, and much that is made of it.


def _laughs(depth, calls):
    """A network that calls one network `calls` times, which does the same, and so on."""
    inner = network(dense(4))
    for _ in range(depth):
        nodes = [{"args": [], "kwargs": {}}] * calls
        inner = network({**copy.deepcopy(inner), "inbound_nodes": nodes})
    return inner


def _places():
    config = {"size": [10**6, 10**6], "strides": [1], "bins": None}
    return {
        **layer("BoxesAndScores", "kit.places", **config),
        "registered_name": "kit>BoxesAndScores",
    }


RESOURCES = {
    "5 GB of weights in a small file": ("shape", lambda: network(dense(20_000, 20_000))),
    "4 PB of weights": ("shape", lambda: network(dense(10**15, 4))),
    "weights of a number with 4,000 digits": ("shape", lambda: network(dense(10**4000, 4))),
    "an embedding of 4 TB": (
        "shape",
        lambda: network(layer("Embedding", input_dim=10**6, output_dim=10**6), dense()),
    ),
    "a bias alone": ("shape", lambda: network(dense(10**12, 0))),
    "an image of a million pixels a side": (
        "shape",
        lambda: network(dense(), shape=(None, 10**6, 10**6, 1)),
    ),
    "a detector's places for such an image": ("config", lambda: network(_places(), dense())),
    "a configuration of 17 MB": ("config", lambda: b" " * (17 * 2**20) + b"{}"),
    "lists in 200,000 lists": ("config", lambda: b'{"class_name": "Sequential", "config": ' + b"[" * 200_000),
    "networks in networks, each called 100 times": ("config", lambda: _laughs(6, 100)),
    "a number with 5,000 digits": ("config", lambda: b'{"class_name": 1' + b"0" * 5000 + b"}"),
    "units below nothing": ("config", lambda: network(dense(-1))),
    "units in words": ("config", lambda: network(dense("a"))),
    "units without end": ("config", lambda: b'{"class_name": "Sequential", "units": Infinity'),
    "layers that are no list": (
        "config",
        lambda: {**network(dense()), "config": {"name": "s", "layers": {"first": 3}}},
    ),
    "a layer for a network": ("config", lambda: dense()),
    "no network at all": ("config", lambda: b"[]"),
}
for _name, (_code, _config) in RESOURCES.items():
    configured(_name, _code, _config)


@keras_file("100 MB of blanks, compressed", "zip")
def _(path):
    squeezed = io.BytesIO()
    with zipfile.ZipFile(squeezed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in ("config.json", "metadata.json", "model.weights.h5"):
            archive.writestr(name, b" " * (100 * 2**20 if name == "config.json" else 1))
    path.write_bytes(squeezed.getvalue())


@keras_file("a member that says it were larger than it is", "zip")
def _(path):
    write(path)
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")  # the first entry of the directory: sizes lie 20 and 24 bytes behind
    struct.pack_into("<II", content, at + 20, 2**31, 2**31)
    path.write_bytes(content)


# The archive.

zipped("a member above the folder", {"../../escape.txt": b"x"})
zipped("a member at an absolute place", {"/tmp/escape.txt": b"x"})
zipped("a member with backslashes", {"..\\..\\escape.txt": b"x"})
zipped("a member of a drive", {"C:\\escape.txt": b"x"})
zipped("a member with a name of 300 letters", {"x" * 300: b"x"})
zipped("a member with a name from right to left", {"\u202egnp.exe": b"x"})
zipped("a member in wide letters", {"config.json": None, "\uff43onfig.json": b"{}"})
zipped("assets", {"assets/string_lookup/vocabulary.txt": b"root"})
zipped("no weights", {"model.weights.h5": None})
zipped("weights of another kind, with objects", {"model.weights.h5": None, "model.weights.npz": b"PK\5\6"})
zipped("a Keras file in a Keras file", {"model.keras": b"PK\3\4"})


@keras_file("a configuration that is there twice", "zip")
def _(path):
    write(path)
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("config.json", json.dumps(CODE["os.system as a layer [CVE-2025-1550]"]()))


@keras_file("a member that is a link", "zip")
def _(path):
    write(path)
    link = zipfile.ZipInfo("vocabulary")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")


@keras_file("an encrypted member", "zip")
def _(path):
    write(path)
    content = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + flags] |= 1
    path.write_bytes(content)


@keras_file("half a file", "zip")
def _(path):
    content = write(path).read_bytes()
    path.write_bytes(content[: len(content) // 2])


@keras_file("a tar archive", "zip")
def _(path):
    with tarfile.open(path, "w:gz") as archive:
        info = tarfile.TarInfo("../../escape.txt")
        archive.addfile(info, io.BytesIO())


@keras_file("a pickle", "zip")
def _(path):
    path.write_bytes(b"cos\nsystem\n(S'touch canary'\ntR.")


@keras_file("an HDF5 file with another name [CVE-2025-9905]", "zip")
def _(path):
    path.write_bytes(hdf5())


@keras_file("an HDF5 file of the old kind [CVE-2025-9905]", "format")
def _(path):
    path.with_suffix(".h5").write_bytes(hdf5())
    return path.with_suffix(".h5")


@keras_file("a checkpoint of PyTorch", "format")
def _(path):
    path.with_suffix(".pt").write_bytes(b"cos\nsystem\n(S'touch canary'\ntR.")
    return path.with_suffix(".pt")


# The weights.


def _replaced(value):
    """Function (HDF5 file): the bias becomes this."""

    def fill(file):
        del file["layers/dense/vars/1"]
        file["layers/dense/vars/1"] = value

    return fill


def _made(*arguments, **keywords):
    def fill(file):
        del file["layers/dense/vars/1"]
        file.create_dataset("layers/dense/vars/1", *arguments, **keywords)

    return fill


def _virtual(file):
    layout = h5py.VirtualLayout((3,), "float32")
    layout[:] = h5py.VirtualSource("pipe", "x", (3,))
    del file["layers/dense/vars/1"]
    file.create_virtual_dataset("layers/dense/vars/1", layout)


def _cycle(file):
    file["layers/dense/again"] = file["layers"]


weighted("a link to another file [CVE-2026-1669]", "weights", _replaced(h5py.ExternalLink("pipe", "/x")))
weighted("a link by name [CVE-2026-1669]", "weights", _replaced(h5py.SoftLink("/layers/dense/vars/0")))
weighted("numbers in another file", "weights", _made((3,), "float32", external=[("pipe", 0, 12)]))
weighted("numbers of another file, seen from here", "weights", _virtual)
weighted("4 TB that are declared only [CVE-2026-0897]", "weights", _made((2**40,), "float32"))
weighted("zeros that are compressed", "weights", _made(data=np.zeros(10**6), compression="gzip"))
weighted("references to objects", "weights", _made((3,), h5py.ref_dtype))
weighted("references to regions", "weights", _made((3,), h5py.regionref_dtype))
weighted("text of any length", "weights", _replaced(["a", "b", "c"]))
weighted("records", "weights", _replaced(np.zeros(3, [("a", "f4"), ("b", "i4")])))
weighted("a type for numbers", "weights", _replaced(np.dtype("float32")))
weighted("a group in itself", "weights", _cycle)
weighted("NaN", "nan", _replaced(np.array([0, np.nan, 0], "float32")))
weighted("an infinite number", "nan", _replaced(np.array([0, np.inf, 0], "float16")))
keras_file("weights that are none", "weights")(lambda path: write(path, weights=b"PK\3\4" * 100))


# Whole artifacts. What each does is done before the manifest is written, so that all checksums fit.


def artifact(path):
    """A sound artifact: three classes from four numbers, and an ONNX file that does nothing."""
    path.mkdir()
    write(path / "model.keras")
    for name, value in (("card", {}), ("input", {"kind": "table"}), ("task", {"kind": "classification"})):
        (path / f"{name}.json").write_text(json.dumps(value))
    sign(path)
    return path


def sign(path, **facts):
    """Writes a manifest that fits the members as they are."""
    members = {}
    for file in sorted(path.rglob("*")):
        if file.is_file() and file.name != "manifest.json" and not file.is_symlink():
            content = file.read_bytes()
            said = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            members[file.relative_to(path).as_posix()] = said
    return seal(path, {"format": 1, "golden": [[0.0]], "members": members, **facts})


def seal(path, manifest):
    """Writes a manifest with its own checksum."""
    manifest.pop("sha256", None)
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
    manifest["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    (path / "manifest.json").write_text(json.dumps(manifest))
    return manifest


def edited(name, code, change):
    """Adds an artifact whose manifest is changed last: function (manifest)."""

    @folder(name, code)
    def _(path):
        manifest = sign(path)
        change(manifest)
        seal(path, manifest)


def _member(name, **said):
    return lambda manifest: manifest["members"].update({name: {"bytes": 1, "sha256": "0", **said}})


edited("a member of another folder", "name", _member("../x"))
edited("a member at an absolute place", "name", _member("/etc/passwd"))
edited("a member with a NUL", "name", _member("a\0b"))
edited("a member that is not there", "missing", _member("x"))
edited("a size that lies", "size", lambda manifest: manifest["members"]["task.json"].update(bytes=10**30))
edited("a size below nothing", "size", lambda manifest: manifest["members"]["task.json"].update(bytes=-1))
edited("a size in words", "manifest", _member("task.json", bytes="1"))
edited(
    "a checksum that lies", "checksum", lambda manifest: manifest["members"]["task.json"].update(sha256="0")
)
edited("a format of the future", "version", lambda manifest: manifest.update(format=10**9))
edited("a format that is true", "manifest", lambda manifest: manifest.update(format=True))


@folder("a member that is a link", "link")
def _(path):
    sign(path)
    shutil.move(path / "card.json", path.parent / "card.json")
    os.symlink(path.parent / "card.json", path / "card.json")


@folder("a folder that is a link", "link")
def _(path):
    sign(path)
    os.symlink("/etc", path / "report")


@folder("a member that is a pipe", "link")
def _(path):
    sign(path)
    (path / "card.json").unlink()
    os.mkfifo(path / "card.json")


@folder("a pickle beside the members", "extra")
def _(path):
    sign(path)
    (path / "more.pkl").write_bytes(b"cos\nsystem\n(S'touch canary'\ntR.")


@folder("a link to another file in the weights [CVE-2026-1669]", "weights")
def _(path):
    write(path / "model.keras", weights=hdf5(_replaced(h5py.ExternalLink("pipe", "/x"))))
    sign(path)


@folder("a loss that runs code", "class")
def _(path):
    config = {**network(dense()), "compile_config": {"loss": function("system", "os")}}
    write(path / "model.keras", config)
    sign(path)


# ONNX twins, written as Protocol Buffers by hand: no library is needed, nor asked.


def field(number, value):
    """One field: bytes with their length, or a whole number."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    value = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value):
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def onnx(node=b"", graph=b"", model=b"", op="Relu"):
    """A model of one node, with more fields in node, graph or model."""
    made = field(1, field(1, "x") + field(2, "y") + field(4, op) + node)
    return field(1, 8) + field(7, made + graph) + field(8, field(2, 15)) + model


TWINS = {
    "numbers in another file": onnx(
        graph=field(5, field(13, field(1, "location") + field(2, "/etc/passwd")))
    ),
    "numbers that lie elsewhere": onnx(graph=field(5, field(14, 1))),
    "an operator of another library": onnx(node=field(7, "com.evil")),
    "a loop": onnx(op="Loop", node=field(5, field(1, "body") + field(6, b""))),
    "a graph in a node": onnx(node=field(5, field(6, onnx()))),
    "a function": onnx(model=field(25, field(1, "f"))),
    "training": onnx(model=field(20, field(1, b""))),
    "text": onnx(graph=field(5, field(6, "text"))),
    "a shape of 40 GB": onnx(graph=field(5, field(2, 7) + field(9, struct.pack("<2q", 10**5, 10**5)))),
    "a shape of 5 GB": onnx(graph=field(5, field(2, 7) + field(7, _varint(10**9 + 10**8)))),
    "no graph": field(1, 8),
    "two graphs": onnx() + onnx(),
    "an image": b"\x89PNG\r\n\x1a\n" + bytes(100),
}
for _name, _content in TWINS.items():

    @folder(f"a twin with {_name}", "onnx")
    def _(path, content=_content):
        (path / "model.onnx").write_bytes(content)
        sign(path)
