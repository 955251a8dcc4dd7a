"""Training: `fit`, on Keras' own losses, metrics, optimizers and callbacks."""

from kit.training.fit import fit
from kit.training.rate_test import find_learning_rate

__all__ = ["find_learning_rate", "fit"]
