"""The callbacks of a run: Keras' own, and those that Keras has not."""

import sys
import time

import keras
import numpy as np

from kit import schedules
from kit.training import checkpoint
from kit.training.plan import MOST_EPOCHS

INTERVAL = 10.0  # seconds between two checkpoints: each costs some 10 ms, an epoch may take one


class Checkpoint(keras.callbacks.Callback):
    """Writes the run's state every `INTERVAL` seconds and when training ends; puts it back at the start.

    Keras' BackupAndRestore keeps neither the random generators nor the callbacks' memory.
    It has to come after the callbacks whose memory it keeps: they reset when training begins.

    Args:
        path: the file, or None to keep rows in memory only.
        callbacks: whose memory belongs to the state.
        facts: JSON-able dict that is stored beside the history.
        stored: what `checkpoint.load` gave, or None.
    """

    def __init__(self, path, callbacks, facts, stored=None):
        super().__init__()
        self.path, self.callbacks, self.facts, self.stored = path, callbacks, facts, stored
        self.pausing = ()  # the `Pause`s of the run
        self.rows = list(stored[0]["history"]) if stored else []
        self.seconds = stored[0]["seconds"] if stored else 0.0  # trained before this process
        self._began = self._last = time.monotonic()

    @property
    def done(self):
        """Epochs that are complete."""
        return len(self.rows)

    def on_train_begin(self, logs=None):
        if self.stored:
            checkpoint.restore(self.model, self.callbacks, *self.stored)

    def on_epoch_end(self, epoch, logs=None):
        self.rows.append({"epoch": epoch + 1, **{name: float(value) for name, value in (logs or {}).items()}})
        if self.pauses or time.monotonic() - self._last >= INTERVAL:
            self.write(finished=False)

    @property
    def pauses(self):
        """Whether the run stops here to be continued later, before best weights are put back."""
        return any(each.happened for each in self.pausing)

    def write(self, finished):
        """Writes the state now."""
        self._last = time.monotonic()
        if self.path:
            seconds = self.seconds + self._last - self._began
            facts = {**self.facts, "history": self.rows, "finished": finished, "seconds": seconds}
            checkpoint.save(self.path, self.model, self.callbacks, facts)


class Pause(keras.callbacks.Callback):
    """Stops a run after an epoch, so that the same call with a later one, or without, goes on with it.

    Args:
        until: epochs to be done then.
    """

    def __init__(self, until):
        super().__init__()
        self.until, self.happened = until, False

    def is_due(self, done):
        """Whether so many epochs are enough; if so, it has happened."""
        self.happened = self.happened or done >= self.until
        return self.happened

    def on_epoch_end(self, epoch, logs=None):
        if epoch + 1 < self.params["epochs"] and self.is_due(epoch + 1):
            self.model.stop_training = True


class StopAfter(keras.callbacks.Callback):
    """Stops before an epoch that would not end in time; the first epoch is trained whatever it takes.

    Args:
        seconds: since the run began, those before a resume included.
        used: seconds used before this process.
    """

    remembered = 1  # epochs whose median foretells the next

    def __init__(self, seconds, used=0.0):
        super().__init__()
        self.seconds, self.began = seconds, time.monotonic() - used
        self.recent = []  # seconds of the last epochs

    def on_train_begin(self, logs=None):
        self.ended = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        now = time.monotonic()
        self.recent = [*self.recent, self._foretelling(now - self.ended)][-self.remembered :]
        self.ended = now
        if self.left < np.median(self.recent):
            self.model.stop_training = True

    def _foretelling(self, seconds):
        """What an epoch that took so many seconds says of the next."""
        return seconds

    @property
    def left(self):
        """Seconds until the time is up."""
        return self.began + self.seconds - time.monotonic()


class Pace(StopAfter):
    """Sets the learning rate of each epoch by the share of the time that is gone.

    What a few timed steps promised seldom holds for a whole run: others use the machine, too. So the
    epochs that are left are counted again before each, and the schedule ends where the time does.

    Args:
        seconds: since the run began, those before a resume included.
        used: seconds used before this process.
        epochs: how many epochs are expected at first.
        schedule: a name in `kit.schedules.names()`.
        peak: the largest learning rate.
    """

    remembered = 4

    def __init__(self, seconds, used, epochs, schedule, peak):
        super().__init__(seconds, used)
        self.expected, self.schedule, self.peak = epochs, schedule, peak
        self._planned = self.left / max(1, epochs)  # seconds an epoch

    def on_epoch_begin(self, epoch, logs=None):
        total = epoch + self._to_come(epoch)
        self.params["epochs"] = total  # what is shown as the end
        rates = schedules.table(self.schedule, self.peak, 100 * total)
        self.model.optimizer.learning_rate = float(np.mean(rates[100 * epoch : 100 * (epoch + 1)]))

    def on_train_end(self, logs=None):
        self.model.optimizer.learning_rate = self.peak  # for whoever trains on

    def _foretelling(self, seconds):
        # tracing may have taken ten times as long as the first epoch itself
        return seconds if self.recent else min(seconds, self._planned)

    def _to_come(self, epoch):
        if not self.recent:
            return max(1, self.expected - epoch)
        return max(1, min(int(self.left / np.median(self.recent)), MOST_EPOCHS - epoch))


class Calendar(keras.callbacks.Callback):
    """Tells the feed how many epochs there will be, as far as that is known.

    It has to come after `Pace`, which may change its mind.
    """

    def __init__(self, feed):
        super().__init__()
        self.feed = feed

    def on_epoch_begin(self, epoch, logs=None):
        self.feed.epochs = self.params["epochs"]


class Progress(keras.callbacks.Callback):
    """One line an epoch on stderr, with the best so far and the time left.

    A terminal shows one line that changes; anything else gets at most one line a second.

    Args:
        first: number of epochs already done.
    """

    def __init__(self, first=0, stream=None):
        super().__init__()
        self.first, self.stream = first, stream or sys.stderr
        self.live = self.stream.isatty()
        self.best = (float("inf"), 0)

    def on_train_begin(self, logs=None):
        self.began = time.monotonic()
        self._last = -float("inf")

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        watched = logs.get("val_loss", logs.get("loss", float("nan")))
        self.best = min(self.best, (watched, epoch + 1))
        last = epoch + 1 == self.params["epochs"] or self.model.stop_training
        if not last and time.monotonic() - self._last < (0.1 if self.live else 1.0):
            return
        self._last = time.monotonic()
        self._show(self._line(epoch, logs), last)

    def _line(self, epoch, logs):
        done, total = epoch + 1, self.params["epochs"]
        each = (time.monotonic() - self.began) / (done - self.first)
        numbers = "  ".join(f"{name} {value:.4g}" for name, value in logs.items() if name != "learning_rate")
        left = each * (total - done)
        eta = f"{int(left // 60)}:{int(left % 60):02d}"
        return f"epoch {done}/{total}  {numbers}  best {self.best[0]:.4g} @{self.best[1]}  ETA {eta}"

    def _show(self, line, last):
        start, end = ("\r\033[K", "\n" if last else "") if self.live else ("", "\n")
        self.stream.write(start + line + end)
        self.stream.flush()


def stoppers(patience, schedule, validated):
    """Keras' callbacks that watch the validation loss: best weights kept, rate lowered on a plateau."""
    watched = "val_loss" if validated else "loss"
    watching = []
    if patience:
        watching.append(
            keras.callbacks.EarlyStopping(watched, patience=patience, mode="min", restore_best_weights=True)
        )
    if schedule == "plateau":
        watching.append(
            keras.callbacks.ReduceLROnPlateau(watched, factor=0.3, patience=max(2, patience // 3), mode="min")
        )
    return watching
