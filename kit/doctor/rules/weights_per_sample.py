"""Far more weights than samples."""

import math

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_MANY = 10_000


@rule("weights_per_sample", severity="note", needs=["model", "count"])
def weights_per_sample(patient):
    """More than ten thousand weights are learnt for each sample: the network can know each one by heart.

    Large networks may generalise all the same, with augmentation or from a trained start; without either,
    few samples seldom suffice. Source: Zhang et al. 2017, Understanding deep learning requires rethinking
    generalization (arXiv:1611.03530): networks with enough weights fit random labels.
    """
    weights = sum(math.prod(weight.shape) for weight in patient.model.trainable_weights)
    if patient.count and weights > _MANY * patient.count:
        evidence = (
            f"{weights:,} weights learn from {patient.count:,} samples, {weights // patient.count:,} each"
        )
        cure = "Take a smaller network, or begin with a trained one (weights=, fine_tune=) and augment."
        yield "model", evidence, cure


def failing():
    """Half a million weights for eight samples."""
    yield Case("8 samples", toys.model(shape=(4,), hidden=100_000), (toys.numbers(8), toys.numbers(8, 1)))


def passing():
    """A few weights for eight samples."""
    yield Case("small network", toys.model(), (toys.numbers(8), toys.numbers(8, 1)))
