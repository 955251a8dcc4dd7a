"""What makes each of KerasHub's image networks: the arguments of its class, by name.

Source: KerasHub 0.32 (Apache-2.0), the configurations that its converters give to the networks of its
presets. The numbers of weights that it states for the presets are those of these networks.
"""

_STAGES = {"stackwise_num_filters": [64, 128, 256, 512], "stackwise_num_strides": [1, 2, 2, 2]}
_PLAIN_STEM = {"input_conv_filters": [64], "input_conv_kernel_sizes": [7]}
_DEEP_STEM = {"input_conv_filters": [32, 32, 64], "input_conv_kernel_sizes": [3, 3, 3]}
_VD = {"basic_block_vd": {"18": [2, 2, 2, 2], "34": [3, 4, 6, 3]}}
_VD["bottleneck_block_vd"] = {
    "50": [3, 4, 6, 3],
    "101": [3, 4, 23, 3],
    "152": [3, 8, 36, 3],
    "200": [3, 12, 48, 3],
}
_B0 = {  # EfficientNet, Tan and Le 2019: the stages of B0
    "stackwise_kernel_sizes": [3, 3, 5, 3, 5, 5, 3],
    "stackwise_num_repeats": [1, 2, 2, 3, 3, 4, 1],
    "stackwise_input_filters": [32, 16, 24, 40, 80, 112, 192],
    "stackwise_output_filters": [16, 24, 40, 80, 112, 192, 320],
    "stackwise_expansion_ratios": [1, 6, 6, 6, 6, 6, 6],
    "stackwise_strides": [1, 2, 2, 2, 1, 2, 1],
    "stackwise_block_types": ["v1"] * 7,
    "stackwise_squeeze_and_excite_ratios": [0.25] * 7,
}
_EDGE = {
    "stackwise_kernel_sizes": [3, 3, 3, 5, 5, 5],
    "stackwise_num_repeats": [1, 2, 4, 5, 4, 2],
    "stackwise_input_filters": [32, 24, 32, 48, 96, 144],
    "stackwise_output_filters": [24, 32, 48, 96, 144, 192],
    "stackwise_expansion_ratios": [4, 8, 8, 8, 8, 8],
    "stackwise_strides": [1, 2, 2, 2, 1, 2],
    "stackwise_block_types": ["fused"] * 3 + ["unfused"] * 3,
    "stackwise_squeeze_and_excite_ratios": [0] * 6,
    "stackwise_force_input_filters": [24, 0, 0, 0, 0, 0],
    "stackwise_nores_option": [True] + [False] * 5,
    "activation": "relu",
}
_RW = {
    "stackwise_kernel_sizes": [3] * 6,
    "stackwise_num_repeats": [2, 4, 4, 6, 9, 15],
    "stackwise_input_filters": [24, 24, 48, 64, 128, 160],
    "stackwise_output_filters": [24, 48, 64, 128, 160, 272],
    "stackwise_expansion_ratios": [1, 4, 4, 4, 6, 6],
    "stackwise_strides": [1, 2, 2, 2, 1, 2],
    "stackwise_block_types": ["fused"] * 3 + ["unfused"] * 3,
    "stackwise_squeeze_and_excite_ratios": [0, 0, 0, 0.25, 0.25, 0.25],
    "stackwise_force_input_filters": [0] * 6,
    "stackwise_nores_option": [False] * 6,
    "activation": "silu",
    "num_features": 1792,
}
_SMALL_MOBILE = {  # MobileNetV3, Howard et al. 2019: half as wide as the small one
    "stackwise_num_blocks": [2, 3, 2, 3],
    "stackwise_expansion": [[40, 56], [64, 144, 144], [72, 72], [144, 288, 288]],
    "stackwise_num_filters": [[16, 16], [24, 24, 24], [24, 24], [48, 48, 48]],
    "stackwise_kernel_size": [[3, 3], [5, 5, 5], [5, 5], [5, 5, 5]],
    "stackwise_num_strides": [[2, 1], [2, 1, 1], [1, 1], [2, 1, 1]],
    "stackwise_se_ratio": [[None, None], [0.25] * 3, [0.25] * 2, [0.25] * 3],
    "stackwise_activation": [["relu"] * 2, ["hard_swish"] * 3, ["hard_swish"] * 2, ["hard_swish"] * 3],
    "stackwise_padding": [[1, 1], [2, 2, 2], [2, 2], [2, 2, 2]],
    "output_num_filters": 1024,
    "input_num_filters": 16,
    "depthwise_filters": 8,
    "depthwise_stride": 2,
    "depthwise_residual": False,
    "squeeze_and_excite": 0.5,
    "last_layer_filter": 288,
}
_SMALL_MOBILE_100 = {
    "stackwise_expansion": [[72, 88], [96, 240, 240], [120, 144], [288, 576, 576]],
    "stackwise_num_filters": [[24, 24], [40, 40, 40], [48, 48], [96, 96, 96]],
    "depthwise_filters": 16,
    "last_layer_filter": 576,
}
_LARGE_MOBILE = {
    "stackwise_num_blocks": [2, 3, 4, 2, 3],
    "stackwise_expansion": [[64, 72], [72, 120, 120], [240, 200, 184, 184], [480, 672], [672, 960, 960]],
    "stackwise_num_filters": [[24, 24], [40] * 3, [80] * 4, [112] * 2, [160] * 3],
    "stackwise_kernel_size": [[3, 3], [5] * 3, [3] * 4, [3] * 2, [5] * 3],
    "stackwise_num_strides": [[2, 1], [2, 1, 1], [2, 1, 1, 1], [1, 1], [2, 1, 1]],
    "stackwise_se_ratio": [[None] * 2, [0.25] * 3, [None] * 4, [0.25] * 2, [0.25] * 3],
    "stackwise_activation": [["relu"] * 2, ["relu"] * 3, *(["hard_swish"] * count for count in (4, 2, 3))],
    "stackwise_padding": [[1, 1], [2] * 3, [1] * 4, [1] * 2, [2] * 3],
    "depthwise_filters": 16,
    "depthwise_stride": 1,
    "depthwise_residual": True,
    "squeeze_and_excite": None,
    "last_layer_filter": 960,
}
_DARK = {
    "stem_filters": 32,
    "stem_kernel_size": 3,
    "stem_strides": 1,
    "stem_padding": "same",
    "stackwise_depth": [1, 2, 8, 8, 4],
    "stackwise_num_filters": [64, 128, 256, 512, 1024],
    "stackwise_strides": [2, 2, 2, 2, 2],
    "block_type": "dark_block",
}
_CSP = {
    "stage_type": "csp",
    "bottle_ratio": [0.5, 1.0],
    "block_ratio": [1.0, 0.5],
    "expand_ratio": [2.0, 1.0],
    "down_growth": True,
}
_HG = {  # name: (stem's channels, stages); a stage is in, middle, out, blocks, layers a block, kernel
    "hgnetv2_b4": (
        (32, 48),
        ([48, 48, 128, 1, 6, 3], [128, 96, 512, 1, 6, 3]),
        ([512, 192, 1024, 3, 6, 5], [1024, 384, 2048, 1, 6, 5]),
    ),
    "hgnetv2_b5": (
        (32, 64),
        ([64, 64, 128, 1, 6, 3], [128, 128, 512, 2, 6, 3]),
        ([512, 256, 1024, 5, 6, 5], [1024, 512, 2048, 2, 6, 5]),
    ),
    "hgnetv2_b6": (
        (48, 96),
        ([96, 96, 192, 2, 6, 3], [192, 192, 512, 3, 6, 3]),
        ([512, 384, 1024, 6, 6, 5], [1024, 768, 2048, 3, 6, 5]),
    ),
}


def _resnet(blocks, kind, stem):
    return {**_STAGES, **stem, "stackwise_num_blocks": blocks, "block_type": kind}


def _scaled(stages, width, depth, **others):
    """EfficientNet, wider and deeper, as converted from PyTorch Image Models."""
    count = len(stages["stackwise_strides"])
    coefficients = {
        "stackwise_width_coefficients": [width] * count,
        "stackwise_depth_coefficients": depth if isinstance(depth, list) else [depth] * count,
    }
    rounding = {"min_depth": None, "use_depth_divisor_as_min_depth": True, "cap_round_filter_decrease": True}
    return {**stages, **coefficients, **rounding, "dropout": 0, **others}


def _hgnet(stem, early, late):
    stages = [*early, *late]
    return {
        "stem_channels": [3, *stem],
        "stackwise_stage_filters": stages,
        "embedding_size": stem[-1],
        "hidden_sizes": [stage[2] for stage in stages],
        "depths": [stage[3] for stage in stages],
        "apply_downsample": [False, True, True, True],
        "use_lightweight_conv_block": [False, False, True, True],
        "hidden_act": "relu",
        "use_learnable_affine_block": False,
        "out_features": ["stage4"],
    }


_SQUARES = [[728] * 3] * 8  # the middle of Xception
CONFIGS = {
    "ResNetBackbone": {
        "resnet_18": _resnet([2, 2, 2, 2], "basic_block", _PLAIN_STEM),
        "resnet_50": _resnet([3, 4, 6, 3], "bottleneck_block", _PLAIN_STEM),
        "resnet_101": _resnet([3, 4, 23, 3], "bottleneck_block", _PLAIN_STEM),
        "resnet_152": _resnet([3, 8, 36, 3], "bottleneck_block", _PLAIN_STEM),
        **{
            f"resnet_vd_{size}": _resnet(blocks, kind, _DEEP_STEM)
            for kind, sizes in _VD.items()
            for size, blocks in sizes.items()
        },
    },
    "EfficientNetBackbone": {
        "efficientnet_b0": _scaled(_B0, 1.0, 1.0),
        "efficientnet_b1": _scaled(_B0, 1.0, 1.1),
        "efficientnet_b2": _scaled(_B0, 1.1, 1.2),
        "efficientnet_b3": _scaled(_B0, 1.2, 1.4),
        "efficientnet_b4": _scaled(_B0, 1.4, 1.8),
        "efficientnet_b5": _scaled(_B0, 1.6, 2.2),
        "efficientnet_lite0": _scaled(
            _B0, 1.0, 1.0, stackwise_squeeze_and_excite_ratios=[0] * 7, activation="relu6"
        ),
        "efficientnet_es": _scaled(_EDGE, 1.0, 1.0),
        "efficientnet_em": _scaled(_EDGE, 1.0, 1.1),
        "efficientnet_el": _scaled(_EDGE, 1.2, 1.4),
        "efficientnet2_rw_t": _scaled(
            _RW,
            0.8,
            0.9,
            stackwise_output_filters=[24, 48, 64, 128, 160, 256],
            stackwise_block_types=["cba", "fused", "fused", "unfused", "unfused", "unfused"],
            num_features=1280,
        ),
        "efficientnet2_rw_s": _scaled(_RW, 1.0, 1.0),
        "efficientnet2_rw_m": _scaled(_RW, 1.2, [1.2] * 4 + [1.6] * 2),
    },
    "DenseNetBackbone": {
        name: {"stackwise_num_repeats": repeats, "compression_ratio": 0.5, "growth_rate": 32}
        for name, repeats in (
            ("densenet_121", [6, 12, 24, 16]),
            ("densenet_169", [6, 12, 32, 32]),
            ("densenet_201", [6, 12, 48, 32]),
        )
    },
    "CSPNetBackbone": {
        "darknet_53": {**_DARK, "stage_type": "dark", "bottle_ratio": [0.5]},
        "csp_darknet_53": {**_DARK, **_CSP},
    },
    "VGGBackbone": {
        name: {"stackwise_num_repeats": repeats, "stackwise_num_filters": [64, 128, 256, 512, 512]}
        for name, repeats in (
            ("vgg_11", [1, 1, 2, 2, 2]),
            ("vgg_13", [2, 2, 2, 2, 2]),
            ("vgg_16", [2, 2, 3, 3, 3]),
            ("vgg_19", [2, 2, 4, 4, 4]),
        )
    },
    "XceptionBackbone": {
        "xception_41": {
            "stackwise_conv_filters": [
                *([32, 64], [128, 128], [256, 256], [728, 728]),
                *_SQUARES,
                *([728, 1024], [1536, 2048]),
            ],
            "stackwise_pooling": [False, True, True, True, *[False] * 8, True, False],
        }
    },
    "MobileNetBackbone": {
        "mobilenet_v3_small_050": _SMALL_MOBILE,
        "mobilenet_v3_small_100": {**_SMALL_MOBILE, **_SMALL_MOBILE_100},
        "mobilenet_v3_large_100": {**_SMALL_MOBILE, **_LARGE_MOBILE},
    },
    "HGNetV2Backbone": {name: _hgnet(*parts) for name, parts in _HG.items()},
}
