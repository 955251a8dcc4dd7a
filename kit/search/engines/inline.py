"""The engine that trains in this very process: nothing to start, nothing to send."""

from kit.search.trainer import Trainer


class Inline:
    """Trains one assignment at a time, here.

    Args:
        work: a `Work`.
        judge: function (`Progress`) -> whether the trial goes on.
        workers: 1; there is but one process.
    """

    def __init__(self, work, judge, workers=1):
        self.trainer, self.judge, self.waiting = Trainer(work), judge, []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    @property
    def free(self):
        """Assignments that it would take now."""
        return 1 - len(self.waiting)

    @property
    def busy(self):
        """Assignments that it has."""
        return len(self.waiting)

    def submit(self, assignment):
        """Takes an assignment."""
        self.waiting.append(assignment)

    def finished(self):
        """Trains; -> the outcome, in a list."""
        return [self.trainer.train(self.waiting.pop(), self.judge)]
