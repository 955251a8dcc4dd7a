"""Report: what an evaluation found, as numbers, tables, figures and one page."""

import dataclasses
import functools
import io
from pathlib import Path

import numpy as np

from kit import draw, storage
from kit.evaluation import box_tables as boxes
from kit.evaluation import html, plots, tables
from kit.evaluation.outcome import Outcome
from kit.plain import inert, plain


@dataclasses.dataclass(frozen=True, repr=False, eq=False)
class Report:
    """What an evaluation found.

    Args:
        outcome: truth and decision of each sample.
        metrics: flat name -> value; what is undefined on these samples is left out and noted.
        intervals: flat name -> (low, high), the 95 % interval by bootstrap.
        baseline: flat name -> what a model that always says the same would score.
        baseline_says: what that is, such as "'3'" or "the mean".
        beside: what else needs no network, in words -> flat name -> value; the last value of a forecast.
        names: what each sample is called.
        split: the part of the data the samples are, such as "test"; may be empty.
        notes: what is to be known about the numbers.
        findings: what is to be known about the data or the training.
        history: name -> one value an epoch; empty where it is not known.
        examples: inputs of the rows of `worst`: pictures (K, H, W, C) in 0 to 1, or a DataFrame; tasks
            on maps: a list of `kit.evaluation.dense.Example`.
        slices: what `kit.slices` gives, or None.
        importance: what `kit.importance` gives, or None.
        attention: (K, H, W) what `kit.grad_cam` gives of the first examples, or None.

    Example:
        >>> from kit.evaluation.evaluate import judged
        >>> class Few:
        ...     labels = ["cat", "dog", "dog", "cat"]
        >>> task = kit.Classification(("cat", "dog")).fitted(Few.labels)
        >>> report = judged(task, Few, np.array([[0.1], [0.8], [0.3], [0.2]]), task.encode(Few.labels))
        >>> report.metrics["accuracy"], report.baseline["accuracy"]
        (0.75, 0.5)
    """

    outcome: Outcome
    metrics: dict
    intervals: dict
    baseline: dict
    baseline_says: str
    names: list
    split: str = ""
    notes: tuple = ()
    findings: tuple = ()
    history: dict = dataclasses.field(default_factory=dict)
    examples: object = None
    slices: object = None
    importance: object = None
    attention: np.ndarray | None = None
    beside: dict = dataclasses.field(default_factory=dict)

    @property
    def samples(self):
        """Number of samples."""
        return len(self.outcome)

    @property
    def calibration(self):
        """What `kit.calibrate` found for this model, one sentence each; empty where it was not asked."""
        return getattr(getattr(self.outcome, "calibration", None), "told", ())

    @functools.cached_property
    def per_class(self):
        """DataFrame: precision, recall, f1 and support of each class; regression: scores of each target."""
        return tables.per_class(self.outcome)

    @functools.cached_property
    def confusion(self):
        """DataFrame: rows true, columns said, in samples; multilabel: a row a label; regression: None."""
        return tables.confusion(self.outcome)

    @functools.cached_property
    def errors(self):
        """DataFrame: boxes that are said by kind (rows) and class (columns); None of other tasks."""
        return boxes.errors(self.outcome) if self.outcome.form == "boxes" else None

    @functools.cached_property
    def worst(self):
        """DataFrame: name, truth, decision and loss of the 24 samples with the highest loss."""
        return tables.worst(self.outcome, self.names)

    def table(self):
        """DataFrame, a row a metric: metric, value, low, high (95 % interval), baseline, what is beside it.

        What is not known is NaN.
        """
        import pandas as pd

        unknown = (np.nan, np.nan)
        rows = [
            (
                name,
                value,
                *self.intervals.get(name, unknown),
                *(known.get(name, np.nan) for known in (self.baseline, *self.beside.values())),
            )
            for name, value in self.metrics.items()
        ]
        return pd.DataFrame(rows, columns=["metric", "value", "low", "high", "baseline", *self.beside])

    @property
    def headline(self):
        """The finding in one sentence."""
        if self.outcome.form == "numeric":  # a mean of several units means little
            return self.finding("mae" if len(self.outcome.names) == 1 or "r2" not in self.metrics else "r2")
        if self.outcome.form == "boxes":
            return self.finding("map_50")
        if self.outcome.is_dense:
            return self.finding("psnr" if self.outcome.form == "image" else "mean_iou")
        return self.finding("f1_macro" if self.outcome.form == "multilabel" else "accuracy")

    def finding(self, name):
        """One metric with its interval and its baseline, as a sentence."""
        if name not in self.metrics:
            return f"{name} is not defined on these samples"
        text = f"{name} {draw.number(self.metrics[name], 3)}"
        if name in self.intervals:
            text += f" (95 % interval {' to '.join(draw.number(end, 3) for end in self.intervals[name])})"
        if name in self.baseline:
            saying = "" if self.outcome.form == "image" else "always saying "
            text += f", {saying}{self.baseline_says} gives {draw.number(self.baseline[name], 3)}"
        return text

    def figures(self):
        """Names of the figures that this report has, in order."""
        return plots.fitting(self)

    def figure(self, name):
        """One figure as a `matplotlib.figure.Figure`.

        Raises:
            KitError: if there is no figure of that name.
        """
        return plots.drawn(name, self)

    def to_json(self):
        """All numbers and tables as plain data; every number is finite, what is not is None."""
        return plain(
            {
                "split": self.split,
                "samples": self.samples,
                "metrics": self.metrics,
                "intervals": self.intervals,
                "baseline": self.baseline,
                "baseline_says": self.baseline_says,
                "beside": self.beside,
                "per_class": self.per_class.reset_index().to_dict("records"),
                "confusion": None if self.confusion is None else self.confusion.to_numpy().tolist(),
                "worst": self.worst.to_dict("records"),
                "calibration": self.calibration,
                "slices": None if self.slices is None else self.slices.to_dict("records"),
                "importance": None if self.importance is None else self.importance.to_dict("records"),
                "notes": self.notes,
                "findings": self.findings,
            }
        )

    def save(self, folder):
        """Writes `report.html` (all in one file), `report.json`, the figures as PNG and the tables as CSV.

        Each file is written whole or not at all; others in the folder are left alone.

        Args:
            folder: is made if it is not there.

        Returns:
            The path of `report.html`.
        """
        folder = Path(folder)
        pictures = {name: draw.png(self.figure(name)) for name in self.figures()}
        for name, picture in pictures.items():
            storage.write_bytes(folder / f"{name}.png", picture)
        for name, frame in self._frames().items():
            storage.write_bytes(folder / f"{name}.csv", as_csv(frame))
        storage.write_json(folder / "report.json", self.to_json())
        storage.write_text(folder / "report.html", html.page(self, pictures))
        return folder / "report.html"

    def _frames(self):
        frames = {
            "metrics": self.table(),
            "per_class": self.per_class.reset_index(),
            "confusion": None if self.confusion is None else self.confusion.reset_index(),
            "errors": None if self.errors is None else self.errors.reset_index(),
            "worst": self.worst,
            "slices": self.slices,
            "importance": self.importance,
        }
        return {name: frame for name, frame in frames.items() if frame is not None and len(frame)}

    def __repr__(self):
        baseline = self.baseline_says if self.beside else "baseline"
        rows = [("metric", "value", "95 % interval", baseline, *self.beside)]
        for name, value in self.metrics.items():
            ends = " to ".join(map(draw.number, self.intervals.get(name, ())))
            known = [each.get(name) for each in (self.baseline, *self.beside.values())]
            shown = ("" if each is None else draw.number(each) for each in known)
            rows.append((name, draw.number(value), ends, *shown))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
        ]
        return "\n".join([f"Report on {html.counted(self)}", *(line.rstrip() for line in lines), *self.notes])

    def _repr_html_(self):
        return html.fragment(self)


def as_csv(frame):
    """A DataFrame as CSV bytes in UTF-8; text that a spreadsheet would run as a formula gets a leading '.

    Example:
        >>> as_csv(pd.DataFrame({"name": ["=1+1", "cat"]})).decode().split()
        ['name', "'=1+1", 'cat']
    """
    text = io.StringIO()
    frame.rename(columns=inert).map(inert).to_csv(text, index=False, lineterminator="\n")
    return text.getvalue().encode("utf-8", "replace")
