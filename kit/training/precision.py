"""The number format of a run: bfloat16 where the processor computes with it and it pays.

The choice follows from the network and the processor alone, never from a clock: two runs with one seed give
the same numbers.
"""

import contextlib

import keras
import numpy as np

from kit.errors import unknown

NAMES = ("auto", "float32", "bfloat16")
PAYS = 0.25e9  # multiplications and additions of a step, forward, from which bfloat16 is taken


def chosen(name, model, batch_size):
    """The format to train in and a word on why.

    "auto" is bfloat16 where the processor has instructions for it and the convolutions and dense layers have
    much to compute; networks with depthwise convolutions are slower in it (0.6 times, measured).
    """
    if name not in NAMES:
        raise unknown("precision", name, NAMES)
    if name != "auto":
        return name, ""
    if not computes_bfloat16() or work(model, batch_size) < PAYS:
        return "float32", ""
    return "bfloat16", "the processor computes with bfloat16"


def work(model, batch_size):
    """Multiplications and additions of a forward step; infinite where images have any size.

    0 where there are depthwise convolutions, which no instruction makes faster.

    Example:
        >>> work(kit.build_classifier(kit.Classification(3), (4,), width=8, depth=1), 10)
        1120
    """
    total = 0
    for layer in model._flatten_layers(include_self=False):
        if isinstance(layer, keras.layers.DepthwiseConv2D | keras.layers.SeparableConv2D):
            return 0
        if isinstance(layer, _COMPUTING):
            places = layer.output.shape[1:-1]
            total += (
                2 * np.inf if None in places else 2 * int(np.prod(layer.kernel.shape)) * int(np.prod(places))
            )
    return total * batch_size


def computes_bfloat16():
    """Whether the backend computes bfloat16 by instructions of the processor or accelerator.

    JAX does not on processors: a step of a U-Net takes 1.06 times that of float32 (measured).
    """
    if has_accelerator():
        return True
    if keras.backend.backend() == "jax":
        return False
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as file:
        flags = next((line for line in file if line.startswith("flags")), "")
        return "avx512_bf16" in flags or "amx_bf16" in flags
    return False


@contextlib.contextmanager
def lowered(model, name):
    """The model computes in `name` inside the block; weights, input layers, head and units stay float32.

    A processor's instructions are for products; what passes maps on is slower in bfloat16 there: batch
    normalisation 5 times (measured), and the maps would be converted for it.
    """
    if name == "float32":
        yield
        return
    kinds = (*_COMPUTING, *(_PASSING if has_accelerator() else ()))
    policies = {}
    for layer in model._flatten_layers(include_self=False):
        if isinstance(layer, kinds) and layer.name not in _HEAD:
            policies[layer] = layer.dtype_policy
            layer.dtype_policy = keras.DTypePolicy(f"mixed_{name}")
    try:
        yield
    finally:
        for layer, policy in policies.items():
            layer.dtype_policy = policy


def has_accelerator():
    """Whether the backend computes on something else than processors."""
    return any(not device.startswith("cpu") for device in keras.distribution.list_devices())


_COMPUTING = (keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv2DTranspose, keras.layers.Dense)
_HEAD = ("logits", "output", "units")
_PASSING = (
    keras.layers.DepthwiseConv2D,
    keras.layers.BatchNormalization,
    keras.layers.Activation,
    keras.layers.LeakyReLU,
    keras.layers.MaxPooling2D,
    keras.layers.Add,
)
