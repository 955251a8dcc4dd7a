"""Temperature scaling: one number that makes probabilities as sure as they are right."""

import numpy as np

from kit.evaluation.outcome import Outcome

BOUNDS = (0.05, 20.0)  # of the temperature
_FAR = 5.0  # standard errors


def fitted(outputs, truth, activation):
    """The temperature with the highest likelihood on samples that the network did not learn.

    Before any sample is seen, its logarithm is taken to be normal with mean 0 and deviation 0.5: a network
    without a mistake on few samples does not become infinitely sure, and on these samples the likelihood
    is never lower than without a temperature.

    Args:
        outputs: (N, units) probabilities of the network.
        truth: (N, C) shares that sum to 1, or (N, L) zeros and ones for labels.
        activation: of the output, "softmax" or "sigmoid".

    Returns:
        A float within `BOUNDS`.

    Source: Guo et al. 2017, On Calibration of Modern Neural Networks (arXiv:1706.04599).

    Example:
        >>> outputs, truth = np.array([[0.99, 0.01]] * 800), np.eye(2)[[0, 0, 0, 1] * 200]
        >>> 4 < fitted(outputs, truth, "softmax") < 4.2  # as sure as 3 of 4
        True
        >>> 2 < fitted(outputs[:8], truth[:8], "softmax") < 2.1  # of few samples it says less
        True
    """
    from scipy.optimize import minimize_scalar

    logits, shares = _as_choices(outputs, truth, activation)

    def loss(log_temperature):
        scaled = logits / np.exp(log_temperature)
        highest = scaled.max(axis=1, keepdims=True)
        total = highest[:, 0] + np.log(np.exp(scaled - highest).sum(axis=1))
        return float(np.sum(total - (shares * scaled).sum(axis=1))) + 2 * log_temperature**2

    return float(np.exp(minimize_scalar(loss, bounds=np.log(BOUNDS), method="bounded").x))


def told(before: Outcome, after: Outcome, temperature):
    """What the temperature does to the samples that it was fitted on, as a sentence."""
    from kit.evaluation.scores import score

    changes = (f"{name} {score(name, before):.3f} -> {score(name, after):.3f}" for name in ("nll", "ece"))
    word = "too sure" if temperature > 1 else "too modest"
    verdict = f"the network was {word}" if abs(np.log(temperature)) > 0.05 else "it was about right"
    bound = "; its outputs say next to nothing" if temperature > 0.99 * BOUNDS[1] else ""
    return f"temperature {temperature:.2f} ({verdict}{bound}): {', '.join(changes)}"


def bias(outcome):
    """Whether a class is said to be likelier than it is, which no temperature mends; a sentence, or "".

    Args:
        outcome: of N samples, with probabilities.
    """
    chances = np.asarray(outcome.probabilities, "float64")
    said, share = chances.mean(axis=0), outcome.true.mean(axis=0)
    error = np.sqrt((chances * (1 - chances)).mean(axis=0) / len(chances))
    away = np.abs(said - share) / np.maximum(error, 1e-12)
    if not away.max() > _FAR:
        return ""
    worst = int(np.argmax(np.where(said > share, away, 0)) if (said > share).any() else np.argmax(away))
    return (
        f"probabilities of '{outcome.names[worst]}' are {said[worst]:.3f} on average, its share is "
        f"{share[worst]:.3f}: class weights do that; class_weight=None in kit.fit mends it"
    )


def _as_choices(outputs, truth, activation):
    """(logits, shares), both (M, K): a choice between K for each sample, or for each label of each."""
    from kit import calibration

    logits = calibration.logits(outputs, activation)
    if activation == "softmax":
        return logits, truth
    second = logits.ravel()  # one sigmoid unit, or one a label
    positive = truth[:, 1] if truth.shape[1] == 2 and logits.shape[1] == 1 else truth.ravel()
    return np.stack([0 * second, second], axis=1), np.stack([1 - positive, positive], axis=1)
