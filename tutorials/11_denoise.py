# %% [markdown]
# # Denoising: what noise is, and what may be taken away
#
# Question: how does a network learn to take noise away, and how do I know that it does not only blur?
#
# A denoiser is trained on clean images: noise is laid on them, and the network is asked for the noise.
# This tutorial lays it on pictures that kit draws, so that the truth is known. It measures by hand,
# compares with what needs no training, and shows what happens to noise of another strength.

# %%
import dataclasses
import os

import keras
import numpy as np
from keras import ops
from scipy.ndimage import gaussian_filter

import kit
from kit import draw, storage
from kit.data.noise import noisy

SHORT = bool(os.environ.get("KIT_SHORT"))  # fewer epochs; every check below still holds
EPOCHS = 8 if SHORT else 30
SIGMA = 25
WHITE = 255.0
SIZE = {"width": 24, "depth": 5, "learning_rate": 0.01}
FIT = {"epochs": EPOCHS, "batch_size": 16, "patch": 32, "patience": 0, "precision": "float32", "verbose": 0}


def with_noise(images, sigma, seed=1):
    """Images with Gaussian noise of standard deviation `sigma`, neither clipped nor rounded."""
    return np.stack(
        [noisy(image, "gaussian", sigma, seed=seed, index=index) for index, image in enumerate(images)]
    )


def outputs_of(model, images):
    """Outputs of one call of the model, not clipped."""
    return ops.convert_to_numpy(model(images))


# %% [markdown]
# ## Noise in numbers
# Gaussian noise adds to every value a random number of mean 0. Its standard deviation is called sigma;
# "sigma 25" is in units of 0 to 255. The usual measure is the *peak signal-to-noise ratio* in decibels:
#
#     PSNR = 10 log10(255^2 / mean squared error) = 20 log10(255 / root of that error)
#
# The error of a noisy image is its noise, so sigma 25 is 20 log10(255 / 25) = 20.17 dB, whatever is
# in the image. Half the error is 6.02 dB more.


# %%
def psnr(clean, images):
    """Mean over the images of the PSNR, in dB, from the definition."""
    errors = ((images.astype("float64") - clean) ** 2).mean(axis=(1, 2, 3))
    return float(np.mean(10 * np.log10(WHITE**2 / errors)))


data = kit.load_data("streets", task=kit.Denoising(noise=SIGMA))
print(data)
if SHORT:
    data = dataclasses.replace(data, validation=None)  # nothing below looks at it
clean = np.stack(list(data.test.labels)).astype("float32")
start = with_noise(clean, SIGMA)
by_hand = 20 * np.log10(WHITE / SIGMA)
print(f"By hand {by_hand:.2f} dB, measured {psnr(clean, start):.2f} dB")
assert round(by_hand, 2) == 20.17
assert abs(psnr(clean, start) - by_hand) < 0.1
assert abs(psnr(clean, with_noise(clean, SIGMA / 2)) - by_hand - 20 * np.log10(2)) < 0.1

# %% [markdown]
# ## The network says the noise, not the image
# The model is noisy image minus estimated noise. This is *residual learning*: most of the image is
# right already, so it need not pass through the layers. The last convolution starts with zeros. The
# untrained network gives back what it is given, and its PSNR is that of the noisy image. Training can
# only begin from there, and any first result below 20.17 dB is a mistake.

# %%
keras.utils.set_random_seed(0)
model = kit.build_denoiser(data.task, data.input, **SIZE)
print(f"{model.count_params():,} parameters; loss {data.task.match.loss}, {data.task.match.activation}")
untrained = outputs_of(model, start)
np.testing.assert_array_equal(untrained, start)
assert psnr(clean, untrained) == psnr(clean, start)

# %% [markdown]
# ## Which loss: mean, median or something between
# Many clean images fit one noisy one. The estimate with the lowest mean squared error is their mean, that
# with the lowest mean absolute error is their median. Take three equally likely clean values of one
# pixel, 0, 30 and 180, and try every answer.

# %%
likely = np.array([0.0, 30.0, 180.0]).reshape(3, 1, 1, 1)
answers = np.arange(0, 181)
found = {}
for name in ("mse", "mae", "charbonnier"):
    loss = kit.Denoising(noise=SIGMA, loss=name).make_loss()
    costs = [float(loss(likely, np.full_like(likely, answer))) for answer in answers]
    found[name] = int(answers[np.argmin(costs)])
    print(f"{name:12} best answer {found[name]}")
assert found == {"mse": 70, "mae": 30, "charbonnier": 30}

# %% [markdown]
# PSNR is made of squared errors, so `mse` is what raises it and the default. At an edge the mean of "here"
# and "one pixel to the right" is a soft edge; the median is one or the other. Hence "mae" keeps edges
# sharper. Charbonnier, sqrt(error^2 + eps^2), is "mae" without the jump of the gradient at 0.

# %%
errors = np.array([-4.0, -1.0, -0.1, 0.1, 1.0, 4.0])
eps = 0.25
slopes = {"mse": 2 * errors, "mae": np.sign(errors), "charbonnier": errors / np.sqrt(errors**2 + eps**2)}
for name, slope in slopes.items():
    options = {"eps": eps} if name == "charbonnier" else {}
    loss = kit.Denoising(noise=SIGMA, loss=name, **options).make_loss()

    def cost(error, loss=loss):
        shape = (1, 1, 1, 1)
        return float(loss(np.zeros(shape, "float64"), np.full(shape, error, "float64")))

    measured = [(cost(error + 0.01) - cost(error - 0.01)) / 0.02 for error in errors]
    print(f"{name:12}", *(f"{number:7.2f}" for number in measured))
    np.testing.assert_allclose(measured, slope, atol=0.02)

# %% [markdown]
# ## Train
# Each epoch cuts patches from the clean images and lays new noise on them. The network never sees
# the same noise twice, so it cannot learn it by heart. Validation images keep theirs.

# %%
history = kit.fit(model, data, **FIT)
report = kit.evaluate(model, data.test, history=history, resamples=50 if SHORT else 200)
print(report)
assert report.metrics["psnr"] > report.baseline["psnr"] + 5
worst = dataclasses.replace(report, examples=report.examples[-3:])
storage.write_bytes("pictures/11_results.png", draw.png(worst.figure("triptychs")))

# %% [markdown]
# ## Better than nothing is not enough
# A Gaussian blur also takes noise away, and edges with it. It needs no training, so it is the baseline to
# beat. It even gets an advantage here: its width is the best one *on the test images*.

# %%
widths = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5)
blurred = {width: gaussian_filter(start, (0, width, width, 0)) for width in widths}
best = max(widths, key=lambda width: psnr(clean, blurred[width]))
restored = outputs_of(model, start)
shown = {"noisy": start, f"blur {best}": blurred[best], "network": restored, "clean": clean}
scores = {name: psnr(clean, images) for name, images in list(shown.items())[:3]}
for name, score in scores.items():
    print(f"{name:10} {score:.2f} dB")
assert scores[f"blur {best}"] > scores["noisy"] + 2
assert scores["network"] > scores[f"blur {best}"] + 1

# %% [markdown]
# Where is the difference? Compare the error at edges, the tenth of the places where the clean picture
# changes most, with that of the rest.

# %%
slope = np.hypot(*np.gradient(clean, axis=(1, 2))).max(axis=-1)
edge = slope > np.quantile(slope, 0.9)
table = {}
for name in list(shown)[:3]:
    error = ((shown[name] - clean) ** 2).mean(axis=-1)
    table[name] = np.sqrt([error[edge].mean(), error[~edge].mean()])
    print(f"{name:10} error at edges {table[name][0]:5.1f}, elsewhere {table[name][1]:5.1f}")
assert table[f"blur {best}"][0] > 1.15 * table["network"][0]

with draw.style():
    title = f"Network {scores['network']:.1f} dB, best blur {scores[f'blur {best}']:.1f} dB, noisy 20.2 dB"
    picture, panels = draw.figure(title, rows=3, columns=4, width=7.2, height=4.2)
    for place, panel in enumerate(panels):
        name = list(shown)[place % 4]
        panel.imshow(np.clip(shown[name][place // 4] / WHITE, 0, 1))
        panel.set_title(name, fontsize=9)
        panel.set_axis_off()
storage.write_bytes("pictures/11_denoise.png", draw.png(picture))

# %% [markdown]
# ## Clip at the end, and only there
# Images end at 0 and 255, noise does not. Clipping a noisy white area moves its mean from 255 to
# 255 - 25 / sqrt(2 pi) = 245.0: the noise has no mean of 0 any more. kit adds noise unclipped, as the
# benchmarks do. Cameras clip: train on noisy files where you have them.

# %%
bright = with_noise(np.full((1, 256, 256, 1), WHITE, "float32"), SIGMA)
expected = WHITE - SIGMA / np.sqrt(2 * np.pi)
print(f"Mean of white with noise {bright.mean():.1f}, clipped {np.clip(bright, 0, WHITE).mean():.1f}")
assert abs(bright.mean() - WHITE) < 0.5
assert abs(np.clip(bright, 0, WHITE).mean() - expected) < 0.5

# %% [markdown]
# The outputs are not clipped in training either: beyond the ends a clipped output does not change, its
# gradient is 0, and nothing is learnt from that pixel. The decision is clipped. Since the clean values
# lie within the range, clipping can only bring each value nearer to its own.

# %%
loss = data.task.make_loss()
white, above, step = np.full((1, 1, 1, 1), WHITE, "float32"), 300.0, 1.0


def slope_at(value, function):
    """The change of the loss when an output grows by 1."""
    low, high = (function(np.full_like(white, value + side * step / 2)) for side in (-1, 1))
    return (float(loss(white, high)) - float(loss(white, low))) / step


free = slope_at(above, lambda output: output)
clipped = slope_at(above, lambda output: np.clip(output, 0, WHITE))
decided = data.task.decided(restored).images
print(f"Slope at {above:g}: {free:g} free, {clipped:g} clipped; outputs up to {restored.max():.0f}")
assert free == 2 * (above - WHITE) and clipped == 0
assert decided.min() >= 0 and decided.max() <= WHITE
assert psnr(clean, decided) >= psnr(clean, restored)
assert psnr(clean, np.clip(start, 0, WHITE)) > psnr(clean, start)

# %% [markdown]
# ## Another noise than in training
# A network trained at sigma 25 alone knows one strength. Weaker noise it takes for noise of 25 and removes
# detail; of stronger noise it leaves a part. A range (low, high) draws another strength for each
# patch: *blind* denoising. The network then has to see in the image how strong the noise is.

# %%
RANGE = (5, 50)
keras.utils.set_random_seed(0)
blind = kit.build_denoiser(kit.Denoising(noise=RANGE), data.input, **SIZE)
kit.fit(blind, data, **FIT)  # the same clean images; the noise is that of the model's task

levels = (5, 10, 15, 25, 35, 50)
gains = {"fixed 25": [], f"blind {RANGE[0]} to {RANGE[1]}": []}
for level in levels:
    start = with_noise(clean, level, seed=2)
    for name, network in zip(gains, (model, blind), strict=True):
        gains[name].append(psnr(clean, outputs_of(network, start)) - psnr(clean, start))
print("sigma".ljust(14), *(f"{level:6d}" for level in levels))
for name, gain in gains.items():
    print(name.ljust(14), *(f"{number:6.2f}" for number in gain))
fixed, any_level = (dict(zip(levels, gain, strict=True)) for gain in gains.values())
assert any_level[50] > fixed[50] + 1  # much stronger noise than was trained
assert any_level[5] > fixed[5] + 0.2  # much weaker noise
assert fixed[25] - any_level[25] < any_level[50] - fixed[50]  # costs less than it brings
assert any_level[50] > any_level[25]  # where there is more noise, there is more to win
assert fixed[50] < fixed[25] - 0.5  # but not for a network that knows only 25

# %% [markdown]
# Below 0 the network makes the image worse: its own error is larger than the noise it should remove.

# %%
with draw.style():
    picture, panel = draw.figure("What is won over the noisy image, by the strength of the noise", height=3.2)
    for (name, gain), colour, line in zip(gains.items(), (draw.ORANGE, draw.BLUE), ("--", "-"), strict=True):
        panel.plot(levels, gain, line, marker="o", color=colour, label=name)
    panel.axhline(0, color=draw.GRAY, linewidth=1)
    panel.set_xlabel("sigma of the noise")
    panel.set_ylabel("gain, dB")
    panel.legend()
storage.write_bytes("pictures/11_levels.png", draw.png(picture))

# %% [markdown]
# ## What to remember
# - Sigma 25 is 20.17 dB, in every image. A result has to be compared with it, and with a blur.
# - An untrained residual network gives its input back.
# - Squared errors give the mean of what may be there and the best PSNR; absolute errors the median.
# - Clip what is shown, not what is learnt from.
# - Where the strength of the noise is not known, train on a range.
