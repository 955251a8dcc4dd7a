"""Temperature scaling: one number that makes probabilities as sure as they are right."""

import numpy as np

from kit.evaluation.outcome import Outcome

BOUNDS = (0.05, 20.0)  # of the temperature
_FAR = 5.0  # standard errors


def fitted(outputs, truth, activation):
    """The temperature with the highest likelihood on samples that the network did not learn.

    Each truth counts as if 1 of N + 2 like it had turned out otherwise, so that a network without
    a mistake on few samples does not become infinitely sure.

    Args:
        outputs: (N, units) probabilities of the network.
        truth: (N, C) shares that sum to 1, or (N, L) zeros and ones for labels.
        activation: of the output, "softmax" or "sigmoid".

    Returns:
        A float within `BOUNDS`.

    Source: Guo et al. 2017, On Calibration of Modern Neural Networks (arXiv:1706.04599); the softened
    truth: Platt 1999, Probabilistic Outputs for Support Vector Machines.

    Example:
        >>> outputs = np.array([[0.99, 0.01]] * 8)  # right in 6 of 8
        >>> 5 < fitted(outputs, np.eye(2)[[0, 0, 0, 1] * 2], "softmax") < 6  # as sure as 7 of 10
        True
    """
    from scipy.optimize import minimize_scalar

    logits, shares = _as_choices(outputs, truth, activation)
    shares = shares * (1 - 1 / (len(truth) + 2)) + (1 - shares) / (len(truth) + 2) / (shares.shape[1] - 1)

    def loss(log_temperature):
        scaled = logits / np.exp(log_temperature)
        highest = scaled.max(axis=1, keepdims=True)
        total = highest[:, 0] + np.log(np.exp(scaled - highest).sum(axis=1))
        return float(np.mean(total - (shares * scaled).sum(axis=1)))

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
