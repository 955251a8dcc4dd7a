"""What belongs together in a loaded model: input, network and task. NumPy only."""

import numpy as np

from kit.errors import ArtifactError, KitError

_RANGES = {  # output activation -> (lowest, highest, sum over the last axis)
    "exponential": (0, np.inf, None),
    "linear": (-np.inf, np.inf, None),
    "sigmoid": (0, 1, None),
    "softmax": (0, 1, 1),
    "softplus": (0, np.inf, None),
}
_MOVING = ("range", "standard")  # scales of a head that move its activation's range
_ROUNDING = 1e-2  # networks in half precision give sums of probabilities that are off by some 0.001
_ODD = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)  # of crafted JSON


def check_input(specs, input):
    """Refuses an input whose samples have another shape than the network takes.

    Args:
        specs: (name, shape with the batch, type of numbers) of each input of the network.
        input: what describes the samples.

    Raises:
        ArtifactError: code "input".
    """
    try:
        shapes = input.shape if isinstance(input.shape, dict) else {specs[0][0]: input.shape}
    except _ODD as error:
        raise ArtifactError("input", "input.json", f"gives no shape ({error!r:.80})") from None
    taken = {name: tuple(shape[1:]) for name, shape, _ in specs}
    if shapes.keys() != taken.keys() or not all(_fits(shapes[name], taken[name]) for name in taken):
        raise ArtifactError("input", "input.json", f"gives {_shown(shapes)}", _shown(taken))


def check_width(shape, task, member="task.json"):
    """Refuses a task that cannot decide on outputs of this shape.

    Raises:
        ArtifactError: code "width".
    """
    try:
        task.decided(np.zeros((1, *(size or 1 for size in shape[1:])), "float32"))
    except (KitError, *_ODD) as error:
        found = f"does not fit the network. {str(error)[:200]}"
        raise ArtifactError("width", member, found.rstrip(".")) from None


def misfit(outputs, activation, task):
    """Why outputs are not what a task decides on, as text; None where they are.

    Args:
        outputs: float32 (N, ...), what a network says of a few samples.
        activation: of its last layer, by name; None where it is not known.
        task: what decides; its row of the match table names the activation.

    Example:
        >>> task = kit.Classification(("a", "b", "c"))
        >>> misfit(np.array([[2.0, -1.0, 0.5]]), None, task)
        "outputs that are no probabilities (-1 to 2); 'softmax' is expected"
        >>> misfit(np.array([[0.2, 0.3, 0.5]]), "softmax", task)
    """
    expected = task.match.activation
    if expected not in _RANGES or task.match.scale in _MOVING:
        return None
    if activation in _RANGES and activation != expected:
        return f"outputs with the activation '{activation}'; '{expected}' is expected"
    low, high, total = _RANGES[expected]
    inside = low - _ROUNDING <= outputs.min(initial=0) and outputs.max(initial=0) <= high + _ROUNDING
    if inside and (total is None or np.allclose(outputs.sum(axis=-1), total, atol=_ROUNDING)):
        return None
    what = "no probabilities" if high == 1 else "below 0"
    ends = f"{outputs.min(initial=0):.3g} to {outputs.max(initial=0):.3g}"
    return f"outputs that are {what} ({ends}); '{expected}' is expected"


def _fits(shape, taken):
    return len(shape) == len(taken) and all(
        size is None or want is None or size == want for size, want in zip(shape, taken, strict=True)
    )


def _shown(shapes):
    return ", ".join(f"{name[:40]} {shape}" for name, shape in shapes.items())[:200]
