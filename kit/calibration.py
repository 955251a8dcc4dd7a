"""Calibration: what stands between the outputs of one trained network and the decisions. NumPy only.

It is fitted by `kit.calibrate` on samples that the network did not learn, lies in the task, and so
in the artifact's task.json; whatever runs the network decides with it.
"""

import dataclasses
import math

import numpy as np

from kit import decisions
from kit.errors import KitError

_LEAST, _MOST = 1e-30, 1 - 2**-25  # a float32 of 1.0 stands for all that rounds to it
TEMPERED = ("softmax", "sigmoid")  # output activations whose logits can be had back


@dataclasses.dataclass(frozen=True)
class Calibration:
    """What was fitted to one network's outputs.

    Args:
        samples: number of samples that it was fitted on.
        temperature: what logits are divided by, above 0; above 1 makes probabilities more modest.
        coverage: share of new samples, 0 to 1, that intervals or label sets are made to hold; None
            where there are none.
        rule: how these are made, a name in `kit.conformal.names()`; None where there are none.
        margins: how far they reach, one number a target; of label sets one number.
        told: what was found, one sentence each.

    Raises:
        KitError: if a number is out of range.

    Example:
        >>> Calibration(samples=100, temperature=1.5).temperature
        1.5
    """

    samples: int
    temperature: float = 1.0
    coverage: float | None = None
    rule: str | None = None
    margins: tuple = ()
    told: tuple = ()

    def __post_init__(self):
        object.__setattr__(self, "margins", tuple(map(float, self.margins)))
        object.__setattr__(self, "told", tuple(map(str, self.told)))
        if not 0 < self.temperature < math.inf or not all(map(math.isfinite, self.margins)):
            raise KitError(
                f"A calibration has a temperature above 0 and margins that are finite. Received: {self}."
            )

    def saying(self, sentence, **changes):
        """This calibration with some fields changed, and one sentence more."""
        return dataclasses.replace(self, told=(*self.told, sentence), **changes)

    def __str__(self):
        return "\n".join(self.told)


def tempered(outputs, activation, calibration):
    """Outputs whose logits are divided by the temperature; as they are where there is none.

    The largest of a row stays the largest, and a probability of 0.5 stays there.

    Args:
        outputs: (N, units) probabilities.
        activation: of the output, "softmax" or "sigmoid".
        calibration: a `Calibration` or None.

    Returns:
        (N, units) float64 probabilities, or `outputs`.

    Example:
        >>> half = Calibration(samples=1, temperature=2.0)
        >>> tempered(np.array([[0.9, 0.1]]), "softmax", half).round(2).tolist()
        [[0.75, 0.25]]
    """
    outputs = np.asarray(outputs)
    if calibration is None or calibration.temperature == 1 or activation not in TEMPERED:
        return outputs
    return probabilities(logits(outputs, activation) / calibration.temperature, activation)


def raw(threshold, calibration):
    """The probability before the temperature that becomes `threshold` after it.

    Example:
        >>> round(raw(0.75, Calibration(samples=1, temperature=2.0)), 2)
        0.9
    """
    if calibration is None or calibration.temperature == 1 or not 0 < threshold < 1:
        return threshold
    return float(probabilities(logits(threshold, "sigmoid") * calibration.temperature, "sigmoid"))


def logits(outputs, activation):
    """Probabilities -> float64 logits, up to a constant a row for "softmax"."""
    outputs = np.asarray(outputs, "float64").clip(_LEAST, None)
    if activation == "softmax":
        return np.log(outputs)
    outputs = outputs.clip(None, _MOST)
    return np.log(outputs) - np.log1p(-outputs)


def probabilities(logits, activation):
    """The activation itself, in NumPy: logits -> probabilities, float64."""
    if activation == "softmax":
        shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return shares / shares.sum(axis=-1, keepdims=True)
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(logits)))


def calibrates(task):
    """Whether `kit.calibrate` has something to fit for this task.

    Example:
        >>> calibrates(kit.Segmentation(2)), calibrates(kit.Segmentation(5))
        (True, False)
    """
    if not hasattr(task, "calibration"):
        return False
    return not task.is_dense or decisions.takes_threshold(task.match.decide)


def removed(task):
    """The task as it is for any network: without what was fitted to the outputs of one.

    Example:
        >>> task = kit.Classification(2, calibration=Calibration(samples=9))
        >>> removed(task) == kit.Classification(2)
        True
    """
    if getattr(task, "calibration", None) is None:
        return task
    chosen = {"threshold": 0.5} if getattr(task, "aim", None) else {}
    return dataclasses.replace(task, calibration=None, **chosen)


def from_json(stored):
    """The `Calibration` that a stored task describes, or None."""
    return None if stored is None else Calibration(**stored)
