"""Refusals: what a client is told when it does not get what it asked for. Every body is {"error": text}."""

import json

from kit.errors import DataError, KitError, ResourceError
from kit.plain import writable
from kit.serving.limits import RETRY_AFTER

_FAULTS, _LETTERS = 10, 2_000  # that are told


class Refused(Exception):
    """A request that is not answered as asked.

    Args:
        status: of HTTP, 400 to 599.
        message: what was found and what was expected.
        headers: name -> value of further headers.
    """

    def __init__(self, status, message, headers=None):
        super().__init__(message)
        self.status, self.message, self.headers = status, message, dict(headers or {})


def busy(what="The server has too much to do"):
    """The refusal of what would have to wait too long: 503, with the time after which to come again."""
    return Refused(503, f"{what}. Ask again later.", {"retry-after": str(RETRY_AFTER)})


def of(error):
    """Any error as a `Refused`; one that is none of the client's tells nothing of what happened.

    Example:
        >>> of(DataError("no samples")).status, of(ZeroDivisionError("/home/x")).message
        (422, 'The server failed; its log says why.')
    """
    if isinstance(error, Refused):
        return error
    if isinstance(error, TimeoutError | ResourceError | MemoryError):
        return busy("This took too long or too much memory")
    if isinstance(error, DataError):
        return Refused(422, _faults(error.faults))
    if isinstance(error, KitError):
        return Refused(422, str(error))
    return Refused(500, "The server failed; its log says why.")


def content(message):
    """The body of a refusal, as bytes.

    Example:
        >>> content("no such model")
        b'{"error": "no such model"}'
    """
    text = writable(message)
    shown = text if len(text) <= _LETTERS else f"{text[:_LETTERS]} ..."
    return json.dumps({"error": shown}, ensure_ascii=False).encode("utf-8")


def _faults(faults):
    more = [f"and {len(faults) - _FAULTS} more"] if len(faults) > _FAULTS else []
    return "; ".join([*map(str, faults[:_FAULTS]), *more])
