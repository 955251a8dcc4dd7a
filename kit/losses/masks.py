"""What the losses of masks share: rows, one-hot planes, the pixels that count, the check of shapes."""

from keras import ops

from kit.maps import VOID
from kit.match import matches

_BINARY = {
    "units": "1",
    "activation": "sigmoid",
    "code": "index_map",
    "decide": "mask_threshold",
    "metrics": ("mask_iou",),
    "bias": "logit",
}
_MULTICLASS = {
    **_BINARY,
    "units": "classes",
    "activation": "softmax",
    "decide": "mask_argmax",
    "bias": "log_prior",
}
_MULTILABEL = {
    **_BINARY,
    "units": "classes",
    "code": "masks",
    "decide": "mask_labels",
    "metrics": ("masks_iou",),
    "bias": "logits",
}


def planes(loss, y_true, y_pred):
    """Coded masks as planes of 0 and 1, and the pixels that count.

    Args:
        loss: whose name a message begins with.
        y_true: (batch, H, W) class numbers, 255 where void; or (batch, H, W, L) of 0, 1 and 255.
        y_pred: (batch, H, W, units) probabilities; one unit is that of class 1.

    Returns:
        Two tensors in the type of `y_pred`: targets (batch, H, W, units) of 0 and 1, and valid, 0
        where void, (batch, H, W, 1), or (batch, H, W, L) for labels.

    Raises:
        ValueError: if the shapes do not fit.
    """
    _check(loss, y_true, y_pred)
    number = ops.cast(y_true, "int32")
    valid = ops.cast(number != VOID, y_pred.dtype)
    number = ops.where(number == VOID, 0, number)
    if len(y_true.shape) == 4:
        return ops.cast(number, y_pred.dtype), valid
    valid = ops.expand_dims(valid, -1)
    if y_pred.shape[-1] == 1:
        return ops.cast(ops.expand_dims(number, -1), y_pred.dtype), valid
    return ops.one_hot(number, y_pred.shape[-1], dtype=y_pred.dtype), valid


def is_exclusive(y_true, y_pred):
    """Whether the planes are classes that exclude each other: not one plane, and not labels."""
    return len(y_true.shape) == 3 and y_pred.shape[-1] > 1


def foreground(y_true, y_pred, background, *arrays):
    """The arrays without the plane of the background, where class 0 of a class mask is one."""
    if background and is_exclusive(y_true, y_pred):
        return tuple(array[..., 1:] for array in arrays)
    return arrays


def mean_over_pixels(values, valid):
    """(batch, H, W, planes) twice -> (batch,): the mean over what counts, 0 where nothing does."""
    return ops.sum(values * valid, axis=(1, 2, 3)) / ops.maximum(ops.sum(valid, axis=(1, 2, 3)), 1.0)


def mean_over_planes(values, counts):
    """(batch, planes) -> (batch,): the mean over the planes that count, 0 where none does."""
    return ops.sum(values * counts, axis=-1) / ops.maximum(ops.sum(counts, axis=-1), 1.0)


def weighted(loss, values, y_true, target):
    """Values of pixels, (batch, H, W, 1 or labels), each times the weight of what the pixel is.

    Args:
        loss: its `class_weights` are a number for each class, of labels where one is carried;
            None leaves the values as they are.
        values: losses of the pixels.
        y_true: the coded masks.
        target: their planes, (batch, H, W, units).

    Raises:
        ValueError: if there are not as many weights as classes.
    """
    if loss.class_weights is None:
        return values
    is_labels, units = len(y_true.shape) == 4, target.shape[-1]
    classes = units if is_labels else max(units, 2)
    if len(loss.class_weights) != classes:
        raise ValueError(
            f"{loss.name}: `class_weights` is one number for each of {classes} classes. "
            f"Received: {loss.class_weights}"
        )
    weights = ops.convert_to_tensor(loss.class_weights, dtype=target.dtype)
    if is_labels:
        return values * (target * weights + 1 - target)
    each = target if units > 1 else ops.concatenate([1 - target, target], axis=-1)
    return values * ops.sum(each * weights, axis=-1, keepdims=True)


def checked_weights(weights):
    """Class weights as a tuple of numbers above 0, or None; else a ValueError."""
    if weights is None:
        return None
    weights = tuple(float(weight) for weight in weights)
    if not weights or min(weights) <= 0:
        raise ValueError(f"`class_weights` is one number above 0 for each class. Received: {weights}")
    return weights


def _check(loss, y_true, y_pred):
    true, said = tuple(y_true.shape), tuple(y_pred.shape)
    fits = len(said) == 4 and len(true) in (3, 4) and (len(true) == 3 or true[3] == said[3])
    sides = zip(true[:3], said[:3], strict=True) if fits else ()
    if not fits or any(None not in pair and pair[0] != pair[1] for pair in sides):
        raise ValueError(
            f"{loss.name}: masks of shape {true} do not fit outputs of shape {said}; expected "
            "(batch, height, width) class numbers, or (batch, height, width, labels) of 0 and 1. "
            "Encode labels with task.encode()."
        )


def for_masks(name, why):
    """Declares a loss for the three kinds of masks."""

    def declare(maker):
        for form, columns in (
            ("binary mask", _BINARY),
            ("multiclass mask", _MULTICLASS),
            ("multilabel mask", _MULTILABEL),
        ):
            matches(form, name, **columns, why=why)(maker)
        return maker

    return declare
