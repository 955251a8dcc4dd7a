"""One run of training: callbacks, engine, checkpoint, history."""

import dataclasses
import sys
import time
from pathlib import Path

import keras

from kit import storage
from kit.errors import counted
from kit.training import callbacks as parts
from kit.training import engines, plan, precision, rates, settings

CHECKPOINT = "checkpoint.npz"
HISTORY = "history.csv"


@dataclasses.dataclass
class Run:
    """A run from its settings to its end; `stored` is the checkpoint it goes on from, or None."""

    model: keras.Model
    feed: object
    validation: tuple | None
    settings: settings.Settings
    stored: tuple | None
    folder: str | Path | None
    verbose: int
    began: float

    def train(self, callbacks, tensorboard):
        """Trains, or goes on; -> Keras' `History`."""
        settings.apply(self.model, self.settings, self.feed.steps(self.settings.batch_size))
        stoppers = parts.stoppers(self.settings.patience, self.settings.schedule, self.validation is not None)
        average = [keras.callbacks.SwapEMAWeights(swap_on_epoch=True)] if self.model.optimizer.use_ema else []
        kept = parts.Checkpoint(self._path(CHECKPOINT), [*average, *stoppers], self._facts(), self.stored)
        kept.pausing = [each for each in callbacks if isinstance(each, parts.Pause)]
        if self.stored and self.stored[0]["finished"]:
            return self._finished(kept)
        watching = [*average, *stoppers, *callbacks, *self._watchers(kept, tensorboard), kept]
        about = "about " if self.settings.is_paced else ""
        length = f"{about}{counted(self.settings.epochs, 'epoch')} of {len(self.feed)} samples"
        self._say(f"training {length}: {self._described()}")
        with precision.lowered(self.model, self.settings.precision):
            engine = engines.ready(
                self.settings.engine, self.model, self.settings.batch_size, *self._compiled_in()
            )
            epochs = plan.MOST_EPOCHS if self.settings.is_paced else self.settings.epochs
            if any(pause.is_due(kept.done) for pause in kept.pausing):
                epochs = kept.done  # it was killed after it had paused
            history = engine.run(self.feed, self.validation, epochs, kept.done, watching)
        if not kept.pauses:
            kept.write(finished=True)
        return self._history(history, kept)

    def _compiled_in(self):
        """What a program of this run holds besides variables."""
        momentums = settings.momentums(self.model)
        optimizer = self.model.optimizer
        return id(optimizer), id(optimizer._learning_rate), self.settings.precision, momentums

    def _watchers(self, kept, tensorboard):
        s = self.settings
        used = time.monotonic() - self.began + kept.seconds
        if s.is_paced:
            peak = rates.peak_of(self.model.optimizer)
            yield parts.Pace(60 * s.minutes, used, s.epochs, s.schedule, peak)
        elif s.minutes:
            yield parts.StopAfter(60 * s.minutes, used)
        if tensorboard:
            yield keras.callbacks.TensorBoard(tensorboard, write_graph=False)
        yield parts.Calendar(self.feed)
        if self.verbose:
            yield parts.Progress(kept.done)

    def _finished(self, kept):
        kept.set_model(self.model)
        kept.on_train_begin()
        self._say("this run is finished already")
        return self._history(keras.callbacks.History(), kept)

    def _history(self, history, kept):
        history.epoch = [row["epoch"] - 1 for row in kept.rows]
        names = list(dict.fromkeys(name for row in kept.rows for name in row if name != "epoch"))
        history.history = {name: [row.get(name) for row in kept.rows] for name in names}
        seconds = time.monotonic() - self.began + kept.seconds
        history.params = {**(history.params or {}), **self._facts()["settings"], "seconds": seconds}
        if self.folder:
            self._write_history(kept.rows)
        return history

    def _write_history(self, rows):
        import pandas as pd

        with storage.atomic_path(self._path(HISTORY)) as temporary:
            pd.DataFrame(rows).to_csv(temporary, index=False)

    def _facts(self):
        return {"settings": dataclasses.asdict(self.settings)}

    def _path(self, name):
        return Path(self.folder) / name if self.folder else None

    def _described(self):
        s = self.settings
        return (
            f"batch {s.batch_size}, {s.schedule}, {s.precision}, engine {s.engine} ({s.why}), seed {s.seed}"
        )

    def _say(self, text):
        if self.verbose:
            print(text, file=sys.stderr, flush=True)
