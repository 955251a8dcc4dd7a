"""Which losses take images that are put together of two: beside each loss stands what it may see."""

from kit import match
from kit.errors import MatchError


def check_mixes(task, asked):
    """Raises a MatchError unless the task's loss is right for images that are put together of two.

    The loss of such an image has to be the mean of its losses with both labels, each times its share. A loss
    that is linear in its targets, such as a crossentropy, gives that for the mean of the targets; so does the
    squared error, but for a number that no weight changes. Such a loss has a class attribute `mixes`: the
    names of the changes after which its targets are true. A window of a photograph holds a share of a class,
    but not of a price, so numbers may be blended and not pasted. Losses without the attribute are refused.

    Args:
        task: what is predicted.
        asked: names of the changes.

    Example:
        >>> check_mixes(kit.Classification(10), ["mixup", "cutmix"])
        >>> check_mixes(kit.Classification(10, loss="focal"), ["cutmix"])
        Traceback (most recent call last):
            ...
        kit.errors.MatchError: augment: cutmix would make targets of 'focal' wrong...
    """
    for change in asked:
        if change in mixes(task.match):
            continue
        may = ", ".join(str(row) for row in match.table() if change in mixes(row))
        raise MatchError(
            f"augment: {change} would make targets of '{task.loss}' wrong ({task.describe()}).\n"
            f"It fits: {may}."
        )


def mixes(row):
    """Names of the changes that put two images together and are right for all losses of a row.

    Example:
        >>> sorted(mixes(kit.match.resolve("multilabel", "crossentropy")))
        ['cutmix', 'mixup']
        >>> sorted(mixes(kit.match.resolve("multilabel", "focal")))
        []
    """
    return set.intersection(*(set(getattr(maker, "mixes", ())) for maker in match.makers(row)))
