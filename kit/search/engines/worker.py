"""A worker: a process that trains assignments until its driver is gone.

Started by `kit.search.engines.process` with the number of a socket that it inherits.
"""

import os
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection

from kit.quiet import quiet


def main(number):
    """Serves the driver at the other end of the socket; returns when it hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's
    driver = Connection(int(number))
    _die_with(os.getppid())
    try:
        _serve(driver)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _serve(driver):
    def ask(progress):
        driver.send(progress)
        return driver.recv()

    kind, work = driver.recv()
    report, trainer = reporter(work, ask), trainer_of(kind)(work)
    while True:
        driver.send(trainer.train(driver.recv(), report))


def trainer_of(kind):
    """The class that trains: "single" one assignment after the other, "batches" lists of them, on JAX."""
    with quiet():
        if kind == "batches":
            from kit.search.batches import Batches

            return Batches
        from kit.search.trainer import Trainer

        return Trainer


def reporter(work, ask):
    """A function (`Progress`) -> whether the trial goes on; the driver is asked where trials are pruned.

    Args:
        work: a `Work`.
        ask: function (`Progress`) that has the driver's answer.
    """
    began = time.monotonic()

    def report(progress):
        if work.seconds is not None and time.monotonic() - began > work.seconds:
            return False
        return ask(progress) if work.is_pruned else True

    return report


def _die_with(parent):
    """Ends this process when its parent is gone: it may be in the middle of a long epoch then."""

    def watch():
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    main(sys.argv[1])
