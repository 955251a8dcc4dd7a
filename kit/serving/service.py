"""Service: what all requests to one server share."""

import asyncio
import concurrent.futures

from kit.serving.limits import Limits
from kit.serving.measures import Measures
from kit.serving.refusals import busy

_THREADS = 2  # that read requests and write answers; models have their own


class Service:
    """Models, limits and counters of one server.

    Args:
        models: a `kit.serving.models.Models`.
        limits: a `Limits`.
        measures: a `Measures`.

    Attributes:
        stopping: whether the server takes leave: what is open is answered, and connections end.
    """

    def __init__(self, models, limits=None, measures=None):
        self.models, self.limits = models, limits or Limits()
        self.measures = measures or Measures()
        self.stopping = False
        self._open = self._bytes = 0
        self._threads = concurrent.futures.ThreadPoolExecutor(_THREADS, thread_name_prefix="kit requests")
        for model in models:
            self.measures.watch(model)

    def open(self):
        """Takes a request in.

        Raises:
            Refused: 503 if too many are open.
        """
        if self._open >= self.limits.requests:
            raise busy()
        self._open += 1

    def hold(self, count):
        """Counts bytes of a body.

        Raises:
            Refused: 503 if the bodies of all open requests have too many.
        """
        if self._bytes + count > self.limits.bodies:
            raise busy()
        self._bytes += count

    def done(self, count):
        """Lets go of a request with `count` bytes of body."""
        self._open -= 1
        self._bytes -= count

    async def apart(self, is_light, function, *arguments):
        """What a function gives, run in a thread, so that other requests are answered meanwhile.

        Args:
            is_light: whether it takes less time than handing it to a thread; then it is run at once.
            function, arguments: what is run.
        """
        if is_light:
            return function(*arguments)
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)

    async def decisions(self, model, asked):
        """The decisions of a model on what was asked, when its turn has come."""
        return await asyncio.wrap_future(model.submit(asked, self.limits.seconds))

    def close(self):
        """Answers what waits and ends all threads."""
        for model in self.models:
            model.close()
        self._threads.shutdown()
