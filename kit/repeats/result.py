"""What several trainings of the same settings have in common, and how far they lie apart."""

import dataclasses
import functools
import statistics

import numpy as np

from kit.errors import KitError
from kit.evaluation import spread


@dataclasses.dataclass(frozen=True)
class Run:
    """One training, measured on its test part.

    Args:
        model: trained.
        metrics: of the test part, by name.
        seed: of weights and order.
        epochs: trained.
        seconds: of training.
        fold: the part of the data it was tested on, or None.
        rows: places of its test samples among all that took part, or None.
        outputs: (samples, units) what it said of them; None for boxes.
    """

    model: object
    metrics: dict
    seed: int
    epochs: int
    seconds: float
    fold: int | None = None
    rows: np.ndarray | None = None
    outputs: np.ndarray | None = None

    @property
    def name(self):
        """Which one it is, in a word or two."""
        return f"seed {self.seed}" if self.fold is None else f"fold {self.fold}, seed {self.seed}"


@dataclasses.dataclass(frozen=True, repr=False)
class Repeats:
    """Several trainings of the same settings.

    Args:
        runs: a tuple of `Run`.
        shared: samples that a run tests, for each that it trains on, where the runs share samples.
    """

    runs: tuple
    shared: float = 0.0

    def frame(self):
        """A row a run: fold, seed, epochs, seconds and every metric, as DataFrame."""
        import pandas as pd

        known = ("fold", "seed", "epochs", "seconds")
        rows = [{**{name: getattr(run, name) for name in known}, **run.metrics} for run in self.runs]
        return pd.DataFrame(rows).dropna(axis="columns", how="all")

    def summary(self):
        """A row a metric: mean, standard deviation, and the 95 % interval of the mean, as DataFrame."""
        import pandas as pd

        return pd.DataFrame({name: self._summed(name) for name in self.runs[0].metrics}).T

    def _summed(self, name):
        values = [run.metrics[name] for run in self.runs]
        low, high = spread.interval(values, self.shared)
        return {"mean": statistics.fmean(values), "std": statistics.stdev(values), "low": low, "high": high}

    @property
    def models(self):
        """The trained models."""
        return [run.model for run in self.runs]

    @functools.cached_property
    def outputs(self):
        """(N, units): what was said of each training and validation sample by models that had not seen it.

        Several seeds of a fold are averaged.

        Raises:
            KitError: if the runs were no cross-validation, or the outputs are boxes.
        """
        if any(run.rows is None or run.outputs is None for run in self.runs):
            raise KitError(
                "There are outputs of every sample only after kit.cross_validate, and not of boxes."
            )
        count = 1 + max(int(run.rows.max()) for run in self.runs)
        total, times = np.zeros((count, *self.runs[0].outputs.shape[1:])), np.zeros(count)
        for run in self.runs:
            total[run.rows] += run.outputs
            times[run.rows] += 1
        return total / times[:, None]

    def ensemble(self):
        """All models as one, whose outputs are the mean of theirs; see `kit.ensemble`."""
        from kit.repeats.ensemble import ensemble

        return ensemble(self.models)

    def __repr__(self):
        return f"{len(self.runs)} runs\n{self.summary().to_string(float_format='{:.4g}'.format)}"
