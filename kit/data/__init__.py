"""Data: files, frames and arrays -> samples in parts, and the input and task that describe them."""

from kit.data.load import load_data
from kit.data.samples import Data, Samples
from kit.data.shapes import shapes

__all__ = ["Data", "Samples", "load_data", "shapes"]
