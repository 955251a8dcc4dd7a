"""Images: pictures of one size, or each of its own, from files or arrays."""

import dataclasses
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from kit.errors import Fault, KitError, SchemaError
from kit.frames import Frame
from kit.inputs import INPUTS, pixels
from kit.inputs.findings import Finding, in_rows, raise_if_any

_GRAY = 128 / 255  # share of white at the sides of a picture that keeps its shape
_MANY = 8  # pictures from which threads pay
_MOST_PICTURES, _MOST_NUMBERS = 4096, 20_000_000  # looked at for statistics: at most 80 MB


@INPUTS.register("images")
@dataclasses.dataclass(frozen=True)
class Images:
    """Pictures, brought to one size and number of channels; or each of its own size.

    Files follow the rules of `kit.inputs.pixels`: rotation applied, transparency on white,
    16-bit gray scaled, bilinear resizing. Numbers of arrays are taken as they are, in 0 to
    `scale`; 16-bit arrays are scaled as 16-bit files are.

    Args:
        size: (height, width) in pixels of what the model sees; (None, None) leaves every picture
            as large as it is, for tasks that say something of each pixel.
        channels: 1 (gray), 3 (colour), or any number for arrays.
        scale: the value of white, 255 for 8 bits.
        mean: mean of each channel in the training part, in 0 to `scale`.
        std: standard deviation of each channel in the training part.
        usual: median (height, width) of the training part where every picture keeps its own size.
        letterbox: whether a picture of another shape keeps it, with gray at two sides, instead of being
            stretched.

    Raises:
        KitError: if a size, the channels or the scale is not positive.

    Example:
        >>> images = kit.Images((8, 8), channels=1)
        >>> images.encode(np.zeros((5, 8, 8), "uint8")).shape
        (5, 8, 8, 1)
    """

    size: tuple
    channels: int = 3
    scale: float = 255.0
    mean: tuple | None = None
    std: tuple | None = None
    usual: tuple | None = None
    letterbox: bool = False

    rank = 4

    def __post_init__(self):
        sizes = tuple(self.size) if isinstance(self.size, list | tuple) else (self.size,)
        whole = (self.channels,) if sizes == (None, None) else (*sizes, self.channels)
        if len(sizes) != 2 or not all(n is not None and int(n) == n > 0 for n in whole) or self.scale <= 0:
            raise KitError(
                "Images takes size=(height, width), channels and scale, all positive. "
                f"Received: {self.size}, {self.channels}, {self.scale}."
            )
        object.__setattr__(self, "size", tuple(None if n is None else int(n) for n in sizes))
        usual = None if self.usual is None else tuple(map(int, self.usual))
        object.__setattr__(self, "usual", usual)
        for name in ("mean", "std"):
            values = getattr(self, name)
            object.__setattr__(self, name, None if values is None else tuple(map(float, values)))

    @property
    def is_ragged(self):
        """Whether every picture keeps its own size."""
        return self.size == (None, None)

    @property
    def shape(self):
        """(height, width, channels) of one encoded picture."""
        return (*self.size, self.channels)

    def encode(self, raw):
        """Pictures -> (N, height, width, channels): uint8 if all are 8-bit in 0..255, else float32.

        Where each keeps its own size: an object array (N,) of such pictures.

        Args:
            raw: array (N, h, w, channels), or (N, h, w) for one channel; or a list of paths,
                bytes, Pillow images or arrays.

        Raises:
            DataError: names every picture that cannot be read or lies outside 0 to `scale`.
            SchemaError: if the number of channels differs.
        """
        encoded, findings = self.encoded(raw)
        raise_if_any(findings)
        return encoded

    def encoded(self, raw, names=None):
        """(what `encode` gives, findings): pictures at fault are zeros and listed, by `names` if given."""
        if isinstance(raw, np.ndarray) and raw.dtype != object:
            return self._of_array(raw)
        results = _mapped(self.decode, raw, names or [f"image {i}" for i in range(len(raw))])
        findings = [
            dataclasses.replace(r, rows=(i,)) for i, r in enumerate(results) if isinstance(r, Finding)
        ]
        blank = np.zeros([size or 1 for size in self.shape], "uint8")
        pictures = [blank if isinstance(result, Finding) else result for result in results]
        return (ragged(pictures) if self.is_ragged else _stacked(pictures, self.shape)), findings

    def decode(self, item, where="image"):
        """One picture -> its array (height, width, channels), or a `Finding` that says why not."""
        if isinstance(item, np.ndarray):
            encoded, findings = self._of_array(item[None])
            named = [
                dataclasses.replace(f, fault=dataclasses.replace(f.fault, where=where)) for f in findings
            ]
            return named[0] if named else encoded[0]
        try:
            array = pixels.decode(item, self.size, self.channels, 255 * _GRAY if self.letterbox else None)
        except pixels.Unreadable as error:
            return Finding(error.fault(str(item) if isinstance(item, str | os.PathLike) else where))
        return array if self.scale == 255 else array.astype("float32") * np.float32(self.scale / 255)

    def frame(self, size):
        """The `kit.frames.Frame` in which a picture of (height, width) pixels is seen."""
        return Frame.of(size, self.size, self.letterbox)

    def is_one(self, raw):
        """Whether this is one picture and not a batch of them."""
        if isinstance(raw, np.ndarray):
            has_colours = raw.shape[-1:] in ((1,), (3,), (4,)) and self.size[1] not in raw.shape[-1:]
            flat = self.channels == 1 and not has_colours
            return raw.ndim == 2 or (raw.ndim == 3 and not flat)
        return not isinstance(raw, list | tuple)

    def fitted(self, raw):
        """A copy with mean and standard deviation of each channel, from at most 4096 pictures."""
        return self.with_statistics(self.encode(raw[:: self._step(len(raw))]))

    def with_statistics(self, encoded):
        """A copy with mean and standard deviation of each channel of encoded pictures.

        Args:
            encoded: (N, height, width, channels), as `encode` gives them.
        """
        sample = self._pixels(encoded).astype("float32")
        mean, std = sample.mean(axis=0, dtype="float64"), sample.std(axis=0, dtype="float64")
        std = np.where(std < 1e-3 * self.scale, self.scale / 4, std)  # blank: nothing to stretch
        usual = _usual(encoded) if self.is_ragged else None
        return dataclasses.replace(self, mean=tuple(mean.tolist()), std=tuple(std.tolist()), usual=usual)

    @property
    def is_fitted(self):
        """Whether the statistics of a training part are known."""
        return self.mean is not None

    def layers(self):
        """(Keras input "image", its standardised values as tensor (batch, height, width, channels))."""
        import keras

        image = keras.Input(self.shape, dtype="float32", name="image")
        mean, std = self._moments()
        standardize = keras.layers.Rescaling(
            (1 / std).tolist(), (-mean / std).tolist(), dtype="float32", name="standardize"
        )
        return image, standardize(image)

    def moments(self):
        """(mean, standard deviation) of each channel, which `layers` uses, as if white were 255.

        Example:
            >>> kit.Images((8, 8), channels=1, scale=1).moments()
            ([127.5], [63.75])
        """
        mean, std = (values * 255 / self.scale for values in self._moments())
        return mean.tolist(), std.tolist()

    def _moments(self):
        mean = np.array(self.mean or [self.scale / 2] * self.channels)
        return mean, np.array(self.std or [self.scale / 4] * self.channels)

    def describe(self):
        """One line for the log."""
        kind = {1: "gray", 3: "colour"}.get(self.channels, f"{self.channels}-channel")
        if self.is_ragged:
            return f"{kind} images of any size in 0 to {self.scale:g}"
        return f"{kind} images of {self.size[0]} x {self.size[1]} pixels in 0 to {self.scale:g}"

    def to_json(self):
        """Plain data from which `from_json` makes an equal input."""
        return {"kind": "images", **dataclasses.asdict(self)}

    @classmethod
    def from_json(cls, stored):
        """The input that `to_json` described."""
        return cls(
            **{field.name: stored[field.name] for field in dataclasses.fields(cls) if field.name in stored}
        )

    def _pixels(self, encoded):
        """(pixels, channels) of enough pictures for statistics."""
        if not self.is_ragged:
            return encoded[:: self._step(len(encoded))].reshape(-1, self.channels)
        step = max(1, sum(picture.size for picture in encoded) // _MOST_NUMBERS)
        return np.concatenate([picture.reshape(-1, self.channels)[::step] for picture in encoded])

    def _step(self, count):
        """Every how many pictures one is looked at for statistics."""
        enough = min(_MOST_PICTURES, max(1, _MOST_NUMBERS // int(np.prod(self.shape))))
        return max(1, -(-count // enough))

    def _of_array(self, raw):
        batch = raw[..., None] if raw.ndim == 3 and self.channels == 1 else raw
        if batch.ndim != 4 or batch.shape[-1] != self.channels:
            raise SchemaError([self._wrong_shape(raw)])
        findings = self._values_at_fault(batch)
        if findings:
            batch = _blanked(batch, findings)
        batch = self._typed(batch)
        if self.is_ragged:
            return ragged(list(batch)), findings
        if batch.shape[1:3] != self.size:
            fill = _GRAY * self.scale if self.letterbox else None
            batch = _stacked([pixels.framed(picture, self.size, fill) for picture in batch], self.shape)
        return batch, findings

    def _wrong_shape(self, raw):
        shape = ("N", *self.shape) if raw.ndim in (3, 4) else self.shape
        cure = "Convert the images, or build the model for their channels."
        return Fault("images", f"array of shape {raw.shape}", f"({', '.join(map(str, shape))})", cure)

    def _values_at_fault(self, batch):
        if batch.dtype.kind not in "buif":
            return [Finding(Fault("images", f"array of {batch.dtype}", "numbers"), tuple(range(len(batch))))]
        if batch.dtype == np.uint8 and self.scale == 255 or batch.dtype == bool or not batch.size:
            return []
        low, high = float(batch.min()), float(batch.max())
        if not (np.isfinite(low) and np.isfinite(high)):
            return self._in_pictures(batch, ~np.isfinite(batch), "NaN or infinite pixels", "finite numbers")
        if batch.dtype.kind == "f" and self.scale == 255 and low >= 0 and 0 < high <= 1:
            cure = f"Give input=kit.Images({self.size}, {self.channels}, scale=1)."
            fault = Fault("images", f"floats that never exceed {high:g}", "0 to 255", cure)
            return [Finding(fault, tuple(range(len(batch))))]
        top = 65535 if self._sixteen_bits(batch) else self.scale
        outside = f"pixels from {low:g} to {high:g}"
        return self._in_pictures(batch, (batch < 0) | (batch > top), outside, f"0 to {top:g}")

    def _in_pictures(self, batch, wrong, found, expected):
        rows = np.flatnonzero(wrong.reshape(len(batch), -1).any(axis=1))
        cure = "Give the raw pixels; the model standardises them."
        where = in_rows(rows).replace("row", "image")
        return [Finding(Fault(where, found, expected, cure), tuple(rows.tolist()))] if len(rows) else []

    def _sixteen_bits(self, batch):
        return batch.dtype == np.uint16 and self.scale == 255

    def _typed(self, batch):
        if batch.dtype == bool:
            batch = batch * np.float32(self.scale)
        if self._sixteen_bits(batch):
            return batch.astype("float32") / np.float32(257)
        if batch.dtype.kind in "ui" and self.scale == 255:
            return batch.astype("uint8", copy=False)
        return batch.astype("float32", copy=False)


def _usual(pictures):
    """The median height and width of pictures."""
    return tuple(int(np.median(sides)) for sides in zip(*(each.shape[:2] for each in pictures), strict=True))


def ragged(pictures):
    """Pictures of several sizes as an object array (N,) of them."""
    array = np.empty(len(pictures), object)
    for place, picture in enumerate(pictures):
        array[place] = picture
    return array


def _mapped(function, *lists):
    """Like `map`, in threads where there are many items: Pillow decodes without Python's lock."""
    if len(lists[0]) < _MANY:
        return list(map(function, *lists))
    with ThreadPoolExecutor() as pool:
        return list(pool.map(function, *lists))


def _blanked(batch, findings):
    """The batch as numbers, with zeros where a picture is at fault."""
    if batch.dtype.kind not in "buif":
        return np.zeros(batch.shape, "uint8")
    batch = batch.copy()
    for finding in findings:
        batch[list(finding.rows)] = 0
    return batch


def _stacked(pictures, shape):
    """One array of them all: uint8 if every one is, else float32."""
    if not pictures:
        return np.zeros((0, *shape), "uint8")
    same = all(picture.dtype == np.uint8 for picture in pictures)
    return np.stack(pictures).astype("uint8" if same else "float32", copy=False)
