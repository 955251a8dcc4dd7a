"""The artifact: a trained model with its input and its task, as one folder on the disk."""

from kit.artifact.load import load
from kit.artifact.predictor import Predictor
from kit.artifact.save import save

__all__ = ["Predictor", "load", "save"]
