# %% [markdown]
# # Overfitting, and what helps
#
# Question: my network is nearly perfect on its training samples and poor on new ones; what now?
#
# Claim: a network that is large enough learns its samples by heart, wrong labels included. More data,
# dropout, L2, early stopping and augmentation all help, each for a reason, and each is measured here on
# the same small problem.
#
# To read: 8 minutes. To run: 30 seconds on two cores. Before: `08_batch_size_iterations_epochs.py`. After:
# `10_normalisation.py`.

# %%
import os

import keras
import numpy as np
from sklearn.datasets import load_digits

import kit
from kit import draw, storage

SHORT = bool(os.environ.get("KIT_SHORT"))  # one run a cure in place of five; every check below still holds
SEEDS = 1 if SHORT else 5


def save_picture(picture, name):
    """Writes the figure as pictures/NAME.png."""
    storage.write_bytes(f"pictures/{name}.png", draw.png(picture))


# %% [markdown]
# ## What it is, without a network
# Twelve measurements of a curve, each with some noise. A polynomial of degree 1 has 2 coefficients and
# cannot follow the curve: it *underfits*. One of degree 11 has 12, one for each point, and goes through
# all of them: its training error is 0. It has learnt the noise, too. Between the points, where nobody
# measured, it swings far away: it *overfits*.
#
# In symbols: a sample is y = f(x) + noise. The training error only asks for y. What we want is f.

# %%
rng = np.random.default_rng(4)


def truth(x):
    """The curve that is measured."""
    return np.sin(3 * x)


few, many = np.linspace(-1, 1, 12), np.linspace(-1, 1, 401)
measured = truth(few) + rng.normal(0, 0.25, few.shape)
degrees = np.arange(1, 12)
fits = [np.polynomial.Polynomial.fit(few, measured, degree) for degree in degrees]
seen_error = np.array([np.sqrt(np.mean((fit(few) - measured) ** 2)) for fit in fits])
true_error = np.array([np.sqrt(np.mean((fit(many) - truth(many)) ** 2)) for fit in fits])
best_degree = int(degrees[true_error.argmin()])
print(f"on the samples {seen_error.round(2)}\non the curve {true_error.round(2)}; best degree {best_degree}")

assert (np.diff(seen_error) <= 1e-9).all()  # more coefficients never fit the samples worse
assert seen_error[-1] < 1e-6  # twelve coefficients, twelve points
assert 1 < best_degree < 8
assert true_error[-1] > 2 * true_error.min() and true_error[0] > 1.5 * true_error.min()

with draw.style():
    title = "degree 1 cannot follow the curve; degree 11 goes through every point and misses it"
    picture, (*panels, last) = draw.figure(title, columns=4, width=11.5, height=2.7)
    for panel, degree in zip(panels, (1, best_degree, 11), strict=True):
        panel.plot(many, truth(many), color=draw.GRAY, linestyle=":", label="the curve")
        panel.plot(many, fits[degree - 1](many), color=draw.BLUE, label="learnt")
        panel.plot(few, measured, "o", color=draw.ORANGE, markersize=5, label="measured")
        panel.set(ylim=(-2.2, 2.2), title=f"degree {degree}")
    panels[0].legend(fontsize=8, loc="upper left")
    last.plot(degrees, seen_error, "o-", color=draw.BLUE, markersize=4, label="on the samples")
    last.plot(degrees, true_error, "s--", color=draw.ORANGE, markersize=4, label="on the curve")
    last.set(title="error against degree", xlabel="degree", ylim=(0, None))
    last.legend(fontsize=8)
save_picture(picture, "concept_09_polynomials")

# %% [markdown]
# The right panel is the picture to remember. The error on the samples only falls. The error on everything
# else falls, turns, and rises. The number of coefficients is on the axis here; in a network it can also be
# the number of steps.
#
# ## A network that learns by heart
# 200 images of digits, 8 x 8 pixels, and one label in five is wrong, as happens with labels from a hurried
# person. The labels of the test part are right. The network has one hidden layer and 19,210 weights, a
# hundred for each sample. It is written out in NumPy, so that each cure below is a line that you can see.

# %%
pixels, digits = load_digits(return_X_y=True)
order = rng.permutation(len(pixels))
pixels, digits = (pixels[order] / 16).astype("float32"), digits[order]
is_wrong = rng.random(1400) < 0.2
labels = np.where(is_wrong, (digits[:1400] + rng.integers(1, 10, 1400)) % 10, digits[:1400])
x_valid, y_valid, x_test, y_test = pixels[1000:1400], labels[1000:1400], pixels[1400:], digits[1400:]
FEW, MANY, BATCH, HIDDEN, STEPS = 200, 1000, 50, 256, 1200


def forward(weights, x, dropped=1.0):
    """Activations of the hidden layer, and the probabilities of the ten digits."""
    hidden = np.maximum(x @ weights[0] + weights[1], 0) * dropped
    scores = hidden @ weights[2] + weights[3]
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return hidden, shares / shares.sum(axis=1, keepdims=True)


def judge(weights, x, y):
    """Cross-entropy and share of right answers."""
    said = forward(weights, x)[1]
    return -np.log(said[np.arange(len(y)), y] + 1e-9).mean(), (said.argmax(axis=1) == y).mean()


def moved(x, rng):
    """The images, each moved by at most a pixel in each direction."""
    padded = np.pad(x.reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
    views = np.lib.stride_tricks.sliding_window_view(padded, (8, 8), axis=(1, 2))
    rows, columns = rng.integers(0, 3, (2, len(x)))
    return views[np.arange(len(x)), rows, columns].reshape(len(x), 64)


def train(seed, count=FEW, dropout=0.0, l2=0.0, augment=False):
    """Trains with Adam; returns the weights, and one row of numbers for each look at the validation part."""
    rng = np.random.default_rng(seed)
    shapes = ((64, HIDDEN), (HIDDEN,), (HIDDEN, 10), (10,))
    scales = (np.sqrt(2 / 64), 0, np.sqrt(1 / HIDDEN), 0)
    weights = [rng.normal(0, s, shape).astype("float32") for s, shape in zip(scales, shapes, strict=True)]
    means, squares = ([np.zeros_like(each) for each in weights] for _ in range(2))
    kept, looks = [], []
    for step in range(STEPS):
        if step % (count // BATCH) == 0:
            shuffled = rng.permutation(count).reshape(-1, BATCH)  # a new order in each epoch
        rows = shuffled[step % (count // BATCH)]
        x = moved(pixels[rows], rng) if augment else pixels[rows]  # AUGMENTATION: other images each time
        mask = 1.0
        if dropout:  # DROPOUT: a share of the hidden units is 0, the others grow to make up for it
            mask = (rng.random((BATCH, HIDDEN)) >= dropout).astype("float32") / (1 - dropout)
        hidden, wrong = forward(weights, x, mask)
        wrong[np.arange(BATCH), labels[rows]] -= 1  # of softmax with cross-entropy: said - true
        wrong /= BATCH
        back = (wrong @ weights[2].T) * (hidden > 0) * mask
        slopes = [x.T @ back + l2 * weights[0], back.sum(axis=0)]  # L2: weights are pulled towards 0
        slopes += [hidden.T @ wrong + l2 * weights[2], wrong.sum(axis=0)]
        for place, slope in enumerate(slopes):
            means[place] += 0.1 * (slope - means[place])
            squares[place] += 0.001 * (slope**2 - squares[place])
            size = means[place] / (1 - 0.9 ** (step + 1))
            weights[place] -= 2e-3 * size / (np.sqrt(squares[place] / (1 - 0.999 ** (step + 1))) + 1e-8)
        if step % 20 == 19:
            looks.append((*judge(weights, pixels[:count], labels[:count]), *judge(weights, x_valid, y_valid)))
            kept.append([each.copy() for each in weights])
    return kept, np.array(looks)


kept, looks = train(seed=0)
by_heart = forward(kept[-1], pixels[:FEW])[1].argmax(axis=1)
bad = is_wrong[:FEW]
learnt_wrong = (by_heart == labels[:FEW])[bad].mean()
print(f"{sum(each.size for each in kept[-1]):,} weights, {bad.sum()} of {FEW} labels are wrong")
print(f"right on its own samples {looks[-1, 1]:.3f}; learnt of the wrong labels {learnt_wrong:.3f}")
print(f"right on the test part {judge(kept[-1], x_test, y_test)[1]:.3f}")
assert sum(each.size for each in kept[-1]) == 64 * 256 + 256 + 256 * 10 + 10 == 19_210
assert learnt_wrong > 0.95  # no rule leads to a wrong label: it was learnt by heart
assert judge(kept[-1], x_test, y_test)[1] < 0.9

history = {"loss": looks[:, 0], "val_loss": looks[:, 2]}
save_picture(draw.overfitting(history), "concept_09_overfitting")

# %% [markdown]
# In the picture (an "epoch" is a look, every five passes over the 200 samples) both lines fall first: what
# is learnt holds for all digits. Then the validation loss turns while the training loss still falls.
# From there on the network learns single samples: their noise, and their wrong labels.

# %%
best = int(looks[:, 2].argmin())
print(
    f"lowest validation loss at look {best + 1} of {len(looks)}: {looks[best, 2]:.2f}; end {looks[-1, 2]:.2f}"
)
assert best < len(looks) / 2
assert looks[-1, 2] > 1.1 * looks[best, 2] and looks[-1, 0] < 0.5 * looks[best, 0]

# %% [markdown]
# ## Five cures
# Each run below differs from the one above in one word.
#
# - **More data**: 1000 samples in place of 200, equally noisy. Noise does not add up to a rule, digits do.
# - **Dropout** (Srivastava et al. 2014): in each step a random half of the hidden units is off. No unit can
#   rely on one other, so single samples are hard to store. After training all are on.
# - **L2**: the loss gets + l2/2 * sum(w^2). Large weights, which bend sharply around one sample, cost.
# - **Early stopping**: keep the weights of the look with the lowest validation loss. It is the run above,
#   stopped in time, so it costs less than nothing.
# - **Augmentation**: each image is moved by up to a pixel, at random, each time it is shown. A moved 3 is
#   still a 3: that is knowledge which you add.

# %%
CURES = {
    "nothing": {},
    "more data": {"count": MANY},
    "dropout 0.5": {"dropout": 0.5},
    "L2 0.01": {"l2": 0.01},
    "early stopping": {},
    "augmentation": {"augment": True},
}
gaps = {}
scores = {name: [] for name in CURES}
for name, settings in CURES.items():
    for seed in range(SEEDS):
        kept, looks = train(seed, **settings)
        chosen = (
            int(looks[:, 2].argmin()) if name == "early stopping" else -1
        )  # the test part chooses nothing
        scores[name].append(judge(kept[chosen], x_test, y_test)[1])
        gaps.setdefault(name, []).append(looks[chosen, 1] - scores[name][-1])
    mean = np.mean(scores[name])
    print(f"{name:15} test {mean:.3f} ({min(scores[name]):.3f} to {max(scores[name]):.3f})")

nothing = np.mean(scores["nothing"])
for name in list(CURES)[1:]:
    assert np.mean(scores[name]) > nothing + 0.01, name  # each of the five helps
    assert np.mean(gaps[name]) < np.mean(gaps["nothing"]), name  # and narrows the gap to the training part
assert max(np.mean(each) for each in scores.values()) == np.mean(scores["more data"])

# %%
with draw.style():
    order = sorted(CURES, key=lambda name: np.mean(scores[name]))
    title = "right answers on new images: every cure helps, more data helps most"
    picture, axes = draw.figure(title, width=7.4, height=2.9)
    for place, name in enumerate(order):
        color = draw.GRAY if name == "nothing" else draw.BLUE
        axes.plot(scores[name], [place] * SEEDS, "o", color=color, alpha=0.45, markersize=6)
        axes.plot(np.mean(scores[name]), place, "|", color=color, markersize=20, markeredgewidth=3)
        axes.text(
            np.mean(scores[name]), place + 0.34, f"{np.mean(scores[name]):.3f}", ha="center", fontsize=8
        )
    axes.axvline(nothing, color=draw.GRAY, linestyle=":", linewidth=1)
    axes.set_yticks(range(len(order)), order)
    axes.set(
        xlabel="share of right answers (a dot a seed, the bar is their mean)", ylim=(-0.5, len(order) - 0.2)
    )
save_picture(picture, "concept_09_cures")

# %% [markdown]
# Two honest remarks. L2 and augmentation lower the *training* accuracy: that is what they are for, a
# network that cannot store the wrong labels looks worse on them. And the cures do not add up: all of them
# together can be too much, and then the network underfits.
#
# ## The same in Keras and in kit
# Nobody writes these lines by hand. Dropout is a layer that does nothing outside of training, L2 an
# argument of a layer, early stopping a callback, augmentation layers before the first.

# %%
ones = np.ones((4, 1000), "float32")
layer = keras.layers.Dropout(0.5, seed=0)
on, off = (keras.ops.convert_to_numpy(layer(ones, training=training)) for training in (True, False))
print(f"in training {np.unique(on)}, mean {on.mean():.2f}; later {np.unique(off)}")
assert set(np.unique(on)) == {0.0, 2.0} and abs(on.mean() - 1) < 0.1  # the rest makes up for what is missing
assert (off == 1).all()

dense = keras.layers.Dense(3, kernel_regularizer=keras.regularizers.L2(0.005))  # Keras leaves the half out
dense(ones[:, :8])
penalty = float(keras.ops.convert_to_numpy(dense.losses[0]))
kernel = keras.ops.convert_to_numpy(dense.kernel)
assert np.isclose(penalty, 0.01 / 2 * np.sum(kernel**2), rtol=1e-5)

# %% [markdown]
# In kit they are words: `dropout=0.5` of a builder, `weight_decay=` of AdamW (which shrinks the weights
# apart from the gradient; for plain SGD it is the same as L2), `patience=` and `augment=` of `kit.fit`. The
# weights of the best epoch are kept without asking, and `kit.doctor.Watch` says from which epoch a
# network overfits.

# %%
task, shape = kit.Classification(10), (8, 8, 1)
model = kit.build_classifier(task, shape, backbone="mlp", width=16, depth=1, dropout=0.5)
rates = [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
print(rates)
assert rates and set(rates) == {0.5}

# %% [markdown]
# ## What to remember
# - Judge by samples that were not trained on. The training loss cannot tell learning from memory.
# - Get more data if you can; nothing else adds as much.
# - Early stopping is free. Dropout, L2 and augmentation cost a number that has to be chosen.
# - A training accuracy of 1.000 on data whose labels are not perfect is bad news.
#
# To think about: the validation part chose the moment to stop. Why may its accuracy not be reported as what
# the network is worth, and how would you notice if somebody did?
