"""What a layer makes of an image: its kernels, and one map for each of them."""

import numpy as np

from kit.draw.figures import figure, style
from kit.draw.text import readable

_CELL = 1.05  # inches of a panel


def feature_maps(model, layer, image, count=8, names=None):
    """The kernels of a convolution in the upper row, what each finds in the image below it.

    Kernels are red where they are positive, blue where they are negative and white at 0; of many input
    channels their mean is shown. Maps are dark at their lowest value and light at their highest. A
    layer without kernels shows its maps only.

    Args:
        model: a `keras.Model` with one input of images.
        layer: name of a layer whose output is (batch, h, w, channels).
        image: (H, W, C), as the model takes it.
        count: most channels that are shown.
        names: titles of the channels; None for their numbers.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: if there is no such layer, or its output is not (batch, h, w, channels).

    Example:
        >>> import keras
        >>> shapes = [keras.Input((8, 8, 1)), keras.layers.Conv2D(3, 3, name="edges")]
        >>> picture = feature_maps(keras.Sequential(shapes), "edges", np.ones((8, 8, 1), "float32"))
        >>> len([axes for axes in picture.axes if axes.images])  # the image, three kernels, three maps
        7
    """
    maps = _outputs(model, layer, image)
    kernels = _kernels(model.get_layer(layer))
    shown = min(count, maps.shape[-1])
    rows = 1 if kernels is None else 2
    with style():
        title = f"{readable(layer)}: {shown} of {maps.shape[-1]} channels, {maps.shape[0]} x {maps.shape[1]}"
        picture, axes = figure(
            title, rows=rows, columns=shown + 1, width=_CELL * (shown + 1), height=(_CELL + 0.15) * rows
        )
        panels = np.reshape(axes, (rows, shown + 1))
        for panel in panels.flat:
            panel.set_axis_off()
        panels[-1, 0].imshow(_plain(image), cmap="gray")
        panels[-1, 0].set_title("image", fontsize=8, loc="center")
        for place in range(shown):
            panels[-1, place + 1].imshow(maps[..., place], cmap="gray")
            if kernels is not None:
                _kernel(panels[0, place + 1], kernels[..., place])
            name = place if names is None else readable(names[place])
            panels[0, place + 1].set_title(name, fontsize=8, loc="center")
    return picture


def _outputs(model, layer, image):
    """(h, w, channels) of the layer."""
    import keras

    probe = keras.Model(model.inputs[0], model.get_layer(layer).output)
    maps = keras.ops.convert_to_numpy(probe(np.asarray(image)[None], training=False))
    if maps.ndim != 4:
        raise ValueError(f"Layer '{layer}' gives {maps.shape[1:]}; maps are (h, w, channels).")
    return maps[0]


def _kernels(layer):
    """(h, w, channels), the mean over the input channels; None of a layer that has none."""
    import keras

    kernel = getattr(layer, "kernel", None)
    if kernel is None or len(kernel.shape) != 4:
        return None
    kernel = keras.ops.convert_to_numpy(kernel)
    if "Depthwise" in type(layer).__name__:
        return kernel.reshape(*kernel.shape[:2], -1)
    return kernel.mean(axis=2)


def _kernel(panel, kernel):
    most = np.abs(kernel).max() or 1.0
    panel.imshow(kernel, cmap="RdBu_r", vmin=-most, vmax=most)
    height, width = kernel.shape
    panel.add_patch(_frame(-0.5, -0.5, width, height))


def _frame(left, top, width, height):
    from matplotlib.patches import Rectangle

    return Rectangle((left, top), width, height, fill=False, edgecolor="black", linewidth=0.8)


def _plain(image):
    """(h, w) or (h, w, 3) in 0 to 1."""
    image = np.asarray(image, "float64")
    image = (image - image.min()) / (np.ptp(image) or 1.0)
    return image[..., 0] if image.shape[-1] != 3 else image
