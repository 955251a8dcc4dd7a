"""Memory that goes back to the system as soon as a large body is done with."""

import ctypes

_MMAP_THRESHOLD = -3  # of mallopt(3)
_LARGE = 2**18  # bytes: bodies and pictures, not answers


def give_large_blocks_back():
    """Keeps large blocks out of the heap of this process, where the C library is one that can.

    glibc takes large blocks from the system and gives them back, but learns from each that is freed to
    keep the next of its size, up to 32 MB, in the heap, where small ones then hold it. A limit that is
    set stays.

    Returns:
        Whether it was set.

    Source: mallopt(3), M_MMAP_THRESHOLD.

    Example:
        >>> give_large_blocks_back() in (True, False)
        True
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE))
    except (OSError, AttributeError, TypeError):  # musl, macOS, Windows
        return False
