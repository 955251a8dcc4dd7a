"""What does watching cost? Processor seconds of 10 epochs of a small CNN, with kit.doctor.Watch and without.

    python -m tests.benchmarks.bench_doctor --repeats 3

The sides take turns in one process. 2,000 images of 28 x 28 in batches of 32, 63 steps an epoch; Watch looks
at every loss and, after some epochs, at the weights and at 64 images.
"""

import time

import numpy as np

from kit.quiet import quiet
from tests.benchmarks import timing

EPOCHS = 10


def main():
    """Prints the table."""
    arguments = timing.arguments(__doc__, repeats=3)
    arguments.add_argument("--samples", type=int, default=2000, help="images an epoch (default: 2000)")
    arguments = arguments.parse_args()
    with quiet():
        import keras

        from kit.doctor import Watch

    rng = np.random.default_rng(0)
    x = rng.uniform(size=(arguments.samples, 28, 28, 1)).astype("float32")
    y = rng.integers(0, 10, arguments.samples)
    model = network(keras)
    watch = timed(Watch)(x, verbose=0)

    def epoch(*callbacks):
        began = time.process_time()
        model.fit(x, y, batch_size=32, epochs=EPOCHS, verbose=0, callbacks=list(callbacks))
        return time.process_time() - began

    epoch(), epoch(watch)  # warm-up: compiling is not what is asked
    watch.spent = 0.0
    watched, plain = timing.turns(arguments.repeats, lambda: epoch(watch), epoch)
    name, head = (
        f"{EPOCHS} epochs of {-(-arguments.samples // 32)} steps",
        ("", "watched", "plain", "plain/watched"),
    )
    timing.show([timing.row(name, watched, plain)], head=(*head, "neighbours"))
    least = 100 * (min(watched) / min(plain) - 1)
    share = 100 * watch.spent / sum(watched)
    print(f"in the callback itself: {share:.1f} % of its epochs; least against least: {least:+.1f} %")


def timed(cls):
    """The callback, with the processor seconds of its hooks added up in `spent`."""

    def hook(name):
        def called(self, *arguments, **keywords):
            began = time.thread_time()
            getattr(super(Timed, self), name)(*arguments, **keywords)
            self.spent += time.thread_time() - began

        return called

    hooks = ("on_epoch_begin", "on_train_batch_end", "on_epoch_end")
    Timed = type("Timed", (cls,), {"spent": 0.0, **{name: hook(name) for name in hooks}})
    return Timed


def network(keras):
    """A small CNN of 94,000 weights."""
    layers = [keras.Input((28, 28, 1))]
    for filters in (16, 32, 64):
        layers += [
            keras.layers.Conv2D(filters, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
        ]
    layers += [keras.layers.Flatten(), keras.layers.Dense(64, activation="relu")]
    model = keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    main()
