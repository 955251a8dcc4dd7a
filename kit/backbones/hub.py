"""The image networks of KerasHub, by name, with the weights of its presets where asked for."""

import functools
from pathlib import Path

import keras

from kit.backbones import BACKBONES, relaid
from kit.backbones.hub_configs import CONFIGS

PRESETS = {  # a network -> the preset that weights="imagenet" means, where it is not NAME_imagenet
    "efficientnet_b0": "efficientnet_b0_ra_imagenet",
    "efficientnet_b1": "efficientnet_b1_ft_imagenet",
    "efficientnet_b2": "efficientnet_b2_ra_imagenet",
    "efficientnet_b3": "efficientnet_b3_ra2_imagenet",
    "efficientnet_b4": "efficientnet_b4_ra2_imagenet",
    "efficientnet_b5": "efficientnet_b5_sw_ft_imagenet",
    "efficientnet_lite0": "efficientnet_lite0_ra_imagenet",
    "efficientnet_es": "efficientnet_es_ra_imagenet",
    "efficientnet_em": "efficientnet_em_ra2_imagenet",
    "efficientnet_el": "efficientnet_el_ra_imagenet",
    "efficientnet2_rw_t": "efficientnet2_rw_t_ra2_imagenet",
    "efficientnet2_rw_s": "efficientnet2_rw_s_ra2_imagenet",
    "efficientnet2_rw_m": "efficientnet2_rw_m_agc_imagenet",
    "csp_darknet_53": "csp_darknet_53_ra_imagenet",
    "hgnetv2_b4": "hgnetv2_b4_ssld_stage2_ft_in1k",
    "hgnetv2_b5": "hgnetv2_b5_ssld_stage2_ft_in1k",
    "hgnetv2_b6": "hgnetv2_b6_ssld_stage2_ft_in1k",
}
_CLASSES = {name: kind for kind, configs in CONFIGS.items() for name in configs}
_CURE = "Give a file that save_weights() of that network wrote, or the name or folder of a preset."


def hub(x, *, name, **settings):
    """An image network of KerasHub without its top, called "hub:" and the name of its presets.

    Args:
        x: (batch, H, W, C) tensor, of any number of channels.
        name: the network's name, such as "resnet_18".
        **settings: as of `kit.backbones.relaid.laid`. weights: None starts at random; "imagenet" takes
            the preset that `PRESETS` names; else the name of one of its presets, the folder of one, or
            the path of a file of weights. A preset brings its own scaling.

    Returns:
        (batch, h, w, channels) tensor.

    Raises:
        KitError: if width or depth is given, or the weights cannot be had or are another network's.
        MatchError: if the images are too small for it.

    Source: KerasHub (Apache-2.0), https://keras.io/keras_hub.
    """
    parts = (functools.partial(each, name) for each in (_network, _fetched))
    return relaid.laid(x, relaid.Source(f"hub:{name}", *parts), **settings)


def preset(name):
    """The preset that weights="imagenet" means for a network.

    Example:
        >>> preset("resnet_18"), preset("efficientnet_b0")
        ('resnet_18_imagenet', 'efficientnet_b0_ra_imagenet')
    """
    return PRESETS.get(name, f"{name}_imagenet")


def _class(name):
    import keras_hub  # an optional package: only where one of its networks is asked for

    return getattr(keras_hub.models, _CLASSES[name])


def _network(name, shape):
    kind = _CLASSES[name]
    size = {"input_shape" if kind == "EfficientNetBackbone" else "image_shape": shape}
    return _single(_class(name)(**CONFIGS[kind][name], **size))


def _single(network):
    """The network with its last map alone."""
    if not isinstance(network.output, dict):
        return network
    return keras.Model(network.input, network.output[max(key for key in network.output if key != "stem")])


def _fetched(name, weights):
    """The network for colour images with these weights, and the scaling that they expect."""
    title = f"hub:{name}"
    if Path(weights).is_file():
        network = _network(name, (relaid.USUAL, relaid.USUAL, 3))
        return relaid.read(network, weights, title, _CURE), relaid.scaling("standard")
    from keras_hub.layers import ImageConverter

    known = preset(name) if weights == "imagenet" else weights
    network = relaid.fetched(title, _class(name).from_preset, known)
    return _single(network), _scales(relaid.fetched(title, ImageConverter.from_preset, known))


def _scales(converter):
    """(factors, offsets) of red, green and blue that a preset's converter of images, or None, applies."""
    if converter is None:  # of weights of PyTorch Image Models that say nothing of their images
        return relaid.scaling("standard")
    return tuple(_of_colours(*pair) for pair in ((converter.scale, 1.0), (converter.offset, 0.0)))


def _of_colours(value, absent):
    value = absent if value is None else value
    return [float(number) for number in value] if isinstance(value, list | tuple) else [float(value)] * 3


for _name in _CLASSES:
    BACKBONES.register(f"hub:{_name}", ranks=(4,), published=True, package="keras_hub", extra="hub")(
        functools.partial(hub, name=_name)
    )
