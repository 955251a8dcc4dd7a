# %% [markdown]
# # Convolutions, and the EfficientNet block by block
#
# Question: what does a convolution compute, what does it save, and how is a whole network made of it?
#
# Claim: a convolution is one small weighted sum, taken at every place of the image with the same weights; by
# hand in NumPy it gives what Keras gives. EfficientNet-B0 is sixteen blocks of four simple parts, and its
# 4,049,564 weights can be added up on paper.
#
# To read: 8 minutes. To run: 20 seconds on two cores. Before: `10_normalisation.py`. After:
# `12_recurrent_networks.py`.

# %%
import os

import keras
import numpy as np
from keras import layers, ops

from kit import draw, storage
from kit.backbones.efficientnet import blocks_of, efficientnet
from kit.blocks.mbconv import squeeze_excite
from kit.data.shapes import shapes

SHORT = bool(os.environ.get("KIT_SHORT"))  # does not build B0 itself, but a narrower network by the same rule
rng = np.random.default_rng(0)
keras.utils.set_random_seed(0)


def save_picture(picture, name):
    """Writes the figure as pictures/NAME.png."""
    storage.write_bytes(f"pictures/{name}.png", draw.png(picture))


def numbers(tensor):
    """A tensor as a NumPy array."""
    return ops.convert_to_numpy(tensor)


# %% [markdown]
# ## By hand
# A *kernel* is a small array of weights, here 3 x 3 for each input channel. Lay it on the image, multiply
# what lies on each other, add up: that is one number of the output. Move it on by a pixel and repeat. With
# several kernels there are several numbers at each place, the output *channels*:
#
#     y[i, j, m] = sum over a, b, c of  x[i + a, j + b, c] * w[a, b, c, m]   + bias[m]
#
# Two numbers say how it moves. The *stride* s is the step: with 2, the output has half the height and width.
# The *padding* is a frame of zeros: "valid" has none and the output shrinks by k - 1; "same" has as much as
# keeps the output at ceil(n / s).


# %%
def convolve(x, w, bias=0.0, stride=1, padding="valid"):
    """(H, W, C) and a kernel (k, k, C, M) -> (h, w, M)."""
    k = w.shape[0]
    if padding == "same":
        missing = [max((-(-n // stride) - 1) * stride + k - n, 0) for n in x.shape[:2]]
        x = np.pad(
            x, [*((each // 2, each - each // 2) for each in missing), (0, 0)]
        )  # the odd one comes last
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(0, 1))[::stride, ::stride]
    return np.einsum("ijcab,abcm->ijm", windows, w) + bias


x = rng.normal(size=(1, 9, 12, 3)).astype("float32")
for stride, padding in ((1, "valid"), (1, "same"), (2, "valid"), (2, "same")):
    layer = layers.Conv2D(4, 3, strides=stride, padding=padding, bias_initializer="uniform")
    in_keras = numbers(layer(x))[0]
    by_hand = convolve(x[0], *map(numbers, layer.weights), stride, padding)
    print(f"stride {stride}, {padding:5}: 9 x 12 x 3 -> {' x '.join(map(str, by_hand.shape))}")
    np.testing.assert_allclose(by_hand, in_keras, atol=1e-5)
    kept = (9, 12) if padding == "same" else (9 - 2, 12 - 2)
    assert by_hand.shape == (-(-kept[0] // stride), -(-kept[1] // stride), 4)
assert layer.count_params() == 3 * 3 * 3 * 4 + 4  # whatever the size of the image is

# %% [markdown]
# A dense layer for the same job has a weight for each pair of an input and an output number. And what a
# convolution has learnt in one corner holds in all others: move the image, and the output moves with it.

# %%
dense_weights = (9 * 12 * 3) * (9 * 12 * 4)
print(f"convolution {layer.count_params()}, dense layer {dense_weights:,} weights")
assert dense_weights > 1000 * layer.count_params()

moved = np.roll(x[0], 2, axis=1)
w = numbers(layer.kernel)
np.testing.assert_allclose(convolve(moved, w)[:, 4:], convolve(x[0], w)[:, 2:-2], atol=1e-5)

# %% [markdown]
# ## What a kernel finds
# A kernel answers most where the image looks like it. These six are written by hand. In a trained network
# they are learnt, and in first layers similar ones turn up.

# %%
KERNELS = {
    "blur": np.ones((3, 3)) / 9,
    "upright edge": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "level edge": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "diagonal": [[0, 1, 2], [-1, 0, 1], [-2, -1, 0]],
    "outline": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
}
pictures, _ = shapes("detection", samples=1, size=(48, 48), seed=3)
image = (pictures[0].mean(axis=-1, keepdims=True) / 255).astype("float32")
filters = keras.Sequential([keras.Input((48, 48, 1)), layers.Conv2D(6, 3, use_bias=False, name="by_hand")])
filters.layers[0].set_weights([np.stack(list(KERNELS.values()), axis=-1)[:, :, None].astype("float32")])
save_picture(draw.feature_maps(filters, "by_hand", image, names=list(KERNELS)), "concept_11_filters")

maps = numbers(filters(image[None]))[0]
upright = np.zeros((9, 9, 1), "float32")
upright[:, 5:] = 1  # dark on the left, light on the right
answers = {
    name: np.abs(convolve(upright, np.reshape(each, (3, 3, 1, 1)))).max() for name, each in KERNELS.items()
}
print(answers)
assert answers["upright edge"] == 4 and answers["level edge"] == 0
assert maps[..., 0].std() < image.std()  # blurring takes contrast away
assert np.abs(maps[..., 4]).max() > np.abs(maps[..., 0]).max()

# %% [markdown]
# Upper row: the kernels, red above 0 and blue below. Lower row: the image, and what each kernel makes of it.
# "Upright edge" is light where the image gets lighter from left to right and dark where it gets darker; it
# does not see level edges at all. "Outline" is gray wherever nothing changes.
#
# ## How far a unit sees
# A unit behind one 3 x 3 kernel sees 3 x 3 pixels. A second layer sees 3 x 3 of those units, so 5 x 5 pixels.
# After a stride of s every further step is s pixels wide:
#
#     receptive field = 1 + sum over layers of (k - 1) * (product of the strides before)

# %%
LAYERS = {"first": (3, 1), "second": (3, 2), "third": (3, 2), "fourth": (3, 1)}
stack = [keras.Input((33, 33, 1))]
for name, (k, s) in LAYERS.items():
    stack.append(layers.Conv2D(6, k, strides=s, padding="same", activation="relu", name=name))
network = keras.Sequential(stack)
picture = draw.receptive_fields(network, list(LAYERS), image[8:41, 8:41])
save_picture(picture, "concept_11_receptive_fields")

field, step, fields = 1, 1, []
for k, s in LAYERS.values():
    field, step = field + (k - 1) * step, step * s
    fields.append(field)
print(dict(zip(LAYERS, fields, strict=True)))
assert fields == [3, 5, 9, 17]
measured = [panel.get_title("left") for panel in picture.axes]
assert all(name in title for name, title in zip(LAYERS, measured, strict=True))
assert [int(title.split()[-1]) <= size for title, size in zip(measured, fields, strict=True)] == [True] * 4
influence = np.asarray(picture.axes[-1].images[-1].get_array())[8:25, 8:25]  # of the fourth layer, 17 x 17
middle = influence[4:13, 4:13].mean()
print(f"in the middle a pixel counts {middle / influence.mean():.1f} times the mean of its field")
assert middle > 1.2 * influence.mean()

# %% [markdown]
# The picture measures it: each pixel is changed in turn, and the middle unit of a layer is watched. The frame
# holds every pixel that matters. Inside, the dark middle matters most (Luo et al. 2016, arXiv:1701.04128):
# there are many ways from it to the unit, and few from the rim.
#
# ## Cheaper: depthwise convolutions
# A 3 x 3 convolution from C to M channels has 9 C M weights: it looks around *and* mixes channels. Taken
# apart it costs less. A *depthwise* convolution looks around in each channel by itself, 9 C weights; a
# *pointwise* one, 1 x 1, mixes the channels, C M weights. Together that is 1/M + 1/9 of the full one.

# %%
depthwise = layers.DepthwiseConv2D(3, use_bias=False)
in_keras = numbers(depthwise(x))[0]
kernel = numbers(depthwise.kernel)  # (3, 3, channels, 1)
by_hand = np.concatenate(
    [convolve(x[0, :, :, [c]].transpose(1, 2, 0), kernel[:, :, [c]]) for c in range(3)], axis=-1
)
np.testing.assert_allclose(by_hand, in_keras, atol=1e-5)

C, M = 64, 128
full, apart = 9 * C * M, 9 * C + C * M
print(f"{full:,} weights, taken apart {apart:,}: {apart / full:.3f}")
assert np.isclose(apart / full, 1 / M + 1 / 9)
pair = [layers.DepthwiseConv2D(3, use_bias=False), layers.Conv2D(M, 1, use_bias=False)]
assert keras.Sequential([keras.Input((8, 8, C)), *pair]).count_params() == apart

# %% [markdown]
# ## Squeeze and excite
# Which channels matter depends on the whole image. *Squeeze*: the mean of each channel. *Excite*: a small
# network of two layers makes a number in 0 ... 1 from these means for each channel, and the channel is
# multiplied by it (Hu et al. 2018, arXiv:1709.01507).

# %%
inputs = keras.Input((6, 6, 8))
squeeze = keras.Model(inputs, squeeze_excite(inputs, 2, "relu"))
for variable in squeeze.weights:
    variable.assign(rng.normal(size=variable.shape))
maps = rng.normal(size=(1, 6, 6, 8)).astype("float32")
w1, b1, w2, b2 = (numbers(variable) for variable in squeeze.weights)
hidden = np.maximum(maps.mean(axis=(1, 2)) @ w1[0, 0] + b1, 0)
weights = 1 / (1 + np.exp(-(hidden @ w2[0, 0] + b2)))
np.testing.assert_allclose(numbers(squeeze(maps)), maps * weights[:, None, None], atol=1e-5)
print(weights.round(2))
assert ((weights > 0) & (weights < 1)).all() and squeeze.count_params() == 8 * 2 + 2 + 2 * 8 + 8

# %% [markdown]
# ## The EfficientNet, block by block
# Tan and Le (2019, arXiv:1905.11946) build a network of one kind of block:
#
# 1. *expand*: 1 x 1 convolution from c to 6 c channels,
# 2. *depthwise*: 3 x 3 or 5 x 5, sometimes with stride 2,
# 3. *squeeze and excite*, with c / 4 numbers in the middle,
# 4. *project*: 1 x 1 convolution to few channels again, without activation,
#
# each convolution with batch normalisation (4 numbers a channel: gamma, beta, and the running mean and
# variance) and without bias. Where the shape stays, what came in is added. So the wide part is where the
# cheap convolution works, and between the blocks there is little to carry. By hand:

# %%
STAGES = [  # kernel, blocks, channels, expansion, stride of the first block: table 1 of the paper
    (3, 1, 16, 1, 1),
    (3, 2, 24, 6, 2),
    (5, 2, 40, 6, 2),
    (3, 3, 80, 6, 2),
    (5, 3, 112, 6, 1),
    (5, 4, 192, 6, 2),
    (3, 1, 320, 6, 1),
]


def weights_of_block(k, c_in, c_out, expansion):
    """Number of weights of one block."""
    c, middle = c_in * expansion, c_in // 4
    expand = (c_in * c + 4 * c) if expansion > 1 else 0
    depthwise = k * k * c + 4 * c
    squeeze = c * middle + middle + middle * c + c
    project = c * c_out + 4 * c_out
    return expand + depthwise + squeeze + project


def work_of_block(k, c_in, c_out, expansion, before, after):
    """Multiplications of one block; `before` and `after` are the sides of its maps in pixels."""
    c, middle = c_in * expansion, c_in // 4
    expand = before**2 * c_in * c if expansion > 1 else 0
    return expand + after**2 * (k * k * c + c * c_out) + 2 * c * middle


rows, channels, side = [("stem", 3 * 3 * 3 * 32 + 4 * 32, 112**2 * 27 * 32, 112)], 32, 112
for stage, (k, count, c_out, expansion, stride) in enumerate(STAGES, 1):
    for number in range(count):
        after = side // stride if number == 0 else side
        weights = weights_of_block(k, channels, c_out, expansion)
        work = work_of_block(k, channels, c_out, expansion, side, after)
        rows.append((f"{stage}{'abcd'[number]}", weights, work, after))
        channels, side = c_out, after
rows.append(("top", 320 * 1280 + 4 * 1280, 49 * 320 * 1280, 7))
total, work = (sum(row[place] for row in rows) for place in (1, 2))
for name, weights, multiplications, size in rows:
    print(f"{name:5} {size:3} x {size:<3} {weights:9,} weights {multiplications / 1e6:6.1f} million products")
classifier = 1280 * 1000 + 1000
running = total - 42_016  # half of what batch normalisation holds is not trained
print(
    f"{total:,} weights; {running + classifier:,} trained ones with 1000 classes; {work / 1e9:.3f}e9 products"
)
assert len(rows) == 1 + 16 + 1 and total == 4_049_564
assert running + classifier == 5_288_548  # the paper's table 2: 5.3 million, and 0.39 billion products
assert round((work + 1280 * 1000) / 1e9, 2) == 0.39

# %% [markdown]
# Now the networks themselves: what `keras.applications` and kit build has, block by block, the numbers above.
# In the short mode a network an eighth as deep and a quarter as wide is built, by the same rule.


# %%
def built_by_kit(width, depth):
    """Number of weights of the backbone, built."""
    inputs = keras.Input((32, 32, 3))
    return keras.Model(inputs, efficientnet(inputs, width=width, depth=depth)).count_params()


def on_paper(width, depth):
    """The same by the formula."""
    table = blocks_of(width, depth)
    c_in, count = width, 3 * 3 * 3 * width + 4 * width
    for _, k, c_out, expansion, _ in table:
        count, c_in = count + weights_of_block(k, c_in, c_out, expansion), c_out
    return count + c_in * 40 * width + 4 * 40 * width


assert on_paper(32, 4) == total
assert built_by_kit(8, 0.5) == on_paper(8, 0.5)
if not SHORT:
    assert built_by_kit(32, 4) == total
    published = keras.applications.EfficientNetB0(weights=None, include_top=False)
    by_block = {}
    for layer in published.layers:
        if layer.name.startswith("block"):
            by_block[layer.name[5:7]] = by_block.get(layer.name[5:7], 0) + layer.count_params()
    assert by_block == {name: weights for name, weights, _, _ in rows[1:-1]}
    scaling = published.get_layer(
        "normalization"
    ).count_params()  # a mean and a scale for red, green and blue
    assert published.count_params() == total + scaling

# %%
with draw.style():
    title = "EfficientNet-B0, image at the top: the last blocks have the weights, all of them have work"
    picture, (left, right) = draw.figure(title, columns=2, width=9.6, height=4.4)
    labels = [f"{name}   {size} x {size}" for name, _, _, size in rows]
    stages = [0, *(int(row[0][0]) for row in rows[1:-1]), 8]
    colors = [draw.class_colors(9)[stage] for stage in stages]
    for panel, place, unit in ((left, 1, 1e3), (right, 2, 1e6)):
        values = [row[place] / unit for row in rows]
        panel.barh(range(len(rows)), values, color=colors)
        for row, value in enumerate(values):
            panel.text(value + max(values) * 0.01, row, f"{value:.0f}", va="center", fontsize=7)
        panel.invert_yaxis()
        panel.grid(visible=False)
        panel.set_xlim(0, 1.1 * max(values))
    left.set_yticks(range(len(rows)), labels, fontsize=8)
    right.set_yticks([])
    left.set_xlabel("weights, thousands")
    right.set_xlabel("products for one image of 224 x 224, millions")
save_picture(picture, "concept_11_efficientnet")
assert sum(row[1] for row in rows[:6]) < 0.02 * total and sum(row[2] for row in rows[:6]) > 0.29 * work

# %% [markdown]
# Read from the top. Each colour is a stage; the side of its maps is written beside it. The first six rows
# have large maps and few channels: 2 % of the weights, and 30 % of the work. The last ones have small maps
# and many channels. B1 to B7 multiply depth, width and image size together, by 1.2, 1.1 and 1.15 to a
# power.
#
# ## What to remember
# - A convolution is the same small sum at every place: few weights, and it moves with the image.
# - The receptive field must be about as large as what is to be recognised. Strides make it grow fast.
# - Depthwise and pointwise convolutions take apart what a full one does at once, for an eighth of the price.
#
# To think about: an object is 100 pixels wide and the last map's units see 45. Which two numbers in the
# table above would you change, and what does each of them cost?
