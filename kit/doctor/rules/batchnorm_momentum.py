"""Running statistics that an epoch is too short for."""

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_LEFT = 0.1  # share of the first, made-up statistics that an epoch should leave


@rule("batchnorm_momentum", severity="warning", needs=["layers", "count"])
def batchnorm_momentum(patient):
    """BatchNormalization predicts with statistics that still hold much of their first values.

    After an epoch of s steps the share momentum ** s of the start is left, of mean 0 and variance 1.
    Source: Ioffe and Szegedy 2015, section 3.1; measured, Keras 3.15.1: after 40 steps accuracy 0.914 in
    training, 0.477 in evaluation on the same samples.
    """
    steps = max(1, -(-patient.count // patient.batch_size))
    found = [
        layer for layer in patient.layers if type(layer).__name__ == "BatchNormalization" and layer.trainable
    ]
    left = max((layer.momentum**steps for layer in found), default=0.0)
    if left > _LEFT:
        slowest = max(found, key=lambda layer: layer.momentum)
        evidence = (
            f"momentum {slowest.momentum}, {steps} steps an epoch: {left:.0%} of the first ones are left"
        )
        momentum = max(0.1, _LEFT ** (1 / steps))
        cure = f"Write BatchNormalization(momentum={momentum:.2g}), or train that many more epochs."
        yield f"layer '{slowest.name}' and {len(found) - 1} more", evidence, cure


def _network(momentum=0.99):
    import keras

    norm = keras.layers.BatchNormalization(momentum=momentum)
    return toys.stack([keras.Input((4,)), keras.layers.Dense(8, use_bias=False), norm, keras.layers.Dense(1)])


def failing():
    """Two steps an epoch."""
    yield Case("64 samples", _network(), (toys.numbers(64), toys.numbers(64, 1)))


def passing():
    """A momentum that suits the steps; enough steps."""
    yield Case("momentum 0.3", _network(0.3), (toys.numbers(64), toys.numbers(64, 1)))
    yield Case("313 steps", _network(), (toys.numbers(10_000), toys.numbers(10_000, 1)))
