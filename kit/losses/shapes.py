"""The shape check that every loss makes: what Keras would broadcast in silence is an error."""


def check_same(loss, y_true, y_pred):
    """Raises a ValueError unless both shapes are equal, apart from an unknown batch size."""
    check(loss, y_true, y_pred, tuple(y_pred.shape)[1:])


def check(loss, y_true, y_pred, expected):
    """Raises a ValueError unless `y_true` is (batch, *expected)."""
    batches = {tuple(y.shape)[0] for y in (y_true, y_pred)} - {None}
    if (
        len(batches) > 1
        or len(y_true.shape) != 1 + len(expected)
        or tuple(y_true.shape)[1:] != tuple(expected)
    ):
        raise ValueError(
            f"{loss.name}: targets of shape {tuple(y_true.shape)} do not fit outputs of shape "
            f"{tuple(y_pred.shape)}; expected targets of shape "
            f"{('batch', *expected)}. Encode labels with task.encode()."
        )
