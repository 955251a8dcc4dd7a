"""Evaluation: what a model is worth on samples it has not seen, and how sure that is."""

from kit.evaluation.calibrate import calibrate
from kit.evaluation.evaluate import evaluate
from kit.evaluation.report import Report

__all__ = ["Report", "calibrate", "evaluate"]
