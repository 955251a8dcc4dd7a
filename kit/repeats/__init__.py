"""Trained again and again: on other parts of the data, from other seeds, and all of them as one model."""

from kit.repeats.call import cross_validate, repeat
from kit.repeats.ensemble import ensemble
from kit.repeats.result import Repeats

__all__ = ["Repeats", "cross_validate", "ensemble", "repeat"]
