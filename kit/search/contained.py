"""Contained: trials that a longer training passes through, so that it may carry on from their states.

At a constant learning rate the first 5 of 20 epochs are what a training of 5 epochs is. Any other schedule
ends low where the epochs end; there each number of epochs is a training of its own.
"""

from kit.search import space as spaces

_EPOCHS = "epochs"


def longest(work, space):
    """Epochs of the longest trial where longer ones contain shorter ones, else None.

    They do at a constant rate and a patience that does not follow from the epochs, without a clock or an
    average of the weights. Where hyperparameters are continuous no two trials share the others, and no
    state is worth keeping.

    Args:
        work: a `Work`.
        space: the `SearchSpace`, or None where the builder declares its own.
    """
    if space is None or _EPOCHS not in space or work.max_epochs is not None:
        return None
    others = space.without(_EPOCHS)
    if others is not None and (spaces.count(others) is None or {"schedule", "patience"} & {*others.names}):
        return None
    said = work.settings
    is_steady = said.get("schedule") == "constant" and said.get("patience") is not None
    is_plain = not said.get("minutes") and not said.get("average") and "average" not in space
    if not (is_steady and is_plain) or work.data.task.form == "boxes":  # mosaics end with the epochs
        return None
    return int(max(space[_EPOCHS].samples))


def shorter(entry, ledger):
    """The longest ended trial that this one contains: the same values, fewer epochs; or None.

    Args:
        entry: an `Entry` of the ledger.
        ledger: a `Ledger`.
    """
    known = [
        each
        for each in ledger.ended
        if _others(each.values) == _others(entry.values) and each.values[_EPOCHS] < entry.values[_EPOCHS]
    ]
    scored = [each for each in known if each.status == "completed"]
    return max(scored, key=lambda each: each.values[_EPOCHS], default=None)


def _others(values):
    return {name: value for name, value in values.items() if name != _EPOCHS}
