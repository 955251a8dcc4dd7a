"""Small data, models and runs for tests; imported by path, see `toys` in conftest."""

import dataclasses

import numpy as np
from PIL import Image

import kit


def table_data(samples=120, columns=5, loss="mse", seed=0):
    """Regression on numbers: a smooth function with a little noise, 3/4 to train, 1/4 to validate."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(samples, columns)).astype("float32")
    y = 50 + 10 * (x[:, 0] - 2 * x[:, 1]) + rng.normal(size=samples)
    cut = samples * 3 // 4
    data = kit.load_data(((x[:cut], y[:cut]), (x[cut:], y[cut:])), task="regression")
    return dataclasses.replace(data, task=dataclasses.replace(data.task, loss=loss))


def image_data(samples=64, size=8, classes=3, seed=0):
    """Classification of images: one bright row a class, on noise."""
    rng = np.random.default_rng(seed)
    y = np.arange(samples) % classes
    x = rng.integers(0, 100, size=(samples, size, size, 1)).astype("uint8")
    x[np.arange(samples), y] += 150
    cut = samples * 3 // 4
    return kit.load_data(((x[:cut], y[:cut]), (x[cut:], y[cut:])))


def weights(model):
    """Copies of all weights."""
    return [np.array(weight) for weight in model.get_weights()]


def equal(left, right):
    """Whether two lists of weights are the same bit for bit."""
    return all((a == b).all() for a, b in zip(left, right, strict=True))


def slope(function, x):
    """The gradient of a sum of numbers by an array, on the backend that runs."""
    import keras

    if keras.backend.backend() == "jax":
        import jax

        return np.asarray(
            jax.grad(lambda array: keras.ops.sum(function(array)))(keras.ops.convert_to_tensor(x))
        )
    import tensorflow as tf

    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = tf.reduce_sum(function(x))
    return tape.gradient(value, x).numpy()


def write_image(path, values):
    """Writes whole numbers of 0 to 255 as an image file, and the folders it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(values, "uint8")).save(path)
