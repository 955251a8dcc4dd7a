"""Images: files, as uploads or as base64 in JSON; or lists of pixels."""

import base64
import binascii
import math

import numpy as np

from kit.errors import DataError, Fault
from kit.inputs import pixels
from kit.serving.kinds.base import KINDS, Kind, array, reshaped
from kit.serving.refusals import Refused


@KINDS.register("images")
class Pictures(Kind):
    """Pictures for `kit.Images`; what is compressed is decoded by `kit.inputs.pixels` only."""

    name = "images"

    @property
    def takes_files(self):
        return self.input.channels in (1, 3)

    def schema(self):
        number = {"type": "number", "minimum": 0, "maximum": self.input.scale}
        pixel = number if self.input.channels == 1 else _lists(number)
        arrays = {**_lists(_lists(pixel)), "description": self.input.describe()}
        return {"oneOf": [_FILE, arrays]} if self.takes_files else arrays

    def example(self):
        side = [size or 32 for size in self.input.size]
        return np.zeros((*side, self.input.channels)[: 2 if self.input.channels == 1 else 3], int).tolist()

    def facts(self):
        size = None if self.input.is_ragged else list(self.input.size)
        return {**super().facts(), "size": size, "channels": self.input.channels}

    def read(self, instances):
        found = [self._read(item, f"instance {place}") for place, item in enumerate(instances)]
        return self._checked(found)

    def of_files(self, contents):
        return self._checked(contents) if self.takes_files else super().of_files(contents)

    def tensors(self):
        sides = [size or -1 for size in self.input.size]
        return [{"name": "image", "datatype": "UINT8", "shape": [-1, *sides, self.input.channels]}]

    def of_tensors(self, tensors):
        datatype, shape, values = tensors["image"]
        if datatype == "BYTES":
            return self.read([{"b64": value} for value in values])
        found = reshaped("image", tensors["image"])
        if found.ndim != 4:
            raise Refused(400, f"Tensor 'image' has shape {shape}; expected (N, height, width, channels).")
        return self._checked(list(found))

    def _read(self, item, where):
        if not isinstance(item, dict):
            return array(item, where)
        if set(item) != {"b64"} or not isinstance(item["b64"], str):
            raise Refused(400, f'{where} is an object; expected {{"b64": "..."}}, or lists of pixels.')
        try:
            return base64.b64decode(item["b64"], validate=True)
        except (binascii.Error, ValueError):
            raise Refused(400, f"{where} is not base64.") from None

    def _checked(self, found):
        """Raises where pictures cannot be opened, or would have too many pixels when decoded."""
        sizes, faults = [], []
        for place, item in enumerate(found):
            try:
                sizes.append(pixels.size(item))
            except pixels.Unreadable as error:
                faults.append(error.fault(f"image {place}"))
            if isinstance(item, np.ndarray) and (item.ndim not in (2, 3) or not item.size):
                shape = f"an array of shape {item.shape}"
                faults.append(Fault(f"image {place}", shape, "(height, width, channels)"))
        if faults:
            raise DataError(faults)
        total = sum(math.prod(size) for size in sizes)
        if total > self.limits.pixels:
            most = f"at most {self.limits.pixels} in one request"
            raise Refused(413, f"The images have {total} pixels; {most}.")
        return found


def _lists(items):
    return {"type": "array", "items": items, "minItems": 1}


_FILE = {
    "type": "object",
    "description": f"A file ({', '.join(pixels.FORMATS)}) as base64.",
    "properties": {"b64": {"type": "string", "contentEncoding": "base64"}},
    "required": ["b64"],
    "additionalProperties": False,
}
