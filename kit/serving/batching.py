"""Micro-batching: requests that wait together are predicted together, by one thread a model.

Nothing waits for company: while one batch is predicted the next one gathers, so that a batch is as
large as the load asks for, and a lonely request is predicted at once.
"""

import collections
import concurrent.futures
import threading
import time
import typing

from kit.serving.refusals import busy


class _Waiting(typing.NamedTuple):
    work: object
    count: int
    until: float
    future: concurrent.futures.Future


class Batcher:
    """A bounded queue, and a thread that empties it.

    Args:
        run: function (list of works) -> list of what came of each: a value, or an exception.
        most: samples in one batch; one work of more is a batch by itself.
        waiting: works that may wait.
        samples: samples that may wait; one work of more is taken where nothing waits.
        seen: function (samples) that is told the size of each batch.

    Example:
        >>> doubled = Batcher(lambda works: [2 * work for work in works])
        >>> doubled.submit(21).result()
        42
        >>> doubled.close()
    """

    def __init__(self, run, *, most=64, waiting=64, samples=4096, seen=None):
        self._run, self._most, self._seen = run, most, seen
        self._works, self._samples = waiting, samples
        self._queue, self._changed = collections.deque(), threading.Condition()
        self._queued, self._closed = 0, False
        self._thread = threading.Thread(target=self._loop, daemon=True, name="kit batches")
        self._thread.start()

    @property
    def waiting(self):
        """Works that wait."""
        return len(self._queue)

    def submit(self, work, count=1, seconds=60.0):
        """Puts a work into the queue.

        Args:
            work: what `run` takes.
            count: samples in it.
            seconds: after which it is not begun any more.

        Returns:
            A `concurrent.futures.Future` of what came of it.

        Raises:
            Refused: 503 if too much waits already, or if the queue is closed.
        """
        future = concurrent.futures.Future()
        with self._changed:
            full = self._queue and self._queued + count > self._samples
            if self._closed or full or len(self._queue) >= self._works:
                raise busy()
            self._queue.append(_Waiting(work, count, time.monotonic() + seconds, future))
            self._queued += count
            self._changed.notify()
        return future

    def close(self):
        """Takes nothing more, and returns when all that waits is done."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _loop(self):
        while batch := self._next():
            now = time.monotonic()
            for late in (each for each in batch if each.until < now):
                late.future.set_exception(busy("The request waited too long"))
            self._answer([each for each in batch if each.until >= now and _begins(each.future)])

    def _next(self):
        """What is predicted together next; empty when the queue is closed and done."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed)
            batch, count = [], 0
            while self._queue and (not batch or count + self._queue[0].count <= self._most):
                batch.append(self._queue.popleft())
                count += batch[-1].count
            self._queued -= count
            return batch

    def _answer(self, batch):
        if not batch:
            return
        if self._seen is not None:
            self._seen(sum(each.count for each in batch))
        try:
            results = self._run([each.work for each in batch])
        except Exception as error:  # whatever it is, the thread must live on
            results = [error] * len(batch)
        for each, result in zip(batch, results, strict=True):
            if isinstance(result, Exception):
                each.future.set_exception(result)
            else:
                each.future.set_result(result)


def _begins(future):
    """Whether nobody has given up on it."""
    return future.set_running_or_notify_cancel()
