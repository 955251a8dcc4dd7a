"""Courses: what the losses, epochs and weights of a run in progress say. NumPy only.

Each function yields (rule, severity, where, evidence, cure).
"""

import math

import numpy as np

WINDOW = 50  # steps that are looked at together
_NEAR = 0.01  # of ln C
_PATIENCE = 3  # epochs without a better validation loss
_WORSE = 1.05  # times the best validation loss
_MOVED = 1e-3  # how much less the first layers may move than the last
_GROWN = 10.0  # times the size of a layer's weights in one epoch
_LAG = 2.0  # times the training loss
_SIGNED = ("poisson", "cosine_similarity")  # losses that are below 0 by right


def not_finite(model, when):
    """(where, evidence, cure) of a loss that is not finite: the first layer whose weights are not.

    Args:
        model: in training.
        when: epoch and step.
    """
    from keras import ops

    from kit.doctor import graph

    broken = [
        layer.name
        for layer in graph.layers(model)
        if any(not np.isfinite(ops.convert_to_numpy(each)).all() for each in layer.weights)
    ]
    cure = "Lower the learning rate, scale the inputs, or write clipnorm=1.0; look for NaN in the data."
    if not broken:
        return (
            "loss",
            f"not finite at {when}, all weights are: it is the inputs, the targets or the loss",
            cure,
        )
    return f"layer '{broken[0]}'", f"not finite at {when} in {len(broken)} layers, first here", cure


def at_steps(losses, loss, classes, when):
    """Findings in the losses of the batches so far.

    Args:
        losses: list of floats, one a batch.
        loss: the `compiled.Loss`, or None.
        classes: that share one probability, 0 if none do.
        when: epoch and step.

    Example:
        >>> flat = [math.log(3) + 0.001] * 60
        >>> [each[0] for each in at_steps(flat, None, 3, "epoch 1")]
        ['stays_at_ln_c']
    """
    last = np.asarray(losses[-WINDOW:], "float64")
    if not len(last) or not np.isfinite(last).all():
        return
    if loss is not None and loss.is_keras and loss.name not in _SIGNED and last.min() < -1e-3:
        evidence = f"{last.min():.4g} at {when}; {loss.name} of right targets is never below 0"
        yield (
            "negative_loss",
            "error",
            "loss",
            evidence,
            "kit.doctor(model, (x, y)) says which targets are wrong.",
        )
    if len(last) < WINDOW:
        return
    if classes > 1 and abs(last.mean() / math.log(classes) - 1) < _NEAR and last.std() < 0.05 * last.mean():
        evidence = f"{last.mean():.4g} for {WINDOW} steps at {when}; ln {classes} = {math.log(classes):.4g}"
        cure = "It has learnt nothing: look at the output's activation, the labels, the learning rate."
        yield "stays_at_ln_c", "warning", "loss", evidence, cure
    yield from _oscillating(last, losses, when)


def _oscillating(last, losses, when):
    first = float(np.mean(losses[: WINDOW // 5]))
    jump = float(np.abs(np.diff(last)).mean() / max(abs(last.mean()), 1e-12))
    if len(losses) >= 2 * WINDOW and jump > 0.8 and last.mean() > 0.9 * first:
        evidence = f"a step changes it by {jump:.0%} at {when}, and it is no lower than at first"
        yield "oscillates", "warning", "loss", evidence, "Lower the learning rate ten times."


def at_epochs(epochs, model, steps):
    """Findings in the logs of the epochs so far.

    Args:
        epochs: list of dicts, name -> number.
        model: in training.
        steps: done so far.

    Example:
        >>> course = [{"loss": 1.0 / (i + 1), "val_loss": abs(i - 2) + 1.0} for i in range(7)]
        >>> found = list(at_epochs(course, None, 70))
        >>> found[0][0], found[0][3]
        ('overfitting', 'val_loss 1 at epoch 3, its best, 5 at epoch 7; loss from 0.3333 to 0.1429')
    """
    valid = [each.get("val_loss") for each in epochs]
    train = [each.get("loss") for each in epochs]
    if None in valid or None in train or not np.isfinite(valid + train).all():
        return
    best = int(np.argmin(valid))
    since = len(valid) - 1 - best
    if since >= _PATIENCE and valid[-1] > _WORSE * valid[best] and train[-1] < train[best]:
        seen = (
            f"val_loss {valid[best]:.4g} at epoch {best + 1}, its best, {valid[-1]:.4g} at epoch {len(valid)}"
        )
        evidence = f"{seen}; loss from {train[best]:.4g} to {train[-1]:.4g}"
        cure = "EarlyStopping(restore_best_weights=True); more data, augmentation, dropout or weight decay."
        yield "overfitting", "warning", f"from epoch {best + 2}", evidence, cure
    if model is not None and valid[-1] > _LAG * train[-1]:
        yield from _lagging(model, steps, train[-1], valid[-1])


def _lagging(model, steps, train, valid):
    from kit.doctor import graph

    for layer in graph.layers(model):
        left = getattr(layer, "momentum", 0.0) ** steps if type(layer).__name__ == "BatchNormalization" else 0
        if left > 0.1:
            seen = f"{left:.0%} of its first statistics are left after {steps} steps"
            evidence = f"{seen}; loss {train:.3g}, val_loss {valid:.3g}"
            cure = f"Write BatchNormalization(momentum={max(0.1, 0.1 ** (1 / steps)):.2g})."
            yield "statistics_lag", "warning", f"layer '{layer.name}'", evidence, cure
            return


def of_weights(before, after, when):
    """Findings in how far each layer moved in an epoch.

    Args:
        before, after: name of each layer -> its weights, a flat array.
        when: epoch and step.

    Example:
        >>> before = {"a": np.ones(4), "b": np.ones(4)}
        >>> [each[0] for each in of_weights(before, {"a": np.ones(4), "b": np.full(4, 50.0)}, "epoch 1")]
        ['first_layers_stand_still', 'weights_explode']
    """
    names = [name for name in after if name in before and before[name].shape == after[name].shape]
    sizes = {name: float(np.linalg.norm(before[name])) for name in names}
    moved = [float(np.linalg.norm(after[name] - before[name])) / (sizes[name] or 1.0) for name in names]
    if len(names) < 2 or not np.isfinite(moved).all():
        return
    third = len(names) // 3 or 1
    first, last = max(moved[:third]), max(moved[-third:])
    if first < _MOVED * last:
        evidence = f"they moved by {first:.2g} of their size up to {when}, the last ones by {last:.2g}"
        cure = "Gradients vanish: activation='relu', normalisation, shortcuts, or fewer layers."
        yield "first_layers_stand_still", "warning", f"layer '{names[0]}'", evidence, cure
    for name in names:
        grown = float(np.linalg.norm(after[name])) / (sizes[name] or np.inf)
        if grown > _GROWN:
            evidence = f"its weights grew {grown:.3g} times in the epoch up to {when}"
            cure = "Lower the learning rate, or write clipnorm=1.0 in the optimizer."
            yield "weights_explode", "warning", f"layer '{name}'", evidence, cure
            return


def one_class(said):
    """A finding if the outputs of all samples decide for one class.

    Args:
        said: (N, ..., C) or (N, 1), probabilities or logits.

    Example:
        >>> [each[0] for each in one_class(np.tile([[0.1, 0.9]], (20, 1)))]
        ['one_class_only']
    """
    said = said.reshape(-1, said.shape[-1])
    alike = len(said) >= 16 and said.std(axis=0).max() < 1e-3
    if alike:
        evidence = f"it says {np.round(said[0], 3).tolist()[:5]} of all of {len(said)} samples"
        cure = "Inputs may be scaled twice or units be dead; look at the learning rate and at the labels."
        yield "one_class_only", "warning", "outputs", evidence, cure
