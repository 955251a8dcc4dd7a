"""The tables of a report, from an outcome, as pandas DataFrames."""

import numpy as np

from kit.draw import number
from kit.evaluation import box_tables as boxes
from kit.evaluation import maps, scores


def per_class(outcome):
    """How well each class or label is found; of numbers, how well each target is met.

    Returns:
        Classification: a row a class, with precision, recall, f1 and support (true samples);
        what is never said or never true has 0. Regression: a row a target, with mae and rmse
        in its unit and r2, NaN where its true values do not vary.
    """
    import pandas as pd

    if outcome.form == "boxes":
        return pd.DataFrame(outcome.by_class(), index=pd.Index(outcome.names, name="class"))
    if outcome.is_dense:
        return _by_class_of_pixels(outcome)
    if outcome.form == "numeric":
        return pd.DataFrame(_by_target(outcome), index=pd.Index(outcome.names, name="target"))
    columns = ("precision", "recall", "f1", "support")
    columns = dict(zip(columns, scores.by_class(outcome), strict=True))
    return pd.DataFrame(columns, index=pd.Index(outcome.names, name="class"))


def confusion(outcome):
    """How often each decision met each truth, in samples; None for numbers.

    Returns:
        Classification: rows are what is true, columns what was said, over all classes.
        Multilabel: a row a label: found, missed, wrongly said and rightly not said.
        Detection: boxes by true and said class; the last row and column are the background.
    """
    import pandas as pd

    if outcome.form == "boxes":
        return boxes.confusion(outcome)
    if outcome.form in ("numeric", "image") or (outcome.is_dense and not outcome.is_exclusive):
        return None
    if outcome.is_single or outcome.is_exclusive:
        names = {
            "index": pd.Index(outcome.names, name="truth"),
            "columns": pd.Index(outcome.names, name="decision"),
        }
        counts = outcome.counts.sum(axis=0) if outcome.is_dense else outcome.true.T @ outcome.said
        return pd.DataFrame(counts.astype(int), **names)
    true, said = outcome.true > 0.5, outcome.said > 0.5
    cells = {
        "found": true & said,
        "missed": true & ~said,
        "wrongly said": ~true & said,
        "rightly not said": ~true & ~said,
    }
    counts = {name: cell.sum(axis=0) for name, cell in cells.items()}
    return pd.DataFrame(counts, index=pd.Index(outcome.names, name="label"))


def mistakes(outcome, most=10):
    """The commonest mistakes of a classification: truth, decision and their number of samples."""
    import pandas as pd

    counts = confusion(outcome).to_numpy().copy()
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:most]
    pairs = [(row, column) for row, column in zip(*np.unravel_index(order, counts.shape), strict=True)]
    rows = [(outcome.names[row], outcome.names[column], counts[row, column]) for row, column in pairs]
    of = "pixels" if outcome.is_dense else "samples"
    return pd.DataFrame([row for row in rows if row[2]], columns=["truth", "decision", of])


def hardest(outcome, most=24):
    """Rows of the samples with the highest loss, highest first; those without a loss have none."""
    if outcome.losses is None:
        return np.arange(0)
    return np.argsort(-outcome.losses, kind="stable")[:most]


def worst(outcome, names, most=24):
    """The samples with the highest loss: name, truth, decision and loss, highest loss first.

    Args:
        outcome: of N samples.
        names: (N,) what each sample is called.
        most: number of rows.
    """
    import pandas as pd

    rows = hardest(outcome, most)
    if outcome.form == "boxes":
        return boxes.worst(outcome, names, rows)
    if outcome.is_dense:
        return _worst_maps(outcome, names, rows)
    return pd.DataFrame(
        {
            "name": [names[row] for row in rows],
            "truth": _shown(outcome, outcome.truth, outcome.true, rows),
            "decision": _shown(
                outcome, outcome.decided.values, None if _numeric(outcome) else outcome.said, rows
            ),
            "loss": [] if outcome.losses is None else outcome.losses[rows].astype("float64"),
        }
    )


def _by_class_of_pixels(outcome):
    """Masks: iou, dice, precision, recall and pixels of each class; images: psnr and ssim of all."""
    import pandas as pd

    if outcome.form == "image":
        columns = {"psnr": [outcome.psnr.mean()], "ssim": [outcome.ssim.mean()]}
        return pd.DataFrame(columns, index=pd.Index(outcome.names, name="target"))
    found, said, true = outcome.tallies.sum(axis=0).T.astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        columns = {
            "iou": found / (said + true - found),
            "dice": 2 * found / (said + true),
            "precision": found / said,
            "recall": found / true,
            "pixels": true.astype(int),
        }
    return pd.DataFrame(columns, index=pd.Index(outcome.names, name="class"))


def _worst_maps(outcome, names, rows):
    """The images with the highest loss, with what each scores alone."""
    import pandas as pd

    columns = {"name": [names[row] for row in rows]}
    if outcome.form == "image":
        columns |= {"psnr": outcome.psnr[rows], "ssim": outcome.ssim[rows]}
    else:
        columns["mean_iou"] = maps.mean_iou_of_each(outcome.tallies[rows])
    return pd.DataFrame({**columns, "loss": outcome.losses[rows].astype("float64")})


def _numeric(outcome):
    return outcome.form == "numeric"


def _by_target(outcome):
    errors = outcome.values - outcome.truth
    return {
        "mae": np.abs(errors).mean(axis=0),
        "rmse": np.sqrt((errors**2).mean(axis=0)),
        "r2": scores.r2_by_target(outcome, np.ones((len(outcome), 1)))[:, 0],
    }


def _shown(outcome, values, marks, rows):
    """Truth or decision of some rows as the user would write it."""
    names = outcome.names
    if outcome.is_single:
        return [names[index] for index in marks[rows].argmax(axis=1)]
    if outcome.form == "multilabel":
        return [", ".join(str(names[i]) for i in np.flatnonzero(row)) for row in marks[rows]]
    if len(names) == 1:
        return [float(value) for value in values[rows, 0]]
    return [
        ", ".join(f"{name} {number(v)}" for name, v in zip(names, row, strict=True)) for row in values[rows]
    ]
