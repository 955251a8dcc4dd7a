"""What the engines of several workers share: who is idle, who is at work, what becomes of those that die."""

from kit.search import trial as trials

TRIES = 3  # workers that a trial may cost


class Crew:
    """An engine of workers that may die. A subclass says how one is hired, and how their messages are heard.

    Args:
        work: a `Work`.
        judge: function (`Progress`) -> whether the trial goes on.
        workers: at once.
    """

    kind = "worker"  # what is told to have died

    def __init__(self, work, judge, workers=1):
        self.work, self.judge, self.workers = work, judge, workers
        self.idle, self.at_work = (
            [],
            {},
        )  # workers; where its messages come from -> (worker, assignment, tries)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for worker in [*self.idle, *(worker for worker, *_ in self.at_work.values())]:
            worker.stop()

    @property
    def free(self):
        """Assignments that it would take now."""
        return self.workers - len(self.at_work)

    @property
    def busy(self):
        """Assignments that it has."""
        return len(self.at_work)

    def submit(self, assignment, tries=1):
        """Gives an assignment to a worker, which is hired if there is none."""
        worker = self.idle.pop() if self.idle else self.hired()
        try:
            self.at_work[worker.tell(assignment)] = (worker, assignment, tries)
        except OSError:  # it died while it was idle
            worker.stop()
            self.submit(assignment, tries)

    def finished(self):
        """Waits for the next outcomes, and answers the workers' reports on the way."""
        outcomes = []
        while not outcomes:
            outcomes = self.news()
        return outcomes

    def hired(self):
        """A new worker: `tell(message)` sends it an assignment or an answer, `stop()` ends it."""
        raise NotImplementedError

    def news(self):
        """Hears who has something to say; -> outcomes, if any."""
        raise NotImplementedError

    def died(self, worker, assignment, tries, why=None):
        """Gives the assignment of a lost worker to another one; -> its outcome if that was the last try."""
        status = worker.stop()
        if tries < TRIES:
            self.submit(assignment, tries + 1)
            return []
        told = why or f"exit status {status}"
        reason = f"Its {self.kind} died {tries} times ({told}); out of memory? Try a smaller batch_size."
        return [trials.Outcome(assignment.trial, trials.FAILED, reason=reason)]
