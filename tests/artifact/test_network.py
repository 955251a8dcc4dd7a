"""model.keras is judged before Keras sees it."""

import json
import zipfile

import pytest

from kit.artifact.network import DEEPEST, check_network, parts
from kit.errors import ArtifactError


def code_of(path):
    with pytest.raises(ArtifactError) as caught:
        check_network(path)
    assert caught.value.member == "model.keras"
    assert len(str(caught.value)) < 400
    return caught.value.code


def dense(config):
    return next(part for part in parts(config) if part["class_name"] == "Dense")


def test_a_file_that_kit_saved_passes_and_gives_its_configuration(artifact):
    assert check_network(artifact / "model.keras")["class_name"] == "Functional"


def test_the_checks_import_no_keras():
    import subprocess
    import sys

    script = """if True:
        import sys
        import kit.artifact.verify
        print([name for name in ("keras", "tensorflow", "jax", "pandas") if name in sys.modules])
    """
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "[]\n"


def layer(name, **config):
    return {"module": "keras.layers", "class_name": name, "config": config}


CRAFTED = {
    "Lambda": lambda part: layer("Lambda", function="os.system"),
    "TFSMLayer": lambda part: layer("TFSMLayer", filepath="/x"),
    "Lambda of a Keras function": lambda part: layer(
        "Lambda", function={"class_name": "function", "config": "plot_model", "module": "keras.utils"}
    ),
    "os.system as class": lambda part: {**part, "module": "os", "class_name": "system"},
    "registered object": lambda part: {**part, "registered_name": "kit>Scaled"},
    "vocabulary": lambda part: layer("StringLookup", vocabulary="/etc/passwd"),
    "no module": lambda part: {**part, "module": None},
}


@pytest.mark.parametrize("crafted", list(CRAFTED))
def test_a_layer_that_is_not_on_the_list_is_refused(artifact, rewrite, crafted):
    def change(config):
        part = dense(config)
        new = CRAFTED[crafted](dict(part))
        part.clear()
        part.update(new)

    assert code_of(rewrite(artifact / "model.keras", change)) == "class"


@pytest.mark.parametrize(
    "value",
    [
        {"class_name": "function", "config": "eval", "module": "builtins", "registered_name": "eval"},
        {"class_name": "__lambda__", "config": {"value": ["code"]}},
        {"class_name": "function", "config": "get_file", "module": "keras.utils"},
        [[{"class_name": "Popen", "module": "subprocess", "config": {}}]],
    ],
    ids=["builtin", "bytecode", "Keras function", "deep inside lists"],
)
def test_a_function_as_activation_is_refused(artifact, rewrite, value):
    def change(config):
        dense(config)["config"]["activation"] = value

    assert code_of(rewrite(artifact / "model.keras", change)) == "class"


def test_a_network_that_brings_its_loss_is_refused(artifact, rewrite):
    def change(config):
        config["compile_config"] = {"loss": "mse", "optimizer": "adam"}

    assert code_of(rewrite(artifact / "model.keras", change)) == "class"


@pytest.mark.parametrize("units", [20_000, 10**15], ids=["5 GB", "4 PB"])
def test_more_weights_than_are_stored_are_refused_before_they_are_made(artifact, rewrite, units):
    def change(config):
        dense(config)["config"]["units"] = units
        dense(config)["build_config"] = {"input_shape": [None, units]}

    assert code_of(rewrite(artifact / "model.keras", change)) == "shape"


def test_a_bias_alone_does_not_fill_the_memory(artifact, rewrite):
    def change(config):
        dense(config)["config"]["units"] = 10**12
        dense(config)["build_config"] = {"input_shape": [None, 0]}

    assert code_of(rewrite(artifact / "model.keras", change)) == "shape"


def test_an_input_that_fills_the_memory_is_refused(artifact, rewrite):
    def change(config):
        entry = next(part for part in parts(config) if part["class_name"] == "InputLayer")
        entry["config"]["batch_shape"] = [None, 10**6, 10**6, 1]

    assert code_of(rewrite(artifact / "model.keras", change)) == "shape"


@pytest.mark.parametrize("units", [-1, "a", 3.5, None, [3], True])
def test_a_size_that_is_no_whole_number_is_refused(artifact, rewrite, units):
    def change(config):
        dense(config)["config"]["units"] = units

    assert code_of(rewrite(artifact / "model.keras", change)) == "config"


def test_a_layer_with_weights_must_say_for_which_input_it_was_built(artifact, rewrite):
    def change(config):
        dense(config)["build_config"] = None

    assert code_of(rewrite(artifact / "model.keras", change)) == "config"


@pytest.mark.parametrize(
    "config",
    [b"", b"{", b"[]", b"null", b"{}", b"\xff\xfe\x00", b"[" * 200_000],
    ids=["empty", "cut", "list", "null", "no class", "binary", "deep"],
)
def test_a_configuration_that_describes_nothing_is_refused(artifact, rewrite, config):
    assert code_of(rewrite(artifact / "model.keras", members={"config.json": config})) == "config"


def test_a_configuration_nested_without_end_is_refused(artifact, rewrite):
    def change(config):
        for _ in range(DEEPEST + 1):
            config = {"module": "keras", "class_name": "Sequential", "config": {"layers": [config]}}
        return config

    assert code_of(rewrite(artifact / "model.keras", change)) == "config"


def test_a_configuration_of_600_blank_megabytes_is_refused_unread(artifact, rewrite):
    path = rewrite(artifact / "model.keras", members={"config.json": b" " * 20_000_000 + b"{}"})
    assert code_of(path) == "config"
    assert code_of(rewrite(artifact / "model.keras", compression=zipfile.ZIP_DEFLATED)) == "zip"


@pytest.mark.parametrize(
    "members",
    [
        {"../../escape.txt": b"x"},
        {"/tmp/escape.txt": b"x"},
        {"assets/vocabulary.txt": b"x"},
        {"model.weights.h5": None},
        {"model.weights.h5": None, "model.weights.npz": b"x"},
    ],
    ids=["traversal", "absolute", "assets", "no weights", "other weights"],
)
def test_the_archive_holds_what_keras_writes_and_no_more(artifact, rewrite, members):
    assert code_of(rewrite(artifact / "model.keras", members=members)) == "zip"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_is_refused(artifact):
    with zipfile.ZipFile(artifact / "model.keras", "a") as archive:
        archive.writestr("config.json", json.dumps({}))
    assert code_of(artifact / "model.keras") == "zip"


def test_a_file_cut_anywhere_is_refused(artifact):
    content = (artifact / "model.keras").read_bytes()
    for length in range(0, len(content), len(content) // 25):
        (artifact / "model.keras").write_bytes(content[:length])
        assert code_of(artifact / "model.keras") == "zip"


def test_a_flipped_bit_is_refused_with_an_artifact_error_or_harmless(artifact):
    content = (artifact / "model.keras").read_bytes()
    for place in range(7, len(content), len(content) // 120):
        damaged = bytearray(content)
        damaged[place] ^= 1 << (place % 8)
        (artifact / "model.keras").write_bytes(bytes(damaged))
        try:
            check_network(artifact / "model.keras")
        except ArtifactError:
            continue
