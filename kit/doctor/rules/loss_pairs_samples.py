"""A loss of the user's own that compares every sample with every other."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_FEW = 24


@rule("loss_pairs_samples", severity="error", needs=["outputs", "y"])
def loss_pairs_samples(patient):
    """The loss of a batch is not the mean of its samples' losses where (N,) meets (N, 1): N x N pairs.

    Looked at where shapes of targets and outputs differ. Source: NumPy's broadcasting; measured, Keras
    3.15.1: 1.94 in place of 0 for perfect outputs.
    """
    for output in patient.taught:
        if output.loss.is_keras or output.loss.rows:
            continue
        said = patient.said(output)
        if said is None or output.y.ndim == said.ndim:
            continue
        whole, alone = _measured(patient.model, output, said)
        if np.isfinite(whole) and abs(whole - alone) > 1e-3 * max(abs(alone), 1e-3):
            evidence = f"{whole:.4g} for a batch of {_FEW}, {alone:.4g} on average for each alone"
            cure = "Begin it with y_true = ops.reshape(y_true, ops.shape(y_pred))."
            yield f"loss '{output.loss.name}'", evidence, cure


def _measured(model, output, said):
    """(loss of a few samples at once, mean of their losses one by one), as Keras would compute them.

    Both are put in order, so that pairs of unlike samples cost more.
    """
    compute = type(model._compile_loss)
    y, said = (np.sort(each[:_FEW].astype("float32"), axis=0) for each in (output.y, said))

    def loss(rows):
        return float(compute(output.loss.given)(y[rows], said[rows]))

    return loss(slice(None)), float(np.mean([loss(slice(i, i + 1)) for i in range(len(y))]))


def _own(align):
    import keras
    from keras import ops

    class Own(keras.losses.Loss):
        def call(self, y_true, y_pred):
            y_true = ops.reshape(y_true, ops.shape(y_pred)) if align else y_true
            return ops.mean(ops.square(ops.cast(y_true, y_pred.dtype) - y_pred), axis=-1)

    return Own()


def failing():
    """(N,) against (N, 1)."""
    x = toys.numbers()
    yield Case("(N,) and (N, 1)", toys.model(1, None, _own(align=False)), (x, x[:, 0]))


def passing():
    """The same with shapes aligned."""
    x = toys.numbers()
    yield Case("aligned", toys.model(1, None, _own(align=True)), (x, x[:, 0]))
    yield Case("equal shapes", toys.model(1, None, _own(align=False)), (x, x[:, :1]))
