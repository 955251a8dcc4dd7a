"""What requests bring for each kind of input: one small file each. Any other kind takes arrays of numbers."""

from kit.serving.kinds.base import KINDS


def of(input, limits):
    """The `Kind` of an input of kit.

    Args:
        input: such as `kit.Images`.
        limits: `kit.serving.limits.Limits`.

    Example:
        >>> from kit.serving.limits import Limits
        >>> of(kit.Images((8, 8)), Limits()).name
        'images'
    """
    name = input.to_json()["kind"]
    return KINDS.get(name if name in KINDS else "numbers")(input, limits)
