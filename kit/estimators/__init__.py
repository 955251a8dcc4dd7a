"""scikit-learn's contract over kit's tables: `KitClassifier` and `KitRegressor`."""

from kit.estimators.classifier import KitClassifier
from kit.estimators.regressor import KitRegressor

__all__ = ["KitClassifier", "KitRegressor"]
