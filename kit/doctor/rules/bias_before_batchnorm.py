"""A bias that BatchNormalization takes away again."""

from kit.doctor import toys
from kit.doctor.rule import Case, rule


@rule("bias_before_batchnorm", severity="note", needs=["edges"])
def bias_before_batchnorm(patient):
    """A layer's bias is followed by BatchNormalization, which subtracts it: its weights do nothing.

    Source: Ioffe and Szegedy 2015 (arXiv:1502.03167), section 3.2.
    """
    spare = [
        early
        for late, early in patient.edges
        if type(late).__name__ == "BatchNormalization"
        and getattr(early, "use_bias", False)
        and _is_plain(early)
    ]
    if spare:
        count = sum(int(layer.bias.shape[0]) for layer in spare)
        more = f" and {len(spare) - 1} more" if len(spare) > 1 else ""
        evidence = f"{count} biases that BatchNormalization subtracts again"
        yield f"layer '{spare[0].name}'{more}", evidence, "Write use_bias=False."


def _is_plain(layer):
    name = getattr(getattr(layer, "activation", None), "__name__", "")
    return name == "linear" and getattr(layer, "bias", None) is not None


def failing():
    """After a convolution and after Dense."""
    import keras

    norm, conv, dense = keras.layers.BatchNormalization, keras.layers.Conv2D, keras.layers.Dense
    yield Case("Conv2D with bias", toys.stack([keras.Input((8, 8, 1)), conv(4, 3), norm()]))
    yield Case("Dense with bias", toys.stack([keras.Input((4,)), dense(4), norm(), dense(1)]))


def passing():
    """Without, or with an activation between."""
    import keras

    norm, dense = keras.layers.BatchNormalization, keras.layers.Dense
    yield Case("no bias", toys.stack([keras.Input((4,)), dense(4, use_bias=False), norm(), dense(1)]))
    yield Case("relu between", toys.stack([keras.Input((4,)), dense(4, activation="relu"), norm(), dense(1)]))
