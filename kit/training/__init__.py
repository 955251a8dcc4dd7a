"""Training: `fit`, on Keras' own losses, metrics, optimizers and callbacks."""

from kit.training.fit import fit

__all__ = ["fit"]
