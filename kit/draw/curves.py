"""Training beside validation, with the epoch from which a network learns its samples by heart."""

import numpy as np

from kit.draw.figures import BLUE, GRAY, ORANGE, figure, style
from kit.draw.text import number, readable

_PATIENCE = 3  # epochs without a better validation loss
_WORSE = 1.05  # times the best validation loss


def overfitting(history, name="loss", title=None):
    """The training and the validation loss over the epochs; what comes after the best epoch is shaded.

    It is called overfitting where the validation loss has not been better for 3 epochs and ends more
    than 5 % above its best, while the training loss still falls.

    Args:
        history: name -> one number an epoch, as in `keras.callbacks.History.history`.
        name: of the training loss, in any unit; the validation loss is `val_` and this name.
        title: of the figure; None for a sentence on what is seen.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        KeyError: if the history lacks one of the two losses.

    Example:
        >>> losses = {"loss": [1.0, 0.5, 0.3, 0.2, 0.1], "val_loss": [1.1, 0.8, 0.9, 1.0, 1.1]}
        >>> overfitting(losses).get_suptitle()
        'overfitting from epoch 3: validation loss 0.800 at its best, 1.10 at the end'
    """
    train, valid = (np.asarray(history[key], "float64") for key in (name, f"val_{name}"))
    epochs, best = np.arange(1, len(valid) + 1), int(np.nanargmin(valid))
    begins = _begins(train, valid, best)
    with style():
        picture, axes = figure(title or _says(valid, best, begins, readable(name)))
        axes.plot(epochs, train, color=BLUE, label="training")
        axes.plot(epochs, valid, "--", color=ORANGE, label="validation")
        axes.plot(epochs[best], valid[best], "o", color=ORANGE, label="best epoch")
        if begins:
            axes.axvspan(epochs[best], epochs[-1], color=GRAY, alpha=0.12, linewidth=0, label="overfitting")
        axes.set(xlabel="epoch", ylabel=readable(name))
        axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
        axes.legend()
    return picture


def _begins(train, valid, best):
    """The epoch, from 1, from which it overfits; None if it does not."""
    waited = len(valid) - 1 - best >= _PATIENCE
    worse = valid[-1] > _WORSE * valid[best] and train[-1] < train[best]
    return best + 2 if waited and worse else None


def _says(valid, best, begins, name):
    if begins is None:
        return f"no overfitting: lowest validation {name} {number(valid[best], 3)} in epoch {best + 1}"
    sides = f"{number(valid[best], 3)} at its best, {number(valid[-1], 3)} at the end"
    return f"overfitting from epoch {begins}: validation {name} {sides}"
