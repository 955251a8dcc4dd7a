"""Outputs -> decisions: what the user gets. NumPy only, so that predicting needs no Keras.

`get(name)` decides for a whole batch of outputs and returns arrays; `to_list` turns those into
one `Decision` for each sample.
"""

import dataclasses

import numpy as np

from kit.boxes import nms
from kit.errors import KitError
from kit.objects import BINS
from kit.plain import plain
from kit.registry import Registry

DECISIONS = Registry("decision")
_LEAST = 0.001  # score below which a box is none
_CANDIDATES = 300  # boxes of an image that may suppress each other
_TWO_SIDED_95 = 1.959964  # standard deviations that hold 95 % of a normal distribution


@dataclasses.dataclass(frozen=True)
class Decided:
    """Decisions on N samples as arrays; what a decision does not have is None.

    Args:
        indices: (N,) index of the class, or (N, L) 0 or 1 for each label.
        probabilities: (N, C), rows sum to 1; or (N, L) for labels.
        values: (N, T) numbers in the user's units.
        interval: (N, T, 2) low and high in the user's units.
        scores: (N, C) that rank the classes where there are no probabilities.
        masks: (N, H, W) index of each pixel's class, uint8; or (N, H, W, L) 0 or 1 for each label.
        images: (N, H, W, C) pictures, in the range of the inputs.
        boxes: (N, M, 6): corners in pixels, class number and score, best first, -1 where there is none.
        sets: (N, C) whether the class may be right, at the coverage of the task's calibration.
        spread: (N, T) predicted standard deviation in the user's units.
    """

    indices: np.ndarray | None = None
    probabilities: np.ndarray | None = None
    values: np.ndarray | None = None
    interval: np.ndarray | None = None
    scores: np.ndarray | None = None
    masks: np.ndarray | None = None
    images: np.ndarray | None = None
    boxes: np.ndarray | None = None
    sets: np.ndarray | None = None
    spread: np.ndarray | None = None


@dataclasses.dataclass(frozen=True, repr=False)
class Decision:
    """What a model says of one sample. Only what its task gives is set.

    Args:
        label: the class, as the user named it.
        probability: of that class, 0 to 1.
        probabilities: of every class or label, by name.
        labels: the labels the sample has, where it may have several; where it has one, the classes that
            may be right, the likeliest first, if the model is calibrated; the class of each box.
        scores: what ranks the classes where there are no probabilities, by name; (M,) of each box.
        value: the predicted number, in the user's units.
        values: the predicted numbers by target, where there are several.
        interval: (low, high) around the value; by target where there are several.
        mask: (H, W) uint8, the place of each pixel's class in `classes`; (H, W, L) of 0 and 1 where
            a pixel may have several labels.
        classes: share of the pixels of each class or label, 0 to 1, by name.
        image: (H, W, C) the picture that was asked for, in the range of the input.
        boxes_xyxy: (M, 4) float32 corners of the objects in pixels of the image, best first.

    Example:
        >>> kit.Decision(label="rose", probability=0.94)
        Decision(label='rose', probability=0.94)
    """

    label: object = None
    probability: float | None = None
    probabilities: dict | None = None
    labels: list | None = None
    scores: dict | None = None
    value: float | None = None
    values: dict | None = None
    interval: tuple | dict | None = None
    mask: np.ndarray | None = None
    classes: dict | None = None
    image: np.ndarray | None = None
    boxes_xyxy: np.ndarray | None = None

    def __repr__(self):
        shown = ("label", "probability", "labels", "value", "values", "interval", "mask", "classes", "image")
        shown += ("boxes_xyxy",)
        known = {name: getattr(self, name) for name in shown if getattr(self, name) is not None}
        return f"Decision({', '.join(f'{name}={_short(value)}' for name, value in known.items())})"

    def to_json(self):
        """A dict of plain values; what is not set is left out, a number that is not finite is None.

        A mask is {"size": [h, w], "runs": [[class, pixels], ...]}, row by row from the upper left; of
        an image only the size is said.

        Example:
            >>> kit.Decision(value=21.5, interval=(18.0, 25.0)).to_json()
            {'value': 21.5, 'interval': [18.0, 25.0]}
        """
        known = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {name: _as_json(value) for name, value in known.items() if value is not None}


def get(name):
    """The rule called `name`: function (outputs, names, threshold=0.5, quantiles=None) -> `Decided`.

    `outputs` are what the model returns, after the activation and in the user's units; `names`
    are the classes, labels or targets; `threshold` is the probability from which a class or
    label is said (one for all, or one for each label); `quantiles` are the levels.

    Raises:
        KitError: if there is no such rule. The function raises it for outputs that are not
            finite or not of the names' shape.

    Example:
        >>> kit.decisions.get("threshold")(np.array([[0.2], [0.7]]), ("cat", "dog")).indices
        array([0, 1])
    """
    rule = DECISIONS.get(name)

    def decide(outputs, names, threshold=0.5, quantiles=None, **settings):
        outputs = np.asarray(outputs)
        facts = DECISIONS.facts(name)
        _check(outputs, facts["rank"], facts["width"](len(names), len(quantiles or ())), name)
        return rule(outputs, names, threshold, quantiles, **settings)

    return decide


def names():
    """Names of all rules, sorted."""
    return DECISIONS.names()


def takes_threshold(name):
    """Does the rule called `name` use a threshold?"""
    return DECISIONS.facts(name)["thresholded"]


def to_list(decided, names):
    """One `Decision` for each sample of a `Decided`.

    Args:
        decided: arrays of decisions on N samples.
        names: classes, labels or targets, as the user named them.

    Example:
        >>> to_list(Decided(values=np.array([[3.0]])), ("mpg",))
        [Decision(value=3.0)]
    """
    names = tuple(names)
    if decided.boxes is not None:
        return [_of_boxes(rows[rows[:, 5] > 0], names) for rows in decided.boxes]
    if decided.images is not None:
        return [Decision(image=image) for image in decided.images]
    if decided.masks is not None:
        return [Decision(mask=mask, classes=_shares(mask, names)) for mask in decided.masks]
    if decided.values is not None:
        return [_of_values(decided, row, names) for row in range(len(decided.values))]
    return [_of_classes(decided, row, names) for row in range(len(decided.indices))]


def _rule(name, width, thresholded=False, rank=2):
    return DECISIONS.register(name, width=width, thresholded=thresholded, rank=rank)


@_rule("threshold", lambda names, levels: (1, 2), thresholded=True)
def _threshold(outputs, names, threshold, quantiles):
    second = outputs[:, -1].astype("float64")  # of one sigmoid unit, or of two softmax units
    return Decided((second >= threshold).astype("int64"), np.stack([1 - second, second], axis=1))


@_rule("sign", lambda names, levels: (1,))
def _sign(outputs, names, threshold, quantiles):
    score = outputs[:, 0]
    return Decided((score > 0).astype("int64"), scores=np.stack([-score, score], axis=1))


@_rule("argmax", lambda names, levels: (names,))
def _argmax(outputs, names, threshold, quantiles):
    return Decided(outputs.argmax(axis=1), outputs)


@_rule("largest_score", lambda names, levels: (names,))
def _largest_score(outputs, names, threshold, quantiles):
    return Decided(outputs.argmax(axis=1), scores=outputs)


@_rule("rank", lambda names, levels: (names - 1,), thresholded=True)
def _rank(outputs, names, threshold, quantiles):
    beyond = np.minimum.accumulate(outputs.astype("float64"), axis=1)  # P(class > k) cannot rise with k
    ends = np.ones((len(outputs), 1)), np.zeros((len(outputs), 1))
    probabilities = -np.diff(np.concatenate([ends[0], beyond, ends[1]], axis=1), axis=1)
    return Decided((outputs >= threshold).sum(axis=1), probabilities)


@_rule("labels", lambda names, levels: (names,), thresholded=True)
def _labels(outputs, names, threshold, quantiles):
    return Decided((outputs >= np.asarray(threshold)).astype("int64"), outputs)


@_rule("value", lambda names, levels: (names,))
def _value(outputs, names, threshold, quantiles):
    return Decided(values=outputs)


@_rule("quantiles", lambda names, levels: (names * levels,))
def _quantiles(outputs, names, threshold, quantiles):
    levels = outputs.reshape(len(outputs), len(names), len(quantiles))
    middle = int(np.abs(np.asarray(quantiles) - 0.5).argmin())
    return Decided(values=levels[:, :, middle], interval=levels[:, :, [0, -1]])


@_rule("gaussian", lambda names, levels: (names * 2,))
def _gaussian(outputs, names, threshold, quantiles):
    mean, sigma = np.moveaxis(outputs.reshape(len(outputs), len(names), 2), 2, 0)
    reach = _TWO_SIDED_95 * sigma
    return Decided(values=mean, interval=np.stack([mean - reach, mean + reach], axis=2), spread=sigma)


@_rule("mask_threshold", lambda names, levels: (1,), thresholded=True, rank=4)
def _mask_threshold(outputs, names, threshold, quantiles):
    return Decided(masks=(outputs[..., 0] >= threshold).astype("uint8"))


@_rule("mask_argmax", lambda names, levels: (names,), rank=4)
def _mask_argmax(outputs, names, threshold, quantiles):
    return Decided(masks=outputs.argmax(axis=-1).astype("uint8"))


@_rule("mask_labels", lambda names, levels: (names,), thresholded=True, rank=4)
def _mask_labels(outputs, names, threshold, quantiles):
    return Decided(masks=(outputs >= np.asarray(threshold)).astype("uint8"))


@_rule("image", lambda names, levels: None, rank=4)
def _image(outputs, names, threshold, quantiles):
    return Decided(images=outputs)


@_rule("nms", lambda names, levels: (4 + names, 4 + names + 4 * BINS), rank=3)
def _nms(outputs, names, threshold, quantiles, overlap=0.6, most=100):
    """Boxes whose score reaches `threshold`; of those that overlap by more than `overlap` the best."""
    found = np.full((len(outputs), most, 6), -1, "float32")
    for row, places in enumerate(outputs):
        where, labels = np.nonzero(places[:, 4 : 4 + len(names)] >= max(threshold, _LEAST))
        ranks = places[where, 4 + labels]
        best = np.argsort(-ranks, kind="stable")[:_CANDIDATES]
        boxes, labels, ranks = places[where[best], :4], labels[best], ranks[best]
        kept = nms(boxes[None], ranks[None], labels[None], threshold=overlap, count=most)[0]
        kept = kept[kept >= 0]
        found[row, : len(kept)] = np.column_stack([boxes[kept], labels[kept], ranks[kept]])
    return Decided(boxes=found)


def _check(outputs, rank, widths, name):
    if outputs.ndim != rank or (widths and outputs.shape[-1] not in widths):
        places = "samples" if rank == 2 else "samples, height, width"
        expected = " or ".join(f"({places}, {width})" for width in widths or ("channels",))
        raise KitError(f"The decision '{name}' needs outputs of shape {expected}. Received: {outputs.shape}")
    finite = np.isfinite(outputs).all(axis=tuple(range(1, rank)))
    if not finite.all():
        rows = ", ".join(map(str, np.flatnonzero(~finite)[:10]))
        raise KitError(
            f"The model's outputs are not finite in row {rows}, so nothing can be decided. Check those\n"
            "inputs for values far from the training data; if all rows are hit, train the model again."
        )


def _of_classes(decided, row, names):
    chosen = decided.indices[row]
    every = _by_name(decided.probabilities, row, names)
    scores = _by_name(decided.scores, row, names)
    if np.ndim(chosen):
        labels = [name for name, has in zip(names, chosen, strict=True) if has]
        return Decision(labels=labels, probabilities=every)
    label = names[int(chosen)]
    likely = None if decided.sets is None else _likely(decided, row, names)
    return Decision(label, None if every is None else every[label], every, likely, scores)


def _likely(decided, row, names):
    """The classes of a sample's set, the likeliest first."""
    order = np.argsort(-decided.probabilities[row], kind="stable")
    return [names[index] for index in order if decided.sets[row, index]]


def _of_boxes(rows, names):
    labels = [names[int(number)] for number in rows[:, 4]]
    return Decision(labels=labels, scores=rows[:, 5], boxes_xyxy=rows[:, :4])


def _as_json(value):
    if not isinstance(value, np.ndarray):
        return plain(value)
    if value.dtype == np.float32 and value.ndim < 3:
        return plain(value.tolist())
    return {"size": list(value.shape), **({"runs": runs(value)} if value.dtype == np.uint8 else {})}


def runs(mask):
    """A mask as [[class, pixels], ...], row by row from the upper left.

    Example:
        >>> runs(np.array([[0, 0], [1, 0]]))
        [[0, 2], [1, 1], [0, 1]]
    """
    flat = mask.ravel()
    starts = np.concatenate([[0], np.flatnonzero(np.diff(flat)) + 1]).astype(int) if flat.size else []
    lengths = np.diff([*starts, flat.size])
    return [[int(flat[start]), int(length)] for start, length in zip(starts, lengths, strict=True)]


def _shares(mask, names):
    """Share of the pixels of each class or label, by name."""
    counts = np.bincount(mask.ravel(), minlength=len(names)) if mask.ndim == 2 else mask.sum(axis=(0, 1))
    return dict(zip(names, (counts / max(1, mask.shape[0] * mask.shape[1])).tolist(), strict=True))


def _of_values(decided, row, names):
    values = _by_name(decided.values, row, names)
    interval = _by_name(decided.interval, row, names)
    if len(names) == 1:
        return Decision(value=values[names[0]], interval=interval and interval[names[0]])
    return Decision(values=values, interval=interval)


def _by_name(array, row, names):
    if array is None:
        return None
    entries = array[row].tolist()
    return {
        name: tuple(each) if isinstance(each, list) else each
        for name, each in zip(names, entries, strict=True)
    }


def _short(value):
    """A value as `repr` shows it: of maps the shape, of numbers six digits."""
    if isinstance(value, np.ndarray):
        return f"<{' x '.join(map(str, value.shape))}>"
    return repr(_rounded(value))


def _rounded(value):
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return tuple(map(_rounded, value)) if isinstance(value, tuple) else value
