"""What does watching cost? Seconds of an epoch of a small CNN, with kit.doctor.Watch and without.

    python -m tests.benchmarks.bench_doctor --repeats 7

The sides take turns in one process. 2,000 images of 28 x 28 in batches of 32, 63 steps an epoch; Watch looks
at every loss and, after the epoch, at the weights and at 64 images.
"""

import numpy as np

from kit.quiet import quiet
from tests.benchmarks import timing


def main():
    """Prints the table."""
    arguments = timing.arguments(__doc__, repeats=7)
    arguments.add_argument("--samples", type=int, default=2000, help="images an epoch (default: 2000)")
    arguments = arguments.parse_args()
    with quiet():
        import keras

        from kit.doctor import Watch

    rng = np.random.default_rng(0)
    x = rng.uniform(size=(arguments.samples, 28, 28, 1)).astype("float32")
    y = rng.integers(0, 10, arguments.samples)
    model = network(keras)
    watch = Watch(x, verbose=0)

    def epoch(*callbacks):
        return timing.timed(lambda: model.fit(x, y, batch_size=32, verbose=0, callbacks=list(callbacks)))

    epoch(), epoch(watch)  # warm-up: compiling is not what is asked
    watched, plain = timing.turns(arguments.repeats, lambda: epoch(watch), epoch)
    name = f"an epoch of {-(-arguments.samples // 32)} steps"
    timing.show(
        [timing.row(name, watched, plain)], head=("", "watched", "plain", "plain/watched", "neighbours")
    )


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
