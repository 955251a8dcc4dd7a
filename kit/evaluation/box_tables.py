"""The tables of a report on boxes, as pandas DataFrames."""

import dataclasses

import numpy as np

from kit.evaluation.box_errors import KINDS, READING

_NONE = "background"


def confusion(outcome):
    """The confusion as a DataFrame; what is in no true box, and what is found by none, is background."""
    import pandas as pd

    names = [*map(str, outcome.names), _NONE]
    index, columns = (pd.Index(names, name=name) for name in ("truth", "decision"))
    return pd.DataFrame(outcome.confusion(), index=index, columns=columns)


def errors(outcome):
    """Boxes that are said by kind and class, as a DataFrame with a row a kind."""
    import pandas as pd

    index = pd.Index(KINDS, name="kind")
    frame = pd.DataFrame(outcome.errors().T, index=index, columns=[*map(str, outcome.names)])
    return frame.assign(meaning=[READING[kind] for kind in KINDS])


def worst(outcome, names, rows):
    """The images with the highest loss: objects, those found, boxes too many, and loss."""
    import pandas as pd

    counts = []
    for row in rows:
        parts = ("truths", "detections", "ignored") if outcome.ignored else ("truths", "detections")
        one = dataclasses.replace(outcome, **{name: [getattr(outcome, name)[row]] for name in parts})
        matrix = one.confusion()
        counts.append((matrix[:-1].sum(), np.trace(matrix[:-1, :-1]), matrix[-1].sum()))
    frame = pd.DataFrame(counts, columns=["objects", "found", "too many"])
    frame.insert(0, "name", [names[row] for row in rows])
    return frame.assign(loss=outcome.losses[rows].astype("float64"))
