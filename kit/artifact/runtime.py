"""The fast way from encoded arrays to outputs: never `model.predict`, which costs 40 ms a call.

TensorFlow is imported here because a `tf.function` is the fastest call on its backend;
on every other backend the compiled stateless call of Keras is used.
"""

import collections
import threading

import numpy as np

_PROGRAMS = 16  # that are kept: images of more sizes than this are traced again
LARGEST = 256  # samples in one call: memory stays constant for any number of samples
_NUMBERS = 2**26  # in one tensor: 256 MB


def compiled(model, largest=LARGEST):
    """A function from encoded samples to outputs, compiled once for each size of batch.

    Batches are padded to 1, 8, 64 or `largest` samples, so that at most four programs are
    compiled whatever lengths are asked for.

    Args:
        model: a built `keras.Model` with one output; or a `Twin`, which is compiled already.
        largest: most samples in one call.

    Returns:
        A function (array or dict of arrays (N, ...)) -> float32 array (N, ...).

    Example:
        >>> model = kit.build_regressor(kit.Regression(), (4,))
        >>> compiled(model)({"numeric": np.zeros((3, 4), "float32")}).shape
        (3, 1)
    """
    if kept := getattr(model, "forward", None):
        return kept
    model = served(model)
    forward = _forward(model)
    largest = min(largest, affordable(model))
    sizes = sorted({size for size in (1, 8, 64) if size < largest} | {largest})

    def run(x):
        count = len(next(iter(x.values())) if isinstance(x, dict) else x)
        parts = [
            _padded(forward, x, start, min(largest, count - start), sizes)
            for start in range(0, count, largest)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, *model.output_shape[1:]), "float32")

    return run


def keep(model):
    """Has a model keep the function that `compiled` makes, for evaluations one after the other."""
    object.__setattr__(model, "forward", compiled(model))  # Keras would take it for a part of the model


def served(model):
    """The plain network of a model, with the one output that the task decides on.

    Args:
        model: a built `keras.Model`; in training a two-stage detector has more outputs, by name.

    Returns:
        `model` itself, or a functional `keras.Model` that shares its weights.
    """
    outputs = getattr(model, "output", None)
    if not isinstance(outputs, dict):
        return model
    import keras

    network = keras.Model(model.input, outputs["detections"], name=model.name)
    network.kit = getattr(model, "kit", None)
    return network


def tiled(model, around=None, **options):
    """A function from one encoded image (h, w, channels) of any size to its outputs (h, w, units).

    Args:
        model: the network or its twin.
        around: what makes a function like the network's of the network's; None takes that itself.
        **options: of `kit.artifact.tiles.Tiles`.
    """
    from kit.artifact.tiles import Tiles

    forward = getattr(model, "forward", None) or _forward(model)
    return Tiles(around(forward) if around else forward, model, **options)


def affordable(model):
    """Most samples in one call, by the layers that say how many `numbers` they hold of each on their way."""
    most = max((getattr(layer, "numbers", 0) for layer in model.layers), default=0)
    return max(1, _NUMBERS // most) if most else LARGEST


def _padded(forward, x, start, count, sizes):
    size = next(size for size in sizes if size >= count)
    part = (
        {name: _slice(array, start, count, size) for name, array in x.items()}
        if isinstance(x, dict)
        else _slice(x, start, count, size)
    )
    return np.asarray(forward(part))[:count]


def _slice(array, start, count, size):
    part = np.asarray(array[start : start + count])
    if size == count:
        return part
    return np.concatenate([part, np.repeat(part[-1:], size - count, axis=0)])


def _forward(model):
    import keras

    if keras.backend.backend() == "tensorflow":
        return _tensorflow(model)
    if keras.backend.backend() == "jax":
        return _jax(model)
    return lambda x: keras.ops.convert_to_numpy(model(x, training=False))


def _tensorflow(model):
    import tensorflow as tf

    programs = collections.OrderedDict()  # one for each shape: layers that resize need to know it
    lock = threading.Lock()

    def program(x):
        known = tuple((each.shape, each.dtype.str) for each in tf.nest.flatten(x))
        with lock:  # threads share the programs
            if known not in programs:  # traced here: of functions that trace when called, TensorFlow warns
                given = tf.nest.map_structure(lambda each: tf.TensorSpec(each.shape, each.dtype), x)
                traced = tf.function(lambda x: model(x, training=False), reduce_retracing=False)
                programs[known] = traced.get_concrete_function(given)
            programs.move_to_end(known)
            if len(programs) > _PROGRAMS:
                programs.popitem(last=False)
            return programs[known]

    def forward(x):
        x = tf.nest.map_structure(np.asarray, x)
        return program(x)(x).numpy()

    return forward


def _jax(model):
    import jax

    @jax.jit
    def forward(trainable, non_trainable, x):
        return model.stateless_call(trainable, non_trainable, x, training=False)[0]

    return lambda x: forward(
        [v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables], x
    )
