"""Arrays: (x, y), which is split, or ((x, y), (x, y)[, (x, y)]), which is kept as it is."""

import numpy as np

from kit.data import series
from kit.data.marked import of_boxes
from kit.data.raw import PARTS, Raw
from kit.data.readers import READERS
from kit.data.readers.tasks import kind_of
from kit.errors import DataError, Fault, KitError
from kit.inputs.images import ragged
from kit.maps import VOID

_MOST_CLASSES = 64  # of masks that nobody called so


def _takes(source):
    return isinstance(source, tuple)


@READERS.register("arrays", takes=_takes, order=1)
def read(request):
    """Arrays or frames with their labels; rank 2 is a table, gray bytes of rank 3 and rank 4 are images.

    Floats of rank 3, and lists of arrays (steps, channels) or (steps,) of several lengths, are series.
    """
    pairs = _pairs(request.source)
    inputs = [_input(x) for x, _ in pairs]
    labels = [_labels(y) for _, y in pairs]
    _check_lengths(inputs, labels)
    shapes = ", ".join(f"{x.shape} {_dtype(x)}" for x in inputs)
    steps = not hasattr(inputs[0], "columns") and inputs[0].ndim in (1, 3)
    kind = "a table" if hasattr(inputs[0], "columns") else "series" if steps else "images"
    raw = Raw(
        "arrays", _joined(inputs), _joined(labels), notes=[f"Took arrays of shape {shapes} for {kind}."]
    )
    raw.target, raw.series = _target(pairs[0][1]), steps
    if is_boxes(raw.labels):
        raw.names = [f"row {row}" for row in range(len(raw))]
        of_boxes(raw, raw.labels, said=request.box_format)
    else:
        _see_maps(raw, request.task, all(_are_equal(x, y) for x, y in zip(inputs, labels, strict=True)))
    if len(pairs) > 1:
        raw.parts = _parts([len(x) for x in inputs])
        raw.notes.append(f"The parts {', '.join(raw.parts)} are kept as they were given.")
    return raw


def _pairs(source):
    nested = all(isinstance(item, list | tuple) and len(item) == 2 for item in source)
    if nested and len(source) in (2, 3):
        return list(source)
    if len(source) == 2:
        return [source]
    raise KitError(f"A tuple of {len(source)} is not data. Give (x, y) or ((x, y), (x, y)[, (x, y)]).")


def _input(x):
    if hasattr(x, "columns"):
        return x.reset_index(drop=True)
    if _is_ragged(x):
        return series.ragged([_steps(item) for item in x])
    x = np.asarray(x)
    if x.ndim == 2:
        return _frame(x)
    if x.ndim == 4 or (x.ndim == 3 and x.dtype.kind in "bu"):
        return x if x.ndim == 4 else x[..., None]
    if x.ndim == 3 and x.dtype.kind == "f":
        return x
    if x.ndim == 3:
        message = (
            "Give gray images as uint8 (N, h, w), any images as (N, h, w, channels), or series as floats "
            "(N, steps, channels)."
        )
        raise KitError(f"There is no input for a {x.dtype} array of shape {x.shape}. {message}")
    raise KitError(
        f"There is no input for an array of shape {x.shape}. Give (N, features), (N, h, w, c), "
        "(N, steps, channels), or a list of arrays (steps, channels)."
    )


def _is_ragged(x):
    """Whether these are arrays of their own, one a sample: series, unless they are the rows of a table.

    Example:
        >>> _is_ragged([np.zeros(3), np.zeros(2)]), _is_ragged([np.zeros(3), np.zeros(3)])
        (True, False)
        >>> _is_ragged([np.zeros((3, 2))]), _is_ragged([np.zeros((3, 2), "uint8")])
        (True, False)
    """
    if isinstance(x, np.ndarray) and x.dtype != object:
        return False
    each = list(x)
    if not all(isinstance(item, np.ndarray) and item.ndim in (1, 2) for item in each):
        return False
    if any(item.ndim == 2 for item in each):
        return all(item.dtype.kind == "f" for item in each)
    return len({len(item) for item in each}) > 1


def _steps(item):
    return np.asarray(item[:, None] if item.ndim == 1 else item, "float64")


def _frame(x):
    import pandas as pd

    frame = pd.DataFrame(x, columns=[f"x{i}" for i in range(x.shape[1])])
    return frame.infer_objects() if x.dtype == object else frame


def _labels(y):
    """(N,) or (N, T) array; lists of labels of several lengths, and boxes with their classes, stay lists."""
    if is_boxes(y):
        return list(y)
    if isinstance(y, list) and any(isinstance(item, list | tuple | set) for item in y):
        ragged = len({len(item) for item in y if hasattr(item, "__len__")}) > 1 or isinstance(y[0], set)
        if ragged or any(isinstance(name, str) for item in y for name in item):
            return y
    y = y.to_numpy() if hasattr(y, "to_numpy") else _array(y)
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    if y.ndim not in (1, 2, 3, 4):
        raise KitError(
            f"Labels of shape {y.shape}. Give (N,), (N, targets), masks (N, h, w) or images (N, h, w, c)."
        )
    return y.astype(object) if y.dtype.kind in "US" else y


def _array(y):
    """Labels as one array.

    Raises:
        KitError: if they are of several shapes, or dicts.
    """
    boxes = "Labels of boxes are pairs, one for each image: (boxes_xyxy (M, 4), M names)."
    try:
        found = np.asarray(y)
    except ValueError as error:
        raise KitError(f"Labels of several shapes. {boxes}") from error
    if found.dtype == object and any(isinstance(item, dict) for item in found.ravel()):
        raise KitError(f"Labels that are dicts. {boxes}")
    return found


def is_boxes(y):
    """Whether these are pairs of boxes and names, one for each image; the first one says so.

    Example:
        >>> is_boxes([(np.zeros((1, 4)), ["cat"])]), is_boxes([["cat", "dog"]])
        (True, False)
    """
    pairs = [] if hasattr(y, "columns") or np.isscalar(y) else list(y)[:1]
    if not pairs or not isinstance(pairs[0], list | tuple) or len(pairs[0]) != 2:
        return False
    try:
        boxes, names = (np.shape(each) for each in pairs[0])
    except ValueError:  # rows of several lengths
        return False
    return len(names) == 1 and (len(boxes) == 2 or boxes == names == (0,))


def _are_equal(x, y):
    """Whether the labels are the images themselves."""
    rank = getattr(y, "ndim", 0)
    if getattr(x, "ndim", 0) != 4 or rank not in (3, 4):
        return False
    return np.array_equal(x, y if rank == 4 else y[..., None])


def _see_maps(raw, task, is_clean):
    """Labels of rank 3 and 4 are maps: masks where they are few whole numbers, else clean images."""
    if getattr(raw.labels, "ndim", 1) < 3:
        return
    kind = kind_of(task)
    labels = raw.labels if kind == "denoising" else _of_masks(raw, task)
    raw.dense = "mask" if kind != "denoising" and _are_masks(labels, kind) else "image"
    if raw.dense == "image" and kind == "segmentation":
        raise DataError([Fault("masks", _unlike_masks(labels), f"whole numbers 0 to {VOID}, one channel")])
    if raw.dense == "image" and is_clean:
        raw.labels = raw.inputs  # clean images alone
        return
    if raw.dense == "image":
        raw.labels = ragged(list(labels if labels.ndim == 4 else labels[..., None]))
        return
    labels = labels[..., 0] if labels.ndim == 4 and labels.shape[-1] == 1 else labels
    if labels.min() < 0 or labels.max() > VOID:
        raise DataError([Fault("masks", f"values {labels.min()} to {labels.max()}", f"0 to {VOID}")])
    present = np.unique(labels)
    if labels.ndim == 3 and present.tolist() == [0, VOID] and VOID not in _values_of(task):
        labels, present = labels > 0, np.array([0, 1])
        raw.notes.append("Masks hold 0 and 255 alone: 0 is background, the other is foreground (1).")
    raw.void = VOID if labels.ndim == 3 and present[-1] == VOID and len(present) > 2 else None
    inside = present[present != raw.void] if raw.void is not None else present
    raw.classes = tuple(range(labels.shape[-1] if labels.ndim == 4 else max(2, int(inside[-1]) + 1)))
    raw.labels = ragged(list(labels.astype("uint8")))


def _are_masks(labels, kind):
    """Whether maps of numbers are masks: whole numbers of one channel, or of each label 0, 1 and void."""
    if labels.dtype.kind not in "bui":
        return False
    if labels.ndim == 3 or labels.shape[-1] == 1:
        if kind is None and len(values := np.unique(labels)) > _MOST_CLASSES:
            raise KitError(
                f"Labels of {len(values)} different values are masks or clean images. Say "
                "task='segmentation' or task='denoising'."
            )
        return True
    return labels.max() <= 1 or (kind == "segmentation" and set(np.unique(labels)) <= {0, 1, VOID})


def _of_masks(raw, task):
    """The labels as masks have them, where they can be masks; else as they are.

    Floats that are few whole numbers become these, masks of 0 and 255 that were read as RGB one channel, and
    one-hot masks class numbers, unless the task says that labels overlap.
    """
    labels, kind = raw.labels, kind_of(task)
    if labels.dtype.kind == "f" and np.isfinite(labels).all() and (labels == np.rint(labels)).all():
        few = labels.ndim == 3 or labels.max() <= 1 or set(np.unique(labels)) <= {0, VOID}
        labels = labels.astype("int64") if few or kind == "segmentation" else labels
    if labels.ndim < 4 or labels.shape[-1] == 1 or labels.dtype.kind not in "bui":
        return labels
    if (labels == labels[..., :1]).all() and set(np.unique(labels)) <= {0, VOID}:
        raw.notes.append("Masks have equal channels of 0 and 255: one of them is taken.")
        return labels[..., 0]
    is_one_hot = labels.max() <= 1 and (labels.sum(axis=-1) == 1).all()
    if not is_one_hot or getattr(task, "overlapping", False):
        return labels
    raw.notes.append(
        "Masks hold one class a pixel: one-hot masks became class numbers. For labels that may overlap say "
        "task=kit.Segmentation(classes, overlapping=True)."
    )
    return labels.argmax(axis=-1)


def _unlike_masks(labels):
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        return "NaN or infinite"
    if labels.dtype.kind == "f":
        return f"fractions such as {labels[labels != np.rint(labels)].flat[0]:.3g}"
    return f"{labels.shape[-1]} channels of several values"


def _values_of(task):
    """The values in masks that a task knows, void included; () where there is none yet."""
    return (*getattr(task, "values", ()), getattr(task, "void", None))


def _target(y):
    if hasattr(y, "columns"):
        return tuple(map(str, y.columns))
    name = getattr(y, "name", None)
    return () if name is None else (str(name),)


def _dtype(x):
    return "" if hasattr(x, "columns") else str(x.dtype)


def _check_lengths(inputs, labels):
    parts = PARTS if len(inputs) > 1 else ("data",)
    sizes = [(part, len(x), len(y)) for part, x, y in zip(parts, inputs, labels, strict=False)]
    cure = "Give one label for each sample."
    faults = [Fault(p, f"{n} samples and {m} labels", "as many", cure) for p, n, m in sizes if n != m]
    if faults:
        raise DataError(faults)


def _joined(values):
    if len(values) == 1:
        return values[0]
    if hasattr(values[0], "columns"):
        import pandas as pd

        return pd.concat(values, ignore_index=True)
    if isinstance(values[0], list):
        return [item for part in values for item in part]
    if len({value.shape[1:] for value in values}) > 1:
        raise KitError(f"The parts have different shapes: {', '.join(str(value.shape) for value in values)}.")
    return np.concatenate(values)


def _parts(sizes):
    ends = np.cumsum([0, *sizes])
    return {part: np.arange(ends[i], ends[i + 1]) for i, part in enumerate(PARTS[: len(sizes)])}
