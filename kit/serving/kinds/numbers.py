"""Arrays of numbers: what any input takes that has no file of its own here, such as series."""

import numpy as np

from kit.serving.kinds.base import KINDS, Kind, array, reshaped


@KINDS.register("numbers")
class Numbers(Kind):
    """Arrays (steps, channels) or of any other shape; null where a number is missing."""

    name = "numbers"

    def schema(self):
        return {"type": "array", "description": self.input.describe()}

    def example(self):
        return np.zeros(self._shape(), int).tolist()

    def facts(self):
        return {**super().facts(), "example": self.example()}

    def read(self, instances):
        return [array(item, f"instance {place}") for place, item in enumerate(instances)]

    def tensors(self):
        shape = [-1, *(size or -1 for size in self.input.shape)]
        return [{"name": self.input.to_json()["kind"], "datatype": "FP64", "shape": shape}]

    def of_tensors(self, tensors):
        ((name, tensor),) = tensors.items()
        return list(reshaped(name, tensor))

    def _shape(self):
        return [size or 1 for size in self.input.shape]
