"""How much faster does `kit.fit` train than `model.fit`, on the same model, data and batch size?

    python -m tests.benchmarks.bench_training --repeats 3
    python -m tests.benchmarks.bench_training --repeats 3 --only mlp

Both sides measure the same metrics on the validation part after each epoch and put the best weights
back at the end (EarlyStopping that never stops early); `model.fit` gets the encoded arrays, `kit.fit`
encodes them itself. Each repeat trains a new model, so tracing is included; "an epoch" is the slope
between a run of 10 and one of 90 epochs, without it.
"""

import dataclasses

import numpy as np

from tests.benchmarks import timing

SEED = 0
BACKBONE_SIZE = {2: (30,), 4: (16, 16, 1)}  # by rank: the small input on which each backbone is timed


@dataclasses.dataclass(frozen=True)
class Case:
    """One model on one set of random samples: 4/5 to train, 1/5 to validate."""

    shape: tuple
    samples: int
    classes: int
    batch_size: int
    backbone: str
    width: int | None = None
    depth: int | None = None
    dropout: float | None = None

    def data(self, samples=None):
        """Random samples with random labels."""
        import kit

        rng, samples = np.random.default_rng(SEED), samples or self.samples
        x = rng.normal(size=(samples, *self.shape)).astype("float32")
        x = x if len(self.shape) == 1 else rng.integers(0, 256, size=x.shape).astype("uint8")
        y = np.arange(samples) % self.classes
        cut = 4 * samples // 5
        return kit.load_data(((x[:cut], y[:cut]), (x[cut:], y[cut:])), task="classification")

    def model(self, data):
        """A new compiled model, the same each time."""
        import keras

        import kit

        keras.utils.set_random_seed(SEED)
        names = ("backbone", "width", "depth", "dropout")
        return kit.build_classifier(data.task, data.input, **{name: getattr(self, name) for name in names})

    def with_kit(self, data, epochs):
        """Seconds of `kit.fit`."""
        import kit

        same = {
            "schedule": "constant",
            "precision": "float32",
            "augment": None,
            "class_weight": None,
            "verbose": 0,
        }
        options = {"epochs": epochs, "batch_size": self.batch_size, "patience": epochs, **same}
        model = self.model(data)
        return timing.timed(lambda: kit.fit(model, data, **options))

    def with_keras(self, data, epochs):
        """Seconds of `model.fit`."""
        import keras

        model, (x, y) = self.model(data), data.train.arrays()
        best = keras.callbacks.EarlyStopping(
            "val_loss", patience=epochs, mode="min", restore_best_weights=True
        )
        options = {"epochs": epochs, "batch_size": self.batch_size, "callbacks": [best], "verbose": 0}
        validation = data.validation.arrays()
        return timing.timed(lambda: model.fit(x, y, validation_data=validation, **options))

    def rows(self, name, epochs, repeats, slope=False):
        """The rows of the table for this case."""
        small = self.data(4 * self.batch_size)
        self.with_kit(small, 1), self.with_keras(small, 1)  # warm-up: imports, threads
        data = self.data()
        yield timing.row(f"{name}, {epochs} epochs", *self._both(data, epochs, repeats))
        if slope:
            short, long = self._both(data, 10, repeats), self._both(data, 90, repeats)
            each = [
                [(b - a) / 80 for a, b in zip(*pair, strict=True)] for pair in zip(short, long, strict=True)
            ]
            yield timing.row(f"{name}, an epoch", *each)

    def _both(self, data, epochs, repeats):
        return timing.turns(
            repeats, lambda: self.with_kit(data, epochs), lambda: self.with_keras(data, epochs)
        )


def cases():
    """(name, case, epochs, slope) of everything that is timed."""
    from kit import backbones

    mlp = Case((30,), 500, 2, 32, "mlp", width=64, depth=2, dropout=0.0)
    yield "mlp 30-64-64-1, 400 + 100 rows", mlp, 60, True
    yield "cnn, 2000 + 500 images of 28 x 28", Case((28, 28, 1), 2500, 10, 64, "cnn"), 3, False
    for name in [
        each
        for each in backbones.kinds()
        if {2, 4} & {*backbones.facts(each)["ranks"]} and each not in backbones.dense()
    ]:
        shape = BACKBONE_SIZE[min(backbones.BACKBONES.facts(name)["ranks"])]
        kind = f"{name}, 256 + 64 {'rows' if len(shape) == 1 else 'images of 16 x 16'}"
        yield kind, Case(shape, 320, 4, 32, name), 3, False


if __name__ == "__main__":
    parser = timing.arguments(__doc__, repeats=3)
    parser.add_argument("--only", default="", help="only cases whose name begins so")
    asked = parser.parse_args()
    chosen = [case for case in cases() if case[0].startswith(asked.only)]
    timing.show([row for name, case, n, slope in chosen for row in case.rows(name, n, asked.repeats, slope)])
