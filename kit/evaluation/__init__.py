"""Evaluation: what a model is worth on samples it has not seen, and how sure that is."""

from kit.evaluation.attention import grad_cam
from kit.evaluation.calibrate import calibrate
from kit.evaluation.evaluate import evaluate
from kit.evaluation.permutation import importance
from kit.evaluation.report import Report
from kit.evaluation.slicing import slices

__all__ = ["Report", "calibrate", "evaluate", "grad_cam", "importance", "slices"]
