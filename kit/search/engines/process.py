"""The engine of worker processes: as many trainings at once as there are workers, threads shared out.

A worker that dies takes nothing with it: its assignment goes to a new one. A worker whose memory has grown is
replaced between two trials.
"""

import os
import socket
import subprocess
import sys
from multiprocessing import connection
from pathlib import Path

from kit.errors import KitError
from kit.search import trial as trials
from kit.search.engines.crew import Crew

GROWTH = 1.0  # gigabytes by which a worker may grow before it is replaced
# a program that is run for seconds is not worth seconds of optimisation
POPULATIONS = {"KERAS_BACKEND": "jax", "XLA_FLAGS": "--xla_backend_optimization_level=1"}
_THREADS = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


class Processes(Crew):
    """Trains in processes of their own.

    Args:
        work: a `Work`; builder and data have to be such that another process can have them.
        judge: function (`Progress`) -> whether the trial goes on.
        workers: processes at once.

    Raises:
        KitError: if the builder cannot be imported by another process.
    """

    kind = "process"

    def __init__(self, work, judge, workers=1):
        if why := unsendable(work.builder):
            raise KitError(
                f"The builder {why}; other processes cannot import it. Put it in a module of its own."
            )
        super().__init__(work, judge, workers)

    def hired(self):
        """A new process."""
        return Worker(self.work, max(1, (os.cpu_count() or 1) // self.workers))

    def news(self):
        """Hears all processes that have said something."""
        outcomes = []
        for ready in connection.wait(list(self.at_work)):
            outcomes += self._heard(ready)
        return outcomes

    def _heard(self, ready):
        try:
            message = ready.recv()
            if isinstance(message, trials.Progress):
                ready.send(self.judge(message))
                return []
        except (EOFError, OSError):
            return self.died(*self.at_work.pop(ready))
        worker, *_ = self.at_work.pop(ready)
        self._keep(worker)
        return [message]

    def _keep(self, worker):
        worker.smallest = worker.smallest or worker.gigabytes
        if worker.gigabytes > worker.smallest + GROWTH:
            worker.stop()
        else:
            self.idle.append(worker)


class Worker:
    """A worker process and the connection to it.

    Args:
        work: what it is told first.
        threads: its share of the processor.
        kind: "single" takes one assignment after the other, "batches" lists of them, on JAX.
    """

    def __init__(self, work, threads, kind="single"):
        mine, its = socket.socketpair()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kit.search.engines.worker", str(its.fileno())],
            pass_fds=[its.fileno()],
            env=environment(threads) | (POPULATIONS if kind == "batches" else {}),
            stdin=subprocess.DEVNULL,
            stdout=2,  # words belong there; stdout is for what the command prints
        )
        its.close()
        self.driver, self.smallest = connection.Connection(mine.detach()), None
        self.driver.send((kind, work))

    @property
    def gigabytes(self):
        """Memory that it holds; 0 where the system does not tell."""
        try:
            pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        except (OSError, IndexError, ValueError):
            return 0.0
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e9

    def tell(self, message):
        """Sends an assignment; -> where its messages come from."""
        self.driver.send(message)
        return self.driver

    def stop(self):
        """Ends it; -> its exit status."""
        self.driver.close()
        self.process.kill()
        return self.process.wait()


def unsendable(builder):
    """Why another process cannot import a builder, or an empty text.

    Example:
        >>> unsendable(lambda task, input: None), unsendable(kit.build)
        ('is a function inside another', '')
    """
    kind = builder if hasattr(builder, "__qualname__") else type(builder)
    if "<" in kind.__qualname__:
        return "is a function inside another"
    return "was defined in the script itself" if kind.__module__ == "__main__" else ""


def environment(threads):
    """What a worker finds in its environment: this one, its share of the threads, the same backend."""
    import keras

    paths = os.pathsep.join(dict.fromkeys([path or os.getcwd() for path in sys.path]))
    shares = dict.fromkeys(_THREADS, str(threads))
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": keras.backend.backend()}
    return {**os.environ, **shares, **quiet, "PYTHONPATH": paths}
