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
    kind, work = driver.recv()
    began = time.monotonic()
    with quiet():
        if kind == "batches":
            from kit.search.batches import Batches as Trainer
        else:
            from kit.search.trainer import Trainer

    def report(progress):
        if work.seconds is not None and time.monotonic() - began > work.seconds:
            return False
        if not work.is_pruned:
            return True
        driver.send(progress)
        return driver.recv()

    trainer = Trainer(work)
    while True:
        driver.send(trainer.train(driver.recv(), report))


def _die_with(parent):
    """Ends this process when its parent is gone: it may be in the middle of a long epoch then."""

    def watch():
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    main(sys.argv[1])
