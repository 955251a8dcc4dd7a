"""How many trials a second does a search run, beside KerasTuner's RandomSearch?

    python -m tests.benchmarks.bench_search --trials 32 128
    python -m tests.benchmarks.bench_search --network cnn --trials 12
    python -m tests.benchmarks.bench_search --overhead --trials 100

`mlp`: a table of 400 training rows and 30 columns, 20 epochs, trials of different learning rate, weight decay
and dropout; kit's engine is vectorized (JAX). `cnn`: scikit-learn's digits, 2 epochs, trials of different
learning rate and batch size; kit's engine is inline (TensorFlow), KerasTuner gets the same network.
Compilation, oracle, journal and scoring are counted, imports are not. KerasTuner's time is the mean of
`--reference` trials. Every side runs in a process of its own.

`--overhead`: nothing is trained, every trial is answered at once with a number. What is left is what a search
itself costs: the trial's own numbers, folder, journal and table, and apart from it the oracle's suggestions.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

from kit.search.engines.process import POPULATIONS

EPOCHS = {"mlp": 20, "cnn": 2}
SPACES = {
    "mlp": {
        "learning_rate": (1e-4, 3e-2, "log"),
        "weight_decay": (1e-4, 1e-1, "log"),
        "dropout": (0.05, 0.5),
    },
    "cnn": {"learning_rate": (1e-4, 3e-2, "log"), "batch_size": [16, 32, 64]},
}
SETTINGS = {"mlp": {"width": 64, "depth": 2, "batch_size": 32}, "cnn": {"backbone": "cnn"}}


def data_of(network):
    import numpy as np

    import kit

    if network == "cnn":
        return kit.load_data("digits")
    numbers = np.random.default_rng(0)
    x = numbers.normal(size=(500, 30)).astype("float32")
    y = (x[:, :5].sum(axis=1) + numbers.normal(size=500) > 0).astype(int)
    return kit.load_data(((x[:400], y[:400]), (x[400:], y[400:]), (x[400:], y[400:])))


def with_kit(network, trials):
    """Seconds of a whole search, imports left out."""
    import kit
    from kit.search import engines
    from kit.search.engines.vectorized import Vectorized

    if network == "mlp":
        import kit.search.batches
    else:
        import kit.search.trainer  # noqa: F401

    class Here(Vectorized):
        """The engine of populations in this very process, so that no import is timed."""

        def finished(self):
            self.batches = getattr(self, "batches", None) or kit.search.batches.Batches(self.work)
            batch, self.waiting = self.waiting, []
            return self.batches.train(batch, self.judge)

    engines.get, usual = (lambda name: Here if name == "vectorized" else usual(name)), engines.get
    data = data_of(network)
    engine = "vectorized" if network == "mlp" else "inline"
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        kit.search(
            kit.build_classifier, data, SPACES[network], trials=trials, epochs=EPOCHS[network], patience=0,
            engine=engine, out=f"{folder}/search", verbose=0, **SETTINGS[network],
        )  # fmt: skip
        return time.perf_counter() - began


def with_kerastuner(network, trials):
    """Seconds of its RandomSearch over the same network, epochs and ranges."""
    import keras
    import keras_tuner

    import kit

    data = data_of(network)
    settings = {name: value for name, value in SETTINGS[network].items() if name != "batch_size"}

    class Hyper(keras_tuner.HyperModel):
        def build(self, hp):
            rates = {"learning_rate": hp.Float("learning_rate", 1e-4, 3e-2, sampling="log")}
            if network == "mlp":
                rates["weight_decay"] = hp.Float("weight_decay", 1e-4, 1e-1, sampling="log")
                rates["dropout"] = hp.Float("dropout", 0.05, 0.5)
            model = kit.build_classifier(data.task, data.input, **settings, **rates)
            optimizer = keras.optimizers.AdamW(
                rates["learning_rate"], weight_decay=rates.get("weight_decay", 0.01)
            )
            model.compile(optimizer=optimizer, loss=data.task.make_loss(), metrics=data.task.make_metrics())
            return model

        def fit(self, hp, model, *args, **keywords):
            size = 32 if network == "mlp" else hp.Choice("batch_size", [16, 32, 64])
            return model.fit(*args, batch_size=size, epochs=EPOCHS[network], **keywords)

    with tempfile.TemporaryDirectory() as folder:
        tuner = keras_tuner.RandomSearch(
            Hyper(), objective="val_loss", max_trials=trials, directory=folder, project_name="search", seed=1
        )
        began = time.perf_counter()
        tuner.search(*data.train.arrays(), validation_data=data.validation.arrays(), verbose=0)
        return time.perf_counter() - began


SIDES = {"kit": with_kit, "kerastuner": with_kerastuner}


def overhead(algorithm, trials):
    """(milliseconds a trial of the search itself, of its oracle) where an engine answers at once."""
    import kit
    from kit.search import engines, oracles
    from kit.search.engines.inline import Inline
    from kit.search.trial import COMPLETED, Outcome

    class AtOnce(Inline):
        def __init__(self, work, judge, workers=1):
            self.waiting = []

        def finished(self):
            trial = self.waiting.pop().trial
            score = (hash(trial) % 1000) / 1000
            return [Outcome(trial, COMPLETED, score, {"val_loss": score}, curve=(score,), epochs=1)]

    spent = [0.0]

    def timed(self, *arguments, usual=oracles.Replayed.populate_space):
        began = time.perf_counter()
        try:
            return usual(self, *arguments)
        finally:
            spent[0] += time.perf_counter() - began

    oracles.Replayed.populate_space = timed
    engines.get = lambda name: AtOnce
    data = data_of("mlp")
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        kit.search(
            kit.build_classifier, data, SPACES["mlp"], trials=trials, epochs=1, patience=0, engine="inline",
            algorithm=algorithm, out=f"{folder}/search", verbose=0, **SETTINGS["mlp"],
        )  # fmt: skip
        whole = time.perf_counter() - began
    return (whole - spent[0]) / trials * 1000, spent[0] / trials * 1000


def measured(side, network, trials):
    """Seconds of one side in a process of its own."""
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    if (side, network) == ("kit", "mlp"):
        environment |= POPULATIONS
    command = [
        sys.executable,
        "-m",
        __spec__.name,
        "--side",
        side,
        "--network",
        network,
        "--trials",
        str(trials),
    ]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", choices=sorted(SPACES), default="mlp")
    parser.add_argument("--trials", type=int, nargs="+", default=[32, 128])
    parser.add_argument("--reference", type=int, default=6, help="trials of KerasTuner (default: 6)")
    parser.add_argument("--side", choices=sorted(SIDES), help="one side only, here")
    parser.add_argument("--overhead", action="store_true", help="what a search costs that trains nothing")
    args = parser.parse_args()
    if args.overhead:
        overhead("random", 3)  # imports and first calls
        for algorithm in ("random", "bayesian"):
            for trials in args.trials:
                own, oracle = overhead(algorithm, trials)
                print(f"{algorithm:10} {trials:6} trials  {own:6.1f} ms a trial, oracle {oracle:6.1f} ms")
        return
    if args.side:
        print(json.dumps(SIDES[args.side](args.network, args.trials[0])))
        return
    each = measured("kerastuner", args.network, args.reference) / args.reference
    print(f"kerastuner  {1 / each:8.2f} trials/s  ({args.reference} trials)")
    for trials in args.trials:
        seconds = measured("kit", args.network, trials)
        print(f"kit {trials:6}  {trials / seconds:8.2f} trials/s  {each * trials / seconds:6.1f} times")


if __name__ == "__main__":
    main()
