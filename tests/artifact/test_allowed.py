"""The allow-list: what a saved network may name."""

import importlib

import keras
import pytest

from kit.artifact import allowed


def part(module, name, **more):
    return {"module": module, "class_name": name, "config": {}, "registered_name": None, **more}


@pytest.mark.parametrize(
    ("module", "name"),
    [(module, name) for module in sorted(allowed.CLASSES) for name in sorted(allowed.CLASSES[module])],
)
def test_every_name_on_the_list_is_a_class_of_keras(module, name):
    assert isinstance(getattr(importlib.import_module(module), name), type)
    assert allowed.refusal(part(module, name)) is None


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("keras.layers", "Lambda"),
        ("keras.layers", "TFSMLayer"),
        ("keras.layers", "TorchModuleWrapper"),
        ("keras.layers", "JaxLayer"),
        ("keras.layers", "FlaxLayer"),
        ("keras.layers", "StringLookup"),
        ("keras.layers", "IntegerLookup"),
        ("keras.layers", "TextVectorization"),
        ("keras.layers", "Wrapper"),
        ("keras.utils", "get_file"),
        ("keras.utils", "plot_model"),
        ("keras.models", "load_model"),
        ("keras.config", "enable_unsafe_deserialization"),
        ("keras.saving", "get_registered_object"),
        ("keras.src.ops.numpy", "np"),
        ("os", "system"),
        ("subprocess", "Popen"),
        ("builtins", "eval"),
        ("builtins", "function"),
        ("keras.activations", "function"),
        ("kit.storage", "write_text"),
        ("kit.losses.scaled", "Scaled"),
        ("kit.blocksy", "Layer"),
        (None, "function"),
        (None, "Dense"),
        (None, "__lambda__"),
        (None, "__typespec__"),
        ("keras.layers", "__lambda__"),
        ("keras.layers", ["Dense"]),
        (["keras.layers"], "Dense"),
    ],
)
def test_what_can_run_code_read_files_or_is_unknown_is_refused(module, name):
    assert allowed.refusal(part(module, name, registered_name=name if isinstance(name, str) else None))


def test_no_known_layer_hides_a_registered_object():
    assert allowed.refusal(part("keras.layers", "Dense", registered_name="kit>Scaled"))
    assert allowed.refusal(part("keras.layers", "Dense", registered_name="other>Dense"))
    assert allowed.refusal(part("keras.layers", "Dense", registered_name="Dense")) is None


def test_a_layer_of_kit_passes_only_under_its_own_registered_name():
    assert allowed.refusal(part("kit.blocks.attention", "Window", registered_name="kit>Window")) is None
    assert allowed.refusal(part("kit.blocks.attention", "Window", registered_name="kit>Other"))
    assert allowed.refusal(part("kit.blocks.attention", "Window"))


def test_a_network_that_says_how_to_compile_it_is_refused():
    assert allowed.refusal(part("keras", "Sequential", compile_config={"loss": "mse"}))
    assert allowed.refusal(part("keras", "Sequential", compile_config={})) is None


@pytest.mark.parametrize("kind", ["__numpy__", "__tensor__"])
def test_constants_hold_numbers_and_nothing_else(kind):
    for dtype in ("float32", "int64", "bool", "bfloat16"):
        constant = {"class_name": kind, "config": {"value": [1], "dtype": dtype}}
        assert allowed.refusal(constant) is None
    for dtype in ("object", "O", "str", "V8", None, ["float32"]):
        constant = {"class_name": kind, "config": {"value": [1], "dtype": dtype}}
        assert allowed.refusal(constant)
    assert allowed.refusal({"class_name": kind, "config": "float32x"})


def test_no_layer_on_the_list_wraps_another_or_reads_a_file():
    for name in allowed.LAYERS:
        layer = getattr(keras.layers, name)
        assert not issubclass(layer, keras.layers.Wrapper | keras.layers.Lambda)
        assert "vocabulary" not in layer.__init__.__code__.co_varnames
