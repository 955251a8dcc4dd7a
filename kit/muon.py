"""Muon for dense layers and convolutions: kernels take steps of which all directions are equally long.

Keras' own `Muon` leaves every kernel of a convolution to AdamW.
"""

import keras
import numpy as np
from keras import ops

from kit.errors import KitError
from kit.flat_adam import FlatAdamW

RMS = 0.2  # root mean square of a kernel's step at a learning rate of 1, about that of Adam
_CURVE = (3.4445, -4.7750, 2.0315)  # x -> 3.4445 x - 4.775 x^3 + 2.0315 x^5 brings singular values near 1
_ROUNDS = (3, 2)  # times, with the singular values taken anew in between: rounding would grow beyond that


@keras.saving.register_keras_serializable(package="kit")
class Muon(FlatAdamW):
    """Orthogonal steps for kernels, AdamW's for everything else.

    The momentum of a kernel, seen as a matrix of inputs (height x width x channels of a convolution) by
    outputs, is brought near the nearest orthogonal matrix by five steps of Newton and Schulz. They run on
    the product of the matrix with itself, whose side is the smaller one: a fifth of the work of the usual
    five steps on the matrix. Kernels of rank 2 and 4 are moved so, but embeddings and kernels with a single
    input or output are not.

    Source: Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks"; scale of the step
    from Liu et al. 2025 (arXiv:2502.16982).

    Args:
        learning_rate: largest step size, above 0, in units of AdamW's.
        beta_1: decay of the momentum.
        **options: as `keras.optimizers.AdamW`.

    Raises:
        KitError: if weights are of another type than float32.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(4, 3)])
        >>> optimizer = Muon(0.01)
        >>> optimizer.build(model.trainable_variables)
        >>> [optimizer.turns(each) for each in model.trainable_variables]
        [True, False]
    """

    most = np.inf

    def __init__(self, learning_rate=0.005, *, beta_1=0.95, **options):
        super().__init__(learning_rate, beta_1=beta_1, **options)

    def build(self, variables):
        """As of `FlatAdamW`, whatever the number of weights."""
        super().build(variables)
        if not self.is_flat:
            raise KitError("Muon moves weights of float32. Choose another optimizer, or float32 weights.")

    def turns(self, variable):
        """Whether this variable is moved by orthogonal steps."""
        if len(variable.shape) not in (2, 4) or "embedding" in variable.path:
            return False
        return min(_sides(variable)) > 1

    def _step(self, slope, momentum, velocity, rate):
        """AdamW's steps, and in place of them orthogonal ones for the kernels; flat."""
        steps = self._parts(super()._step(slope, momentum, velocity, rate))
        ahead = self._parts(slope * (1 - self.beta_1) + momentum * self.beta_1)
        places = [place for place, each in enumerate(self._trainable_variables) if self.turns(each)]
        sides = [_sides(self._trainable_variables[place]) for place in places]
        turned = orthogonal([ops.reshape(ahead[i], side) for i, side in zip(places, sides, strict=True)])
        for place, matrix, side in zip(places, turned, sides, strict=True):
            steps[place] = ops.reshape(matrix, (-1,)) * (rate * RMS * max(side) ** 0.5)
        return ops.concatenate(steps)


def _sides(variable):
    """(inputs, outputs) of a kernel."""
    return int(np.prod(variable.shape[:-1])), variable.shape[-1]


def orthogonal(matrices):
    """Matrices with the singular vectors of these, and singular values of about 0.7 to 1.2.

    Args:
        matrices: tensors (rows, columns) of any sizes; those of one smaller side are worked on at once.

    Returns:
        A list of tensors of the same shapes; zeros stay zeros.

    Example:
        >>> (turned,) = orthogonal([np.array([[3.0, 0.0], [0.0, 1.0], [0.0, 0.0]], "float32")])
        >>> found = np.linalg.svd(ops.convert_to_numpy(turned), compute_uv=False)
        >>> bool((found > 0.6).all() and (found < 1.3).all())
        True
    """
    tall = [each if each.shape[0] >= each.shape[1] else ops.transpose(each) for each in matrices]
    tall = [each / (ops.sqrt(ops.sum(ops.square(each))) + 1e-7) for each in tall]
    for steps in _ROUNDS:
        squares = [ops.matmul(ops.transpose(each), each) for each in tall]
        tall = [ops.matmul(each, q) for each, q in zip(tall, _factors(squares, steps), strict=True)]
    pairs = zip(matrices, tall, strict=True)
    return [each if old.shape[0] >= old.shape[1] else ops.transpose(each) for old, each in pairs]


def _factors(squares, steps):
    """What X is multiplied by, for each X^T X: matrices of the same side are stacked."""
    sides = [each.shape[0] for each in squares]
    found = [None] * len(squares)
    a, b, c = _CURVE
    for side in sorted(set(sides)):
        places = [place for place, each in enumerate(sides) if each == side]
        square = ops.stack([squares[place] for place in places])
        unit = np.eye(side, dtype="float32")
        factor = None
        for step in range(steps):
            now = a * unit + ops.matmul(b * unit + c * square, square)
            factor = now if factor is None else ops.matmul(now, factor)
            if step + 1 < steps:
                square = ops.matmul(ops.matmul(now, square), now)
        for number, place in enumerate(places):
            found[place] = factor[number]
    return found
