"""How long a training step takes: a few are run and undone."""

import time

import keras
import numpy as np

from kit.training import engines, state

STEPS = 6


def seconds_a_step(model, feed, batch_size, engine):
    """Median time of a training step, tracing left out; the model is left as it was."""
    backend = keras.backend.backend()
    if engine == "keras" and backend in engines.names():
        engine = backend  # a step takes about the same time in any loop
    runner = engines.get(engine)(model, batch_size)
    before, seconds = state.copied(model), []
    rows = np.resize(np.arange(len(feed)), (STEPS, batch_size)).astype("int32")
    data = runner.on_device(feed.batch(0, np.unique(rows)))
    for step in range(STEPS):
        began = time.perf_counter()
        runner.train(data, rows[step : step + 1])
        seconds.append(time.perf_counter() - began)
    state.put_back(model, before)
    return float(np.median(seconds[1:]))
