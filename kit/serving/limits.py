"""Limits: how much of anything a server takes from a client it does not know."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Limits:
    """What one request, and all of them together, may cost.

    Args:
        body: bytes of one request's body.
        bodies: bytes of the bodies of all requests that are not answered yet.
        depth: lists and objects inside each other in JSON.
        numbers: values in the JSON of one request.
        instances: inputs in one request.
        pixels: of all images in one request, as their headers say.
        requests: that may be open at once.
        waiting: requests that may wait for one model.
        samples: inputs that may wait for one model; one request of more is taken where nothing waits.
        reading: seconds in which a body must have come.
        seconds: from the first byte of a request to the last of its answer.
    """

    body: int = 10_000_000
    bodies: int = 200_000_000
    depth: int = 16
    numbers: int = 2_000_000
    instances: int = 1_000
    pixels: int = 25_000_000
    requests: int = 128
    waiting: int = 64
    samples: int = 4_096
    reading: float = 15.0
    seconds: float = 30.0


RETRY_AFTER = 1  # seconds that a client is asked to wait when there is too much to do
HEADERS = 16_384  # bytes of a request's line and headers
IDLE = 5  # seconds that a connection stays open without a request
HEADER_SECONDS = 10  # in which a request's headers must have come
