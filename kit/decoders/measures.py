"""How wide decoders are where nothing is said, and which maps they start from."""

from kit.errors import KitError

WIDEST = 512  # channels
_ENOUGH = 256  # channels of the decoders that keep one width; more helps the largest backbones only
_COARSE = 4  # pixels of the image: the stride at which these decoders end
_LEVELS = 3  # maps that they look at, where there are as many


def mirrored(taps, width=None):
    """Channels of each step of a U-Net's way up, from coarse to fine.

    Args:
        taps: maps from fine to coarse.
        width: channels of the finest step, each coarser one has twice as many, at most 512; or
            one number for each step from coarse to fine; None takes the maps' own.

    Raises:
        KitError: if there are fewer numbers than steps.

    Example:
        >>> import keras
        >>> maps = [keras.Input((8, 8, 16)), keras.Input((4, 4, 32)), keras.Input((2, 2, 64))]
        >>> mirrored(maps), mirrored(maps, 8), mirrored(maps, (64, 32, 16))
        ((32, 16), (16, 8), (64, 32, 16))
    """
    levels = range(len(taps) - 1)
    if width is None:
        return tuple(taps[level].shape[-1] for level in reversed(levels))
    if isinstance(width, int):
        return tuple(min(width * 2**level, WIDEST) for level in reversed(levels))
    if len(width) < len(levels):
        raise KitError(f"`width` needs a number for each of {len(levels)} steps up. Received: {width}.")
    return tuple(width)


def constant(taps, width=None):
    """Channels of a decoder that keeps one width: the coarsest map's, at most 256, if None is given."""
    return width or min(taps[-1].shape[-1], _ENOUGH)


def base(taps):
    """Index of the map at which coarse decoders end: of stride 4, finer if else fewer than 3 are left.

    Example:
        >>> import keras
        >>> from kit.backbones.taps import Taps
        >>> base(Taps(range(6))), base(Taps(range(5), (2, 4, 8, 16, 32))), base(Taps(range(4)))
        (2, 1, 1)
    """
    quarter = next((level for level, stride in enumerate(taps.strides) if stride >= _COARSE), len(taps))
    return min(quarter, max(len(taps) - _LEVELS, 0))
