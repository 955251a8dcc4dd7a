"""What `fit` decides where the user does not: epochs, batch size, patience, momentum."""

import math
import statistics

from kit.errors import KitError

PATCH = 160 * 160  # pixels: a step of a small U-Net then takes a fraction of a second on two cores
NOISY_PATCH = 64 * 64  # noise is local: many small patches of many images teach more than few large ones
MOST_EPOCHS = 300  # where the time limit decides
NO_EPOCH_LEFT_OUT = 1000  # epochs of patience: the best weights are kept, and no epoch is left out
FEWEST = 5  # samples of a class whose weight does not make the training follow them alone
STEPS = 1500  # about how many steps a run takes where the user names neither epochs nor minutes


def batch_size(samples):
    """Samples a step: small sets need many steps, large ones fast ones.

    Example:
        >>> batch_size(300), batch_size(7000), batch_size(60000)
        (32, 64, 128)
    """
    return 32 if samples < 4000 else 64 if samples < 20000 else 128


def patch(shapes, area=PATCH):
    """(height, width) of the patches that images of these shapes are cut into.

    As large as the median image, but about `area` pixels, and a multiple of 32 (of 8 for
    small images), so that networks can halve them.

    Example:
        >>> patch([(512, 512)]), patch([(180, 240)]), patch([(64, 64)])
        ((160, 160), (128, 192), (64, 64))
    """
    height, width = (statistics.median(sides) for sides in zip(*shapes, strict=True))
    factor = min(1.0, math.sqrt(area / (height * width)))
    return tuple(_multiple(side * factor, side) for side in (height, width))


def square(patch):
    """(height, width) of what may be one number, a pair, or None for no choice.

    Example:
        >>> square(32), square([16, 24]), square(None)
        ((32, 32), (16, 24), None)
    """
    sides = (patch, patch) if isinstance(patch, int) else tuple(patch or ())
    if patch is not None and (len(sides) != 2 or min(sides) < 1):
        raise KitError(f"patch is one number of pixels, or (height, width). Received: {patch}.")
    return sides or None


def _multiple(wanted, most):
    step = 32 if most >= 96 else 8
    return max(step, min(round(wanted / step), int(most // step)) * step)


def epochs(steps_per_epoch):
    """Epochs for about `STEPS` steps, at least 8 and at most 100.

    Example:
        >>> epochs(10), epochs(110), epochs(1000)
        (100, 14, 8)
    """
    return min(100, max(8, math.ceil(STEPS / steps_per_epoch)))


def patience(epochs):
    """Epochs without a better validation loss after which training stops: a quarter, at least 5.

    Example:
        >>> patience(8), patience(100)
        (5, 25)
    """
    return max(5, epochs // 4)


def batchnorm_momentum(steps, steps_an_epoch):
    """Momentum of the BatchNorm statistics for a run of `steps` steps, 0.5 to 0.99.

    The statistics average over the last twentieth of the run, but over no more than a quarter
    of an epoch, or the first validations would see statistics of weights long gone. Keras'
    0.99 averages over 100 steps: after 40 steps it still holds mostly its start.

    Example:
        >>> [round(batchnorm_momentum(10 * steps, steps), 2) for steps in (4, 40, 400)]
        [0.61, 0.9, 0.99]
    """
    return math.exp(-1 / min(max(min(steps / 20, steps_an_epoch / 4), 2), 100))


def average_momentum(steps):
    """Momentum of the moving average of the weights: over a tenth of the run, at most 1000 steps.

    A fixed 0.999 would still hold a third of the start after 1000 steps: weights that say nothing.

    Example:
        >>> [round(average_momentum(steps), 3) for steps in (20, 500, 100000)]
        [0.607, 0.98, 0.999]
    """
    return math.exp(-1 / min(max(steps / 10, 2), 1000))


def class_weights(counts, choice):
    """Weight of each class in the loss, or None.

    Args:
        counts: samples of each class.
        choice: "balanced" so that all classes weigh the same together, "auto" for that
            where the largest class has more than twice the samples of the smallest and that at
            least 5, a sequence of numbers to use as they are, or None.

    Example:
        >>> class_weights([30, 10], "balanced")
        [0.6666666666666666, 2.0]
        >>> class_weights([30, 20], "auto") is class_weights([30, 1], "auto") is None
        True
    """
    if choice == "auto":
        choice = "balanced" if max(counts) > 2 * min(counts) and min(counts) >= FEWEST else None
    if choice == "balanced":
        return [sum(counts) / (len(counts) * max(count, 1)) for count in counts]
    return None if choice is None else list(choice)
