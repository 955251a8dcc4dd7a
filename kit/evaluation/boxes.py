"""Evaluation of detectors: average precision as COCO defines it, mistakes by kind, and the worst images."""

import dataclasses

import numpy as np

from kit import boxes as geometry
from kit import decisions
from kit.data import ignored
from kit.evaluation import box_errors, box_intervals
from kit.evaluation.average_precision import AveragePrecision, average_precision, overlaps
from kit.evaluation.report import Report

SHOWN = 9  # images kept for the figures: those with the highest loss
_MOST = 100  # boxes of an image that enter it at least, of all classes together
_EVERY = 0.001  # score from which a box enters the average precision: all that there are
_RIGHT = 0.5  # IoU from which a box is right, in the confusion


@dataclasses.dataclass(frozen=True)
class BoxOutcome:
    """What was true and what was said of the objects in N images, in pixels of the images as found.

    Args:
        match: the task's row of the match table.
        names: the C classes.
        truths: for each image {"boxes" (n, 4), "labels" (n,)}.
        detections: for each image {"boxes" (m, 4), "labels" (m,), "scores" (m,)}, best first.
        precision: the `AveragePrecision` of all.
        score: score from which a box is said.
        losses: (N,) the task's loss of each image.
        ignored: for each image {"boxes" (k, 4), "labels", "crowd", "difficult" (k,)}: what counts neither
            way; None if there is nothing.
    """

    match: object
    names: tuple
    truths: list
    detections: list
    precision: AveragePrecision
    score: float
    losses: np.ndarray
    ignored: list | None = None

    is_dense = is_single = is_exclusive = False
    form = "boxes"
    probabilities = interval = None

    def __len__(self):
        return len(self.truths)

    def by_class(self):
        """{column: (C,)}: map_50_95, map_50; precision, recall and f1 of what is said; the score from which
        f1 would be best; true boxes.
        """
        counts = self.confusion().astype(float)
        found = np.diag(counts)[:-1]
        said, true = counts.sum(axis=0)[:-1], counts.sum(axis=1)[:-1]
        precision, recall = found / np.maximum(said, 1), found / np.maximum(true, 1)
        average, half = self.precision.by_class().T
        f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
        columns = {"map_50_95": average, "map_50": half, "precision": precision, "recall": recall, "f1": f1}
        return {**columns, "best_score": self.precision.best_scores(), "support": true.astype(int)}

    def said(self):
        """For each image the detections that are said: those with at least `score`, not `spared`."""
        found = []
        for row, each in enumerate(self.detections):
            kept = each["scores"] >= self.score
            if self.ignored:
                kept = kept & ~spared(each, self.truths[row], self.ignored[row])
            found.append({name: values[kept] for name, values in each.items()})
        return found

    def errors(self):
        """(C, 7) boxes that are said by kind, `box_errors.KINDS`."""
        return box_errors.counted(self.truths, self.said(), len(self.names))

    def confusion(self):
        """(C + 1, C + 1) boxes by true and said class; the last row and column stand for no object.

        Boxes that are said with at least `score` are matched, best first, to the true box that they overlap
        most, by an IoU of at least 0.5: first to those of their own class, then those left to any other.
        """
        last = len(self.names)
        counts = np.zeros((last + 1, last + 1), int)
        for truth, said in zip(self.truths, self.said(), strict=True):
            overlaps = geometry.iou(said["boxes"], truth["boxes"])
            same = said["labels"][:, None] == truth["labels"]
            match = _matched(np.where(same, overlaps, 0))
            taken = np.isin(np.arange(len(truth["labels"])), match)
            others = _matched(np.where((match < 0)[:, None] & ~taken, overlaps, 0))
            match = np.where(match < 0, others, match)
            rows = np.append(truth["labels"], last)[match]  # -1, no true box, is the last one
            np.add.at(counts, (rows, said["labels"]), 1)
            lost = ~np.isin(np.arange(len(truth["labels"])), match)
            np.add.at(counts, (truth["labels"][lost], last), 1)
        return counts


def _matched(overlaps):
    """For each box that is said, best first, the free true box that it overlaps most; -1 for none: (m,)."""
    free, match = np.ones(overlaps.shape[1], bool), np.full(len(overlaps), -1)
    for place, row in enumerate(overlaps):
        row = np.where(free, row, 0)
        if row.max(initial=0) >= _RIGHT:
            match[place] = row.argmax()
            free[match[place]] = False
    return match


@dataclasses.dataclass(frozen=True)
class Drawn:
    """One image for the figures: its picture in 0 to 1, true and said boxes in pixels, and its loss."""

    name: str
    picture: np.ndarray
    truth: dict
    said: dict
    loss: float


def spared(said, truth, ignored):
    """Which detections of an image find what is to be ignored, and no object that counts: bool (m,).

    Example:
        >>> said = {"boxes": np.array([[0, 0, 4, 4.0], [9, 9, 12, 12]]), "labels": np.array([1, 1])}
        >>> none = {"boxes": np.zeros((0, 4)), "labels": np.zeros(0, int)}
        >>> crowd = {"boxes": np.array([[0, 0, 8, 8.0]]), "labels": np.array([1]), "crowd": np.array([True])}
        >>> spared(said, none, crowd)
        array([ True, False])
    """
    right, aside = (
        (overlaps(said["boxes"], each["boxes"], each.get("crowd")) >= _RIGHT)
        & (said["labels"][:, None] == each["labels"])
        for each in (truth, ignored)
    )
    return aside.any(axis=1) & ~right.any(axis=1)


def reported(network, task, samples, names, *, seed=0, resamples=box_intervals.MOST):
    """The report on a detector.

    Args:
        network: a built `keras.Model`.
        task: its `Detection`.
        samples: `Samples` under its input and task.
        names: (N,) what each sample is called.
        seed, resamples: of the intervals.
    """
    from kit.artifact import runtime
    from kit.evaluation.evaluate import losses

    x, y = samples.arrays()
    outputs = runtime.compiled(network)(x)
    frames = [samples.input.frame(size) for size in samples.sizes or [task.image_size] * len(samples)]
    every = dataclasses.replace(task, padding=None).encode(samples.seen_labels())  # targets may hold fewer
    truths = [_truth(rows, frame) for rows, frame in zip(every, frames, strict=True)]
    rule = decisions.get(task.match.decide)
    most = max(_MOST, task.most)
    decided = rule(outputs, task.classes, threshold=_EVERY, overlap=task.iou, most=most).boxes
    detections = [_said(rows, frame) for rows, frame in zip(decided, frames, strict=True)]
    aside = samples.ignored
    aside = None if aside is None else [ignored.regions(each, task.classes) for each in aside]
    precision = average_precision(_with(truths, aside), detections, len(task.classes))
    outcome = BoxOutcome(
        task.match, task.classes, truths, detections, precision, task.score, losses(task, y, outputs), aside
    )
    found = {"loss": float(outcome.losses.mean()), **precision.metrics()}
    lost = [name for name, value in found.items() if not np.isfinite(value)]
    return Report(
        outcome=outcome,
        metrics={name: value for name, value in found.items() if name not in lost},
        intervals=box_intervals.intervals(precision, len(truths), seed, resamples),
        baseline={},
        baseline_says="no object",
        names=names,
        split=str(getattr(samples, "split", None) or ""),
        notes=(
            "Average precision is that of COCO; boxes are in pixels of the images as they were found.",
            *(f"{name} is left out: there is no such object here." for name in lost),
            *_note(aside),
        ),
        examples=_examples(outcome, x, samples.input.scale, frames, names),
    )


def _with(truths, ignored):
    """The true objects of each image, and behind them those that count neither way."""
    if ignored is None:
        return truths
    merged = []
    for truth, aside in zip(truths, ignored, strict=True):
        both = {name: np.concatenate([truth[name], aside[name]]) for name in ("boxes", "labels")}
        none = np.zeros(len(truth["labels"]), bool)
        flags = {name: np.concatenate([none, aside[name]]) for name in ("crowd", "difficult")}
        merged.append(both | flags)
    return merged


def _note(ignored):
    count = sum(len(each["labels"]) for each in ignored or ())
    return (f"{count} crowds and difficult objects count neither way, whatever finds them.",) if count else ()


def _truth(rows, frame):
    rows = rows[rows[:, 4] >= 0].astype("float64")
    return {"boxes": frame.outward(rows[:, :4]), "labels": rows[:, 4].astype(int)}


def _said(rows, frame):
    rows = rows[rows[:, 5] > 0].astype("float64")
    return {"boxes": frame.outward(rows[:, :4]), "labels": rows[:, 4].astype(int), "scores": rows[:, 5]}


def _examples(outcome, x, white, frames, names):
    """The images with the highest loss; boxes in pixels of the picture that is shown."""
    examples = []
    every = outcome.said()
    for row in np.argsort(-outcome.losses, kind="stable")[:SHOWN]:
        picture = np.clip(np.asarray(x[row], "float32") / white, 0, 1)
        both = (outcome.truths[row], every[row])
        pair = [{**each, "boxes": frames[row].inward(each["boxes"])} for each in both]
        examples.append(Drawn(names[row], picture, *pair, float(outcome.losses[row])))
    return examples
