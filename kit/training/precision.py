"""The number format of a run: bfloat16 where the processor computes with it and it pays."""

import contextlib

import keras

from kit.errors import unknown
from kit.training.probe import seconds_a_step

NAMES = ("auto", "float32", "bfloat16")
PAYS = 1.15  # times faster, from which bfloat16 is taken


def chosen(name, model, feed, batch_size, engine):
    """The format to train in and a word on why: "auto" times a few steps of each."""
    if name not in NAMES:
        raise unknown("precision", name, NAMES)
    if name != "auto":
        return name, ""
    if not computes_bfloat16():
        return "float32", ""
    plain = seconds_a_step(model, feed, batch_size, engine)
    with lowered(model, "bfloat16"):
        low = seconds_a_step(model, feed, batch_size, engine)
    return ("bfloat16" if plain / low >= PAYS else "float32"), f"bfloat16 is {plain / low:.1f} times as fast"


def computes_bfloat16():
    """Whether the processor or accelerator has instructions for bfloat16."""
    if any(not device.startswith("cpu") for device in keras.distribution.list_devices()):
        return True
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as file:
        flags = next((line for line in file if line.startswith("flags")), "")
        return "avx512_bf16" in flags or "amx_bf16" in flags
    return False


@contextlib.contextmanager
def lowered(model, name):
    """The model computes in `name` inside the block; weights, input layers, head and units stay float32."""
    if name == "float32":
        yield
        return
    policies = {}
    for layer in model._flatten_layers(include_self=False):
        if isinstance(layer, _HEAVY) and layer.name not in _HEAD:
            policies[layer] = layer.dtype_policy
            layer.dtype_policy = keras.DTypePolicy(f"mixed_{name}")
    try:
        yield
    finally:
        for layer, policy in policies.items():
            layer.dtype_policy = policy


_HEAD = ("logits", "output", "units")
_HEAVY = (
    keras.layers.Conv1D,
    keras.layers.Conv2D,
    keras.layers.DepthwiseConv2D,
    keras.layers.Conv2DTranspose,
    keras.layers.Dense,
    keras.layers.BatchNormalization,
    keras.layers.Activation,
    keras.layers.LeakyReLU,
    keras.layers.MaxPooling2D,
    keras.layers.Add,
)
