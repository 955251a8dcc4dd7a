"""Grad-CAM: where in an image a network found what speaks for its decision."""

import numpy as np

from kit.errors import KitError
from kit.evaluation.parts import parts_of

MOST = 64  # images in one gradient


def grad_cam(model, images, *, index=None):
    """How much each place of an image speaks for an output.

    The last feature map, each channel weighed by the mean gradient of the output along it, where it
    is above 0. Fine details are lost: a map is as coarse as the network's last one.

    Args:
        model: a classifier or regressor of `Images` that kit built, or a `Predictor`.
        images: (N, height, width, channels), as `input.encode` gives them.
        index: (N,) which class, label or target is asked about; None asks about what is decided. For two
            classes with one output unit, 0 asks what speaks against the second.

    Returns:
        float32 (N, height, width), 0 to 1: 1 where an image speaks most for it. All 0 where nothing does.

    Raises:
        KitError: if the network has no feature map, or the input is no image.

    Source: Selvaraju et al. 2017, Grad-CAM (arXiv:1610.02391).

    Example:
        >>> model = kit.build_classifier(kit.Classification(3), (8, 8, 1), backbone="cnn", width=4)
        >>> kit.grad_cam(model, np.zeros((2, 8, 8, 1), "uint8")).shape
        (2, 8, 8)
    """
    network, input, task = parts_of(model)
    if getattr(input, "rank", None) != 4 or task.is_dense or task.form == "boxes":
        raise KitError(f"Grad-CAM is for one decision on an image. The model: {task.describe()}.")
    layer = _last_map(network)
    images = np.asarray(images, "float32")
    parts = [images[start : start + MOST] for start in range(0, len(images), MOST)]
    chosen = np.asarray(_decided(network, task, images) if index is None else index, int)
    found = []
    for part in parts:
        weights, chosen = _weights(network, task, chosen[: len(part)], len(part)), chosen[len(part) :]
        found.append(_maps(network, layer, part, weights))
    return _enlarged(np.concatenate(found), images.shape[1:3])


def fits(network, input, task):
    """Whether there is a feature map to ask."""
    if getattr(input, "rank", None) != 4 or task.is_dense or task.form == "boxes":
        return False
    return bool(_maps_of(network))


def _decided(network, task, images):
    """What is said of each image: the class; the label with the highest probability; the first target."""
    from kit.evaluation.parts import outputs_of

    decided = task.decided(outputs_of(network, images))
    if task.form == "numeric":
        return np.zeros(len(images), int)
    return decided.indices if decided.indices.ndim == 1 else np.argmax(decided.probabilities, axis=1)


def _weights(network, task, chosen, count):
    """(count, units): what of the outputs is asked about, as factors."""
    units = network.output_shape[-1]
    if units == 1:
        return np.where(chosen == 0, -1.0, 1.0)[:, None] if task.form == "binary" else np.ones((count, 1))
    if task.form == "numeric":  # the value itself: the mean, or the middle quantile
        each = units // len(task.names)
        place = each // 2 if task.match.decide == "quantiles" else 0
        return np.eye(units)[chosen * each + place]
    if task.match.decide == "rank":  # of ordered classes: how high
        return np.ones((count, units))
    return np.eye(units)[chosen]


def _maps_of(network):
    """The layers with a feature map, in order; the images themselves are none."""
    found = []
    for layer in network.layers:
        shape = getattr(getattr(layer, "output", None), "shape", ())
        is_map = len(shape) == 4 and all(side is None or side > 1 for side in shape[1:3])
        if is_map and layer.weights:
            found = [layer]
        elif is_map and found:
            found.append(layer)  # what only bends, joins or pools is part of the map before it
    return found


def _last_map(network):
    found = _maps_of(network)
    if not found:
        raise KitError(f"Model '{network.name}' has no feature map to ask. Take a convolutional backbone.")
    return found[-1]


def _maps(network, layer, images, weights):
    """(N, h, w) above 0: features weighed by the gradients of the outputs that are asked about."""
    from keras import Model, ops

    logits = {each.name: each for each in network.layers}.get("logits")  # before the activation flattens it
    features = ops.convert_to_numpy(Model(network.input, layer.output)(images, training=False))
    rest = Model(layer.output, network.output if logits is None else logits.output)
    gradients = _gradients(rest, features, weights)
    channels = gradients.mean(axis=(1, 2), keepdims=True)
    return np.maximum((channels * features).sum(axis=-1), 0).astype("float32")


def _gradients(rest, features, weights):
    """Of the weighed outputs by the features: (N, h, w, channels).

    The features are made the only weights of a model; one step of plain gradient descent at rate 1 then
    moves them by their gradient, on every backend.
    """
    import keras
    from keras import ops

    class Held(keras.layers.Layer):
        """Features as weights, and what the rest of the network makes of them."""

        def build(self, shape):
            self.features = self.add_weight(shape=features.shape, initializer="zeros")

        def call(self, asked):
            return ops.sum(asked * rest(self.features, training=False))

    held = Held(name="held", dtype="float32")
    asked = keras.Input(batch_shape=weights.shape)
    model = keras.Model(asked, held(asked))
    held.features.assign(features)
    model.compile(
        keras.optimizers.SGD(1.0), loss=lambda _, outputs: -outputs, run_eagerly=True, jit_compile=False
    )
    model.train_on_batch(weights.astype("float32"), np.zeros(len(weights), "float32"))
    return ops.convert_to_numpy(held.features) - features


def _enlarged(maps, size):
    """Maps in the size of the images, each with 1 as its highest value."""
    from PIL import Image

    highest = maps.reshape(len(maps), -1).max(axis=1)[:, None, None]
    maps = maps / np.where(highest > 0, highest, 1)  # Pillow loses what is very small
    large = [Image.fromarray(each, "F").resize(size[::-1], Image.Resampling.BILINEAR) for each in maps]
    large = np.stack([np.asarray(each, "float32") for each in large])
    highest = large.reshape(len(large), -1).max(axis=1)[:, None, None]
    return (large / np.where(highest > 0, highest, 1)).clip(0, 1)
