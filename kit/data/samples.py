"""Samples and Data: what `load_data` gives."""

import dataclasses
import hashlib
import textwrap

import numpy as np

from kit.data import boxed
from kit.data.raw import PARTS, rows_of
from kit.errors import KitError
from kit.maps import joined


@dataclasses.dataclass
class Samples:
    """Raw inputs and labels of one part of the data, with what encodes them.

    Args:
        inputs: DataFrame, array, or list of paths; N samples.
        labels: (N,) class names or numbers, (N, T) numbers, a list of N lists of labels, or an object
            array (N,) of pairs (boxes_xyxy (M, 4) in pixels of the image as it was found, M names).
        names: what each sample is called in messages, such as "row 17".
        input: the input that encodes `inputs`.
        task: the task that encodes `labels`.
        encoded: the inputs as arrays, where they were decoded already.
        sizes: (height, width) in pixels of each image as it was found, where labels are boxes.
        ignored: object array (N,) of objects that are no labels and that a report counts neither way:
            (boxes_xyxy, names, kinds) as `kit.data.ignored` has them; None if there are none.
        is_clean: whether the inputs are the clean images themselves, on which noise is laid.

    Example:
        >>> samples = kit.load_data("digits").train
        >>> x, y = samples.arrays()
        >>> x.shape[1:], len(y) == len(samples)
        ((8, 8, 1), True)
    """

    inputs: object
    labels: object
    names: list
    input: object
    task: object
    encoded: object = dataclasses.field(default=None, repr=False)
    sizes: list | None = dataclasses.field(default=None, repr=False)
    ignored: object = dataclasses.field(default=None, repr=False)
    is_clean: bool = dataclasses.field(default=False, repr=False)
    _arrays: object = dataclasses.field(default=None, init=False, repr=False)

    def __len__(self):
        return len(self.inputs)

    def __repr__(self):
        return f"Samples({len(self)} of {self.input.describe()})"

    def arrays(self):
        """(x, y) as Keras' own `fit` takes them; encoded once and kept.

        Returns:
            x: array (N, ...), or dict of arrays by name of the model's input.
            y: array (N, ...) of targets.

        Raises:
            DataError: names every sample that cannot be encoded.
        """
        if self.encoded is None and not self.is_clean:
            self.encoded = self.input.encode(self.inputs)
        if self._arrays is None:
            y = self.task.encode(self.seen_labels())
            if self.is_clean:
                x = _with_noise(y, self.task)
            else:
                x = joined(self.encoded) if self.task.is_dense else self.encoded
            self._arrays = (x, y)
        return self._arrays

    def seen_labels(self):
        """The labels of what the model sees: boxes are moved as their images are resized."""
        if self.sizes is None:
            return self.labels
        return boxed.seen(self.labels, self.sizes, self.input)

    def under(self, input, task):
        """These samples as a model of this input and task takes them."""
        if (self.input, self.task) == (input, task):
            return self
        encoded = self.encoded if self.input == input else None
        return dataclasses.replace(self, input=input, task=task, encoded=encoded)

    def subset(self, indices):
        """The samples at these indices, in their order."""
        encoded = self.encoded
        if isinstance(encoded, dict):
            encoded = {key: array[indices] for key, array in encoded.items()}
        elif encoded is not None:
            encoded = encoded[indices]
        raw = (rows_of(values, indices) for values in (self.inputs, self.labels, self.names))
        more = (self.sizes, self.ignored)
        more = (None if values is None else rows_of(values, indices) for values in more)
        return Samples(*raw, self.input, self.task, encoded, *more, self.is_clean)


@dataclasses.dataclass
class Data:
    """A data set in parts, the input and task that describe it, and what was found on the way.

    Args:
        name: short name of the source.
        input: what comes in, with the statistics of the training part.
        task: what goes out, with the statistics of the training part.
        train: samples to fit the weights to.
        validation: samples to choose by; None if there are none.
        test: samples to judge by; None if there are none.
        notes: what the source was taken for and why, one sentence each.
        issues: `Fault`s that were skipped or are worth a look.
        fingerprint: SHA-256 of the inputs and labels, hexadecimal.
        target: names of the columns that hold the labels; () where there are no columns.
    """

    name: str
    input: object
    task: object
    train: Samples
    validation: Samples | None = None
    test: Samples | None = None
    notes: list = dataclasses.field(default_factory=list)
    issues: list = dataclasses.field(default_factory=list)
    fingerprint: str = ""
    target: tuple = ()

    def parts(self):
        """The parts that there are, by name."""
        return {name: getattr(self, name) for name in PARTS if getattr(self, name) is not None}

    def __repr__(self):
        sizes = ", ".join(f"{name} {len(part)}" for name, part in self.parts().items())
        lines = [
            f"{self.name}: {self.input.describe()}",
            f"  task: {self.task.describe()}",
            f"  samples: {sizes}",
            *(_wrapped(note) for note in self.notes),
        ]
        if self.issues:
            lines += [f"  {len(self.issues)} worth a look:", *(f"    {issue}" for issue in self.issues[:5])]
        return "\n".join(lines)


def _with_noise(targets, task):
    """The clean images with the noise of the task: each its own, the same every time and in every part.

    Raises:
        KitError: if the task lays no noise on them.
    """
    if task.noise is None:
        raise KitError("Clean images alone have no noise to take away. Say which is laid on them: noise=25.")
    from kit.data.noise import noisy

    return joined(
        noisy(clean, task.noise_model, task.noise, seed=_seed(clean), scale=task.white) for clean in targets
    )


def _seed(image):
    """A number of the image alone: 64 bits, so that no training draws the same noise."""
    content = np.ascontiguousarray(image).tobytes()
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "little")


def _wrapped(note):
    return textwrap.fill(note, 110, initial_indent="  - ", subsequent_indent="    ")
