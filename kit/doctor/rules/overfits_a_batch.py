"""A model that cannot even learn one batch."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_FEWEST = 30  # steps from which something must have been learnt
_LEFT = 0.95  # of the first loss


@rule("overfits_a_batch", severity="warning", needs=["trial"])
def overfits_a_batch(patient):
    """Sixty steps on one and the same batch hardly lower its loss: outputs, loss or targets are at odds.

    Looked at where the loss can be nearly 0: before training, for whole targets or numbers.
    Source: Karpathy 2019, A Recipe for Training Neural Networks ("overfit one batch").
    """
    losses = patient.trial.losses
    if len(losses) < _FEWEST or not np.isfinite(losses).all() or losses[0] <= 0:
        return
    end = float(np.median(losses[-5:]))
    if end > _LEFT * losses[0] and not _is_known(patient):
        evidence = f"{len(losses)} steps on one batch lead from {losses[0]:.4g} to {end:.4g}"
        yield "loss", evidence, "Compare outputs, loss and targets; try a larger learning rate or network."


def _is_known(patient):
    """Whether the targets are learnt already, or are shares, whose entropy no model can go below."""
    y = [np.asarray(each.y) for each in patient.taught]
    shares = any(each.dtype.kind == "f" and ((each > 0) & (each < 1)).mean() > 0.5 for each in y)
    return shares or patient.trial.losses[0] < 1e-3


def failing():
    """A softmax over one unit; a frozen network."""
    import keras

    yield Case("softmax of one", toys.model(1, "softmax", "mse"), (toys.numbers(), toys.classes(2)))
    frozen = [keras.Input((4,)), keras.layers.Dense(8, activation="relu", trainable=False)]
    frozen.append(
        keras.layers.Dense(1, activation="relu", bias_initializer=keras.initializers.Constant(-99.0))
    )
    yield Case("dead output", toys.stack(frozen), (toys.numbers(), toys.numbers(64, 1)))


def passing():
    """A network as usual."""
    yield Case("usual", toys.model(), (toys.numbers(), toys.numbers(64, 1)))
