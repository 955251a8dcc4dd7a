"""How far a unit sees: the pixels that change it, measured."""

import numpy as np

from kit.draw.figures import RED, figure, style
from kit.draw.text import readable

_AT_ONCE = 256  # images in a batch


def receptive_fields(model, layers, image):
    """For the middle unit of each layer: how much it changes with each pixel, and a frame around those.

    One pixel after the other is changed, and what that does to the unit (all of its channels) is drawn
    over the image: the darker, the more. The frame holds every pixel that changes it.

    Source: for the name of the effect, Luo et al. 2016, Understanding the Effective Receptive Field in
    Deep Convolutional Neural Networks (arXiv:1701.04128): pixels in the middle weigh most.

    Args:
        model: a `keras.Model` with one input of images.
        layers: names of layers whose outputs are (batch, h, w, channels).
        image: (H, W, C), as the model takes it; a picture in which something is to be seen.

    Returns:
        A `matplotlib.figure.Figure`, one panel a layer; a panel's title says the sides in pixels.

    Raises:
        ValueError: if there is no such layer.

    Example:
        >>> import keras
        >>> image = np.random.default_rng(0).uniform(size=(9, 9, 1)).astype("float32")
        >>> model = keras.Sequential([keras.Input((9, 9, 1)), keras.layers.Conv2D(4, 3, name="first")])
        >>> receptive_fields(model, ["first"], image).axes[0].get_title("left")
        'first: 3 x 3'
    """
    image = np.asarray(image, "float32")
    with style():
        title = "pixels that change the middle unit of a layer: the darker, the more"
        width = 2.6 * len(layers)
        picture, axes = figure(title, columns=len(layers), width=max(4.0, width), height=2.6)
        for panel, layer in zip(np.ravel(axes), layers, strict=True):
            panel.imshow(image.mean(axis=-1), cmap="gray", alpha=0.45)
            _field(panel, layer, _influence(model, layer, image))
    return picture


def _field(panel, layer, influence):
    from matplotlib.patches import Rectangle

    shares = influence / (influence.max() or 1.0)
    panel.imshow(shares, cmap="Purples", vmin=-0.5, vmax=1, alpha=np.sqrt(shares))
    panel.set(xticks=[], yticks=[])
    panel.grid(visible=False)
    rows, columns = (np.flatnonzero(influence.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        panel.set_title(f"{readable(layer)}: none")
        return
    height, width = int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1
    corner = (columns[0] - 0.5, rows[0] - 0.5)
    panel.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=RED, linewidth=1.5))
    panel.set_title(f"{readable(layer)}: {height} x {width}")


def _influence(model, layer, image):
    """(H, W): the sum of the changes of the unit's channels."""
    import keras

    probe = keras.Model(model.inputs[0], model.get_layer(layer).output)

    def middle(images):
        maps = keras.ops.convert_to_numpy(probe(images, training=False))
        return maps[:, maps.shape[1] // 2, maps.shape[2] // 2]

    height, width = image.shape[:2]
    step = (np.ptp(image) or 1.0) * np.where(image > image.mean(), -1, 1)
    still, changes = middle(image[None]), []
    for start in range(0, height * width, _AT_ONCE):
        rows, columns = np.divmod(np.arange(start, min(start + _AT_ONCE, height * width)), width)
        changed = np.repeat(image[None], len(rows), axis=0)
        changed[np.arange(len(rows)), rows, columns] += step[rows, columns]
        changes.append(np.abs(middle(changed) - still).sum(axis=-1))
    changes = np.concatenate(changes)
    rounding = 1e-6 * max(changes.max(), np.abs(still).sum())  # batches of other sizes are rounded otherwise
    return np.where(changes > rounding, changes, 0).reshape(height, width)
