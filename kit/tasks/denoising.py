"""Denoising: a clean image for a noisy one."""

import dataclasses
import functools
import numbers

from kit import codecs, decisions, match
from kit.errors import KitError, unknown
from kit.plain import scalar
from kit.tasks import TASKS, common

_OPTIONS = ("eps",)
_RESIDUAL = 0.2  # of white: an estimate of 1 standard unit stands for this much noise


NOISES = {  # kind: (lowest, highest) level
    "gaussian": (0, 1e9),
    "poisson": (1e-3, 1e9),
    "jpeg": (1, 95),  # above, Pillow switches parts of the compression off
}


def check_noise(kind, level):
    """Raises a KitError for an unknown kind of noise, or a level that is neither in its range nor None.

    Args:
        kind: a name in `NOISES`.
        level: a number, (low, high), or None.
    """
    if kind not in NOISES:
        raise unknown("noise", kind, NOISES)
    if level is None:
        return
    ends = tuple(level) if isinstance(level, list | tuple) else (level, level)
    are_numbers = all(isinstance(end, numbers.Real) and not isinstance(end, bool) for end in ends)
    lowest, highest = NOISES[kind]
    if not (are_numbers and len(ends) == 2 and lowest <= ends[0] <= ends[1] <= highest):
        raise KitError(
            f"The level of {kind} noise is a number from {lowest:g} to {highest:g}, or (low, high). "
            f"Received: {level}."
        )


@TASKS.register("denoising")
@dataclasses.dataclass(frozen=True)
class Denoising:
    """The image without its noise. The network estimates the noise, which is taken away.

    So the untrained network gives back what it was given, and outputs are clipped to the range
    of images only when a decision is made.

    Args:
        noise: what is added to clean images in training, in units of 0 to `white`: a standard
            deviation; (low, high) for any between them. None where the noisy images are there.
        noise_model: kind of that noise: "gaussian", "poisson" (noise is the peak) or "jpeg" (the quality).
        loss: a name that `kit list matches` shows for images.
        eps: charbonnier: the error below which it is quadratic.
        white: the value of white.
        turned: whether patches were turned to all sides in training.

    Raises:
        KitError: if a number is out of range.
        MatchError: if the loss does not fit.

    Example:
        >>> kit.Denoising(noise=25).match.activation
        'linear'
    """

    noise: float | tuple | None = None
    noise_model: str = "gaussian"
    loss: str = "mse"
    eps: float | None = None
    white: float = 255.0
    turned: bool = False

    is_classification = False
    is_dense = True
    form = "image"

    def __post_init__(self):
        noise = tuple(self.noise) if isinstance(self.noise, list | tuple) else self.noise
        check_noise(self.noise_model, noise)
        noise = tuple(map(scalar, noise)) if isinstance(noise, tuple) else scalar(noise)
        if noise in (0, (0, 0)):
            raise KitError(f"noise is above 0: without it there is nothing to learn. Received: {self.noise}.")
        object.__setattr__(self, "noise", noise)

    @property
    def names(self):
        return ("image",)

    @property
    def is_blind(self):
        """Whether the noise of an image is not known: it differs from one to the next, or is real."""
        return not isinstance(self.noise, int | float)

    @functools.cached_property
    def match(self):
        """The row of the match table: everything that belongs together for this task."""
        return match.resolve(self.form, self.loss, {name: getattr(self, name) for name in _OPTIONS})

    def fitted(self, labels):
        """This task: it needs nothing of the training images."""
        return self

    def encode(self, labels):
        """N clean images (height, width, channels) -> the same, as one array where sizes agree."""
        return codecs.get(self.match.code).encode(labels, self.names)

    def decode(self, targets):
        """Targets -> list of clean images; the inverse of `encode`."""
        return list(targets)

    def suited(self, input):
        """This task for the range of these `Images`."""
        return dataclasses.replace(self, white=input.scale)

    def head(self, features, image):
        """The image less the noise that the features speak of; at first nothing is taken away.

        Args:
            features: (batch, height, width, F) tensor.
            image: (batch, height, width, channels) noisy images in 0 to `white`.
        """
        import keras

        estimate = common.convolution(features, image.shape[-1], size=3, start="zeros")
        noise = keras.layers.Rescaling(_RESIDUAL * self.white, dtype="float32", name="units")(estimate)
        return keras.layers.Subtract(dtype="float32", name="output")([image, noise])

    def decided(self, outputs):
        """Outputs (N, height, width, channels) -> the images, clipped to 0 to `white`."""
        decided = decisions.get(self.match.decide)(outputs, self.names)
        return dataclasses.replace(decided, images=decided.images.clip(0, self.white))

    def decide(self, outputs):
        """Outputs (N, height, width, channels) -> one `Decision` an image."""
        return decisions.to_list(self.decided(outputs), self.names)

    def make_loss(self):
        """A fresh Keras loss, as the row says."""
        given = {name: getattr(self, name) for name in _OPTIONS}
        return match.make_loss(
            self.match, {name: value for name, value in given.items() if value is not None}
        )

    def make_metrics(self):
        """Fresh Keras metrics, as the row says."""
        return match.make_metrics(self.match, {"scale": self.white})

    def describe(self):
        """One line for the log."""
        if self.noise is None:
            return f"denoising, loss {self.loss}"
        level = " to ".join(f"{end:g}" for end in common.as_pair(self.noise))
        return f"denoising of {self.noise_model} noise {level}, loss {self.loss}"

    def to_json(self):
        """Plain data from which `from_json` makes an equal task."""
        return common.to_json("denoising", self)

    @classmethod
    def from_json(cls, stored):
        """The task that `to_json` described."""
        return common.from_json(cls, stored)
