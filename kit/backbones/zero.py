"""The convolutional networks of ZeroModels, by name: as published, with their weights where asked for."""

import dataclasses
import functools
import importlib
from pathlib import Path

import keras

from kit.backbones import BACKBONES, relaid

_STAGES = {"filters": [64, 128, 256, 512]}
_50, _101 = {"depths": [3, 4, 6, 3], **_STAGES}, {"depths": [3, 4, 23, 3], **_STAGES}
_X4, _X8 = {"groups": 32, "width_factor": 2}, {"groups": 32, "width_factor": 4}
_SE = {"senet": True, "block_fn_name": "resnext_block"}
_POOL_S, _POOL_M = [64, 128, 320, 512], [96, 192, 384, 768]
_CURE = "Give a file that save_weights() of that network wrote, or the name of a repository: org/name."


@dataclasses.dataclass(frozen=True)
class Family:
    """Networks of one class of the package.

    Args:
        module: under `zeromodels.models`.
        model: name of the class.
        networks: {name: (arguments of the class, the recipe of the weights that "imagenet" means)}.
        kind: of scaling, as the package's processor of images for this class has it.
        weights: where the weights lie, of a name and a recipe; PyTorch Image Models' place.
    """

    module: str
    model: str
    networks: dict
    kind: str = "standard"
    weights: str = "hf:timm/{name}.{recipe}"


def _mixer(width, depth, kernel, patch, activation):
    config = {"embed_dim": width, "depth": depth, "kernel_size": kernel, "patch_size": patch}
    return {**config, "activation": activation}


def _res2net(width, scale, depth=(3, 4, 6, 3), cardinality=1):
    return {"depth": list(depth), "base_width": width, "scale": scale, "cardinality": cardinality}


def _pool(width, depth, scale):
    return {"embed_dim": width, "depths": [depth, depth, 3 * depth, depth], "init_scale": scale}


def _convnext(depth, width):
    return {"depths": [2, 2, depth, 2], "projection_dim": [width, 2 * width, 4 * width, 8 * width]}


FAMILIES = (  # source: ZeroModels 1.3 (Apache-2.0), the configurations of its converters
    Family(
        "convmixer",
        "ConvMixerModel",
        {
            "convmixer_768_32": (_mixer(768, 32, 7, 7, "relu"), "in1k"),
            "convmixer_1024_20_ks9_p14": (_mixer(1024, 20, 9, 14, "gelu"), "in1k"),
            "convmixer_1536_20": (_mixer(1536, 20, 9, 7, "gelu"), "in1k"),
        },
    ),
    Family(
        "convnext",
        "ConvNeXtModel",
        {
            "convnext_atto": (_convnext(6, 40), "d2_in1k"),
            "convnext_femto": (_convnext(6, 48), "d1_in1k"),
            "convnext_pico": (_convnext(6, 64), "d1_in1k"),
            "convnext_nano": (_convnext(8, 80), "d1h_in1k"),
        },
    ),
    Family(
        "densenet",
        "DenseNetModel",
        {"densenet161": ({"depths": [6, 12, 36, 24], "growth_rate": 48, "initial_filter": 96}, "tv_in1k")},
    ),
    Family("inceptionv4", "InceptionV4Model", {"inception_v4": ({}, "tf_in1k")}, "signed"),
    Family(
        "mobilenetv4",
        "MobileNetV4Model",
        {
            "mobilenetv4_conv_small": ({"config": "conv_small"}, "e2400_r224_in1k"),
            "mobilenetv4_conv_medium": ({"config": "conv_medium"}, "e500_r256_in1k"),
            "mobilenetv4_conv_large": ({"config": "conv_large"}, "e600_r384_in1k"),
        },
    ),
    Family(
        "poolformer",
        "PoolFormerModel",
        {
            "poolformer_s12": (_pool(_POOL_S, 2, 1e-5), "sail_in1k"),
            "poolformer_s24": (_pool(_POOL_S, 4, 1e-5), "sail_in1k"),
            "poolformer_s36": (_pool(_POOL_S, 6, 1e-6), "sail_in1k"),
            "poolformer_m36": (_pool(_POOL_M, 6, 1e-6), "sail_in1k"),
            "poolformer_m48": (_pool(_POOL_M, 8, 1e-6), "sail_in1k"),
        },
    ),
    Family(
        "regnet",
        "RegNetModel",
        {"regnet_y_040": ({"layer_type": "y"}, "regnet-y-040")},
        weights="hf:facebook/{recipe}",
    ),
    Family(
        "res2net",
        "Res2NetModel",
        {
            "res2net50_14w_8s": (_res2net(14, 8), "in1k"),
            "res2net50_26w_4s": (_res2net(26, 4), "in1k"),
            "res2net50_26w_6s": (_res2net(26, 6), "in1k"),
            "res2net50_26w_8s": (_res2net(26, 8), "in1k"),
            "res2net50_48w_2s": (_res2net(48, 2), "in1k"),
            "res2net101_26w_4s": (_res2net(26, 4, (3, 4, 23, 3)), "in1k"),
            "res2next50": (_res2net(4, 4, cardinality=8), "in1k"),
        },
    ),
    Family(
        "resnext",
        "ResNeXtModel",
        {
            "resnext50_32x4d": ({**_50, **_X4}, "a1_in1k"),
            "resnext101_32x4d": ({**_101, **_X4}, "gluon_in1k"),
            "resnext101_32x8d": ({**_101, **_X8}, "tv_in1k"),
        },
    ),
    Family(
        "senet",
        "SENetModel",
        {
            "seresnet50": ({**_50, "senet": True}, "a1_in1k"),
            "seresnext50_32x4d": ({**_50, **_X4, **_SE}, "racm_in1k"),
            "seresnext101_32x4d": ({**_101, **_X4, **_SE}, "gluon_in1k"),
            "seresnext101_32x8d": ({**_101, **_X8, **_SE}, "ah_in1k"),
        },
    ),
    Family(
        "xception",
        "XceptionModel",
        {f"xception{size}": ({"config": str(size)}, "tf_in1k") for size in (41, 65, 71)},
        "signed",
    ),
)
_FAMILY = {name: family for family in FAMILIES for name in family.networks}
_WITH_FACTORS = ("convnext", "poolformer")  # of channels, which are a layer of kit's own


def zero(x, *, name, **settings):
    """A network of ZeroModels without its top, called "zero:" and the package's name for it.

    Args:
        x: (batch, H, W, C) tensor, of any number of channels.
        name: the network's name, such as "resnext50_32x4d".
        **settings: as of `kit.backbones.relaid.laid`. weights: None starts at random; "imagenet" takes
            those of the recipe in `FAMILIES`; else what the package's `from_weights` takes, such as
            "hf:timm/resnext50_32x4d.tv_in1k", or the path of a file of weights.

    Returns:
        (batch, h, w, channels) tensor.

    Raises:
        KitError: if width or depth is given, or the weights cannot be had or are another network's.
        MatchError: if the images are too small for it.

    Source: ZeroModels (Apache-2.0), https://imvision12.github.io/ZeroModels.
    """
    parts = (functools.partial(each, name) for each in (_network, _fetched))
    return relaid.laid(x, relaid.Source(f"zero:{name}", *parts, _FAMILY[name].kind), **settings)


def address(name):
    """Where the weights lie that weights="imagenet" means for a network.

    Example:
        >>> address("convnext_atto"), address("regnet_y_040")
        ('hf:timm/convnext_atto.d2_in1k', 'hf:facebook/regnet-y-040')
    """
    family = _FAMILY[name]
    return family.weights.format(name=name, recipe=family.networks[name][1])


def _class(name):
    family = _FAMILY[name]
    return getattr(importlib.import_module(f"zeromodels.models.{family.module}"), family.model)


def _network(name, shape):
    config, _ = _FAMILY[name].networks[name]
    image = keras.Input(shape)  # the package's own inputs have one, three or four channels
    return _class(name)(**config, image_size=(*shape[:2], 3), input_tensor=image)


def _fetched(name, weights):
    """The network for colour images with these weights, and its scaling."""
    title, shape = f"zero:{name}", (relaid.USUAL, relaid.USUAL, 3)
    scales = relaid.scaling(_FAMILY[name].kind)
    if Path(weights).is_file():
        return relaid.read(_network(name, shape), weights, title, _CURE), scales
    known = address(name) if weights == "imagenet" else weights
    return relaid.fetched(title, _class(name).from_weights, known, image_size=shape), scales


for _name in _FAMILY:
    BACKBONES.register(
        f"zero:{_name}",
        ranks=(4,),
        published=True,
        needs_kit=_name.startswith(_WITH_FACTORS),
        package="zeromodels",
        extra="zeromodels",
    )(functools.partial(zero, name=_name))
