"""Do calibrated intervals hold 90 % of the true values, and are they wider than those of gradient boosting?

    python -m tests.benchmarks.bench_intervals FOLDER --splits 20

FOLDER holds abalone.csv and mpg.csv. Each split is 70/15/15 by its seed: both sides learn the training part,
are made conformal on the validation part, and are judged on the test part. The plain side is
scikit-learn's HistGradientBoostingRegressor with its defaults: the mean with a margin of absolute
errors, and two quantiles with a margin on both sides. A ratio is of mean widths on one split.
"""

import argparse
import os
from pathlib import Path

import numpy as np
import pandas as pd

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
COVERAGE = 0.9
LOSSES = ("mse", "gaussian", "quantile")
OUTER = (0.05, 0.95)  # quantiles


def tables(folder):
    """Name -> (DataFrame, target)."""
    names = ["sex", "length", "diameter", "height", "whole", "shucked", "viscera", "shell", "rings"]
    abalone = pd.read_csv(folder / "abalone.csv", names=names)
    return {
        "mpg": (pd.read_csv(folder / "mpg.csv").drop(columns="name"), "mpg"),
        "abalone": (abalone, "rings"),
    }


def by_kit(frame, target, loss, seed, epochs):
    """(data, (coverage, mean width)) of kit's intervals on the test part."""
    import keras

    import kit

    levels = {"quantiles": (OUTER[0], 0.5, OUTER[1])} if loss == "quantile" else {}
    task = kit.Regression((target,), loss=loss, coverage=COVERAGE, **levels)
    data = kit.load_data(frame, task, target, seed=seed)
    keras.utils.set_random_seed(seed)
    model = kit.build_regressor(data.task, data.input)
    kit.fit(model, data, epochs=epochs, seed=seed, verbose=0)
    kit.calibrate(model, data.validation)
    metrics = kit.evaluate(model, data.test, resamples=0).metrics
    keras.backend.clear_session()
    return data, (metrics["coverage"], metrics["interval_width"])


def by_boosting(data, quantiles, seed):
    """(coverage, mean width) of conformal intervals of gradient boosting, by hand."""
    from sklearn.ensemble import HistGradientBoostingRegressor as Boosting

    x, y = zip(*(_numbers(part) for part in (data.train, data.validation, data.test)), strict=True)
    kinds = [column.categorical for column in data.input.columns]

    def fitted(**how):
        return Boosting(categorical_features=kinds, random_state=seed, **how).fit(x[0], y[0])

    models = [fitted(loss="quantile", quantile=share) for share in OUTER] if quantiles else [fitted()] * 2
    (low, high), (low_test, high_test) = ([model.predict(part) for model in models] for part in x[1:])
    scores = np.sort(np.maximum(low - y[1], y[1] - high))
    margin = scores[int(np.ceil((len(scores) + 1) * COVERAGE)) - 1]
    low, high = low_test - margin, high_test + margin
    return float(np.mean((low <= y[2]) & (y[2] <= high))), float(np.mean(high - low))


def _numbers(part):
    columns = [pd.factorize(values, sort=True)[0] if values.dtype.kind == "O" else values.to_numpy("float64")
               for _, values in part.inputs.items()]  # fmt: skip
    return np.column_stack(columns), np.asarray(part.labels, "float64").ravel()


def measured(name, frame, target, arguments):
    """Rows: coverage, width and ratio of each way to make intervals."""
    found = {way: [] for way in (*LOSSES, "boosting", "boosting, quantiles")}
    for seed in range(arguments.first, arguments.first + arguments.splits):
        for loss in arguments.losses:
            data, result = by_kit(frame, target, loss, seed, arguments.epochs)
            found[loss].append(result)
        found["boosting"].append(by_boosting(data, False, seed))
        found["boosting, quantiles"].append(by_boosting(data, True, seed))
        print(name, seed, {way: results[-1] for way, results in found.items() if results}, flush=True)
    best = np.array(found["boosting"])[:, 1], np.array(found["boosting, quantiles"])[:, 1]
    return [_row(name, way, np.array(results), best) for way, results in found.items() if results]


def _row(name, way, results, plain):
    coverage, width = results.T
    error = coverage.std(ddof=1) / np.sqrt(len(coverage)) if len(coverage) > 1 else np.nan
    ratios = [f"{np.mean(width / other):.2f} ({np.min(width / other):.2f} to {np.max(width / other):.2f})"
              for other in plain]  # fmt: skip
    return (name, way, f"{coverage.mean():.3f} +- {1.96 * error:.3f}", f"{width.mean():.3f}", *ratios)


def main():
    """Prints the table."""
    from tests.benchmarks import timing

    how = {"description": __doc__, "formatter_class": argparse.RawDescriptionHelpFormatter}
    parser = argparse.ArgumentParser(**how)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="seed of the first split (default: 0)")
    parser.add_argument("--epochs", type=int, help="default: as kit.fit decides")
    parser.add_argument("--losses", nargs="+", default=LOSSES, choices=LOSSES)
    parser.add_argument("--tables", nargs="+", default=("mpg", "abalone"), choices=("mpg", "abalone"))
    arguments = parser.parse_args()
    rows = []
    known = tables(arguments.folder)
    for name in arguments.tables:
        rows += measured(name, *known[name], arguments)
    head = ("table", "intervals from", "coverage", "mean width", "ratio to boosting", "to its quantiles")
    timing.show(rows, head=head)


if __name__ == "__main__":
    main()
