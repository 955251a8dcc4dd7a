# %% [markdown]
# # Attention and transformers: looking up by similarity
#
# Question: how does a network choose, out of many words, the one that matters now?
#
# Claim: attention is a lookup in which every entry is taken in proportion to how well its key fits the
# question. The weights are a softmax, so they can be drawn. Without positions it does not know the order of
# the words. A transformer is attention and a small network, in turn.
#
# To read: 8 minutes. To run: 15 seconds on two cores. Before: `12_recurrent_networks.py`. After:
# `14_nine_steps.py`.

# %%
import os

import keras
import numpy as np
from keras import layers, ops

from kit import draw, storage

SHORT = bool(os.environ.get("KIT_SHORT"))  # fewer steps of training; every check below still holds
JIT = keras.backend.backend() == "jax"  # elsewhere compiling takes longer than these short runs
rng = np.random.default_rng(0)
keras.utils.set_random_seed(0)


def save_picture(picture, name):
    """Writes the figure as pictures/NAME.png."""
    storage.write_bytes(f"pictures/{name}.png", draw.png(picture))


def numbers(tensor):
    """A tensor as a NumPy array."""
    return ops.convert_to_numpy(tensor)


def softmax(scores):
    """Positive numbers of sum 1 in each row."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


# %% [markdown]
# ## A soft lookup
# A dictionary finds the entry whose key equals the question, and returns its value. Attention compares the
# question q with *all* keys k by their products, makes weights of sum 1 from them, and returns the mean of
# all values v with these weights (Vaswani et al. 2017, arXiv:1706.03762):
#
#     weights = softmax(q k' / sqrt(d))        d: the length of q and of each k
#     attention = weights v
#
# If one key fits far better than the others, its weight is nearly 1: a dictionary. If all fit alike, the
# result is the plain mean.

# %%
words = ["the", "cat", "sat", "on", "the", "mat"]
DEPTH = 8
book = {word: rng.normal(size=DEPTH) for word in dict.fromkeys(words)}
sentence = np.stack([book[word] for word in words])


def attend(q, k, v, allowed=True):
    """Attention of each row of q to the rows of k and v that are allowed: the result, and the weights."""
    scores = np.where(allowed, q @ k.T / np.sqrt(q.shape[-1]), -np.inf)
    weights = softmax(scores)
    return weights @ v, weights


sharp = attend(8 * sentence[1:2], sentence, sentence)
even = attend(0 * sentence[1:2], sentence, sentence)
assert np.allclose(sharp[1].sum(), 1) and sharp[1][0].argmax() == 1
np.testing.assert_allclose(sharp[0][0], book["cat"], atol=0.05)  # a dictionary
np.testing.assert_allclose(even[0][0], sentence.mean(axis=0), atol=1e-12)  # the plain mean

# %% [markdown]
# ## Why divide by sqrt(d)
# Products of d random numbers have variance d. Without the division they grow with d, the softmax gives all
# weight to one key, and its gradient, w (1 - w), is nearly 0: nothing more is learnt.

# %%
largest = {}
for depth in (4, 64, 1024):
    q, k = rng.normal(size=(500, depth)), rng.normal(size=(10, depth))
    largest[depth] = [softmax(q @ k.T / divisor).max(axis=1).mean() for divisor in (1, np.sqrt(depth))]
    print(f"d = {depth:4}: largest of 10 weights {largest[depth][0]:.2f}, divided {largest[depth][1]:.2f}")
assert largest[1024][0] > 0.9 > largest[4][0]
assert all(0.15 < divided < 0.5 for _, divided in largest.values())

# %% [markdown]
# ## The layer: projections and heads
# What a word asks, what it offers and what it says are three different things. So q, k and v are the inputs,
# each times a matrix of its own that is learnt. A *head* is one such triple. Several heads look at several
# things at once; their results are joined and multiplied by one more matrix. By hand this gives what
# `keras.layers.MultiHeadAttention` gives.

# %%
HEADS, SIZE = 2, 4
x = sentence[None].astype("float32")
layer = layers.MultiHeadAttention(HEADS, SIZE)
result, in_keras = (numbers(each)[0] for each in layer(x, x, return_attention_scores=True))
wq, bq, wk, bk, wv, bv, wo, bo = (numbers(each) for each in layer.weights)


def heads(x, context, allowed=True):
    """Multi-head attention of (words, DEPTH) to a context of such words: the result, and the weights."""
    parts = [
        attend(x @ wq[:, h] + bq[h], context @ wk[:, h] + bk[h], context @ wv[:, h] + bv[h], allowed)
        for h in range(HEADS)
    ]
    joined = sum(part @ wo[h] for h, (part, _) in enumerate(parts)) + bo
    return joined, np.stack([weights for _, weights in parts])


by_hand, weights = heads(x[0], x[0])
np.testing.assert_allclose(by_hand, result, atol=1e-5)
np.testing.assert_allclose(weights, in_keras, atol=1e-5)
np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-6)
assert layer.count_params() == 4 * DEPTH * HEADS * SIZE + 3 * HEADS * SIZE + DEPTH
save_picture(draw.attention_maps(weights, words), "concept_13_heads")

# %% [markdown]
# Read a row of the picture from left to right: a word asks, and shares out a weight of 1. The layer is not
# trained, so the weights mean nothing yet. But look at the two rows of "the": they are equal, and so are
# their columns. The layer cannot tell the first from the second.
#
# ## Positions matter, and attention does not see them
# Nothing in the formula says where a word stands. Shuffle the words, and the results are shuffled the same
# way, each as it was: "the cat sat on the mat" and "the mat sat on the cat" are one to it.

# %%
shuffle = rng.permutation(len(words))
shuffled = numbers(layer(x[:, shuffle], x[:, shuffle]))[0]
np.testing.assert_allclose(shuffled, result[shuffle], atol=1e-5)
np.testing.assert_allclose(weights[:, 0], weights[:, 4], atol=1e-6)

# %% [markdown]
# So a vector for the position is added to each word. The paper takes sines and cosines of different lengths,
#
#     p(t, 2i) = sin(t / 10000^(2i/d)),   p(t, 2i+1) = cos(t / 10000^(2i/d)),
#
# others learn one vector a position. Then the order counts.


# %%
def positions(count, depth):
    """(count, depth) sines and cosines."""
    angles = np.arange(count)[:, None] / 10_000 ** (np.arange(0, depth, 2) / depth)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(count, depth).astype("float32")


placed = x + positions(len(words), DEPTH)
placed_result, placed_weights = heads(placed[0], placed[0])
other = numbers(layer(x[:, shuffle] + positions(6, DEPTH), x[:, shuffle] + positions(6, DEPTH)))[0]
print(f"the two rows of 'the' now differ by {np.abs(placed_weights[:, 0] - placed_weights[:, 4]).max():.2f}")
assert np.abs(placed_weights[:, 0] - placed_weights[:, 4]).max() > 0.01
assert np.abs(other - placed_result[shuffle]).max() > 0.01
near, far = (np.dot(positions(50, 64)[20], positions(50, 64)[20 + step]) for step in (1, 15))
assert near > far  # neighbours have similar positions

# %% [markdown]
# ## The future is hidden
# A network that predicts the next word may not see it. A *causal mask* gives all later words the score minus
# infinity, so their weight is exactly 0. Then changing a later word changes nothing before it.

# %%
causal = np.tril(np.ones((6, 6), bool))
masked, masked_weights = heads(x[0], x[0], causal)
np.testing.assert_allclose(masked, numbers(layer(x, x, use_causal_mask=True))[0], atol=1e-5)
changed = x.copy()
changed[0, 4] += 5
after = numbers(layer(changed, changed, use_causal_mask=True))[0]
np.testing.assert_allclose(after[:4], masked[:4], atol=1e-5)
assert np.abs(after[4:] - masked[4:]).max() > 0.1
assert (masked_weights[:, ~causal] == 0).all()
shown = np.stack([placed_weights[0], masked_weights[0]])
names = ["with positions", "with a causal mask"]
save_picture(draw.attention_maps(shown, words, names=names), "concept_13_masks")

# %% [markdown]
# Left, the two rows of "the" differ now. Right, everything above the diagonal is white: 0.00. The first word
# can only look at itself.
#
# ## It learns where to look
# A task that needs a lookup. A sample has five cards, each with a colour and a number, in any order, and a
# question: which number is on the card of this colour? Attention has to find the card by its colour, and
# to take over its number. Beside it a network that gets the plain mean of all cards.

# %%
CARDS, COLORS, VALUES = 5, 8, 6


def deal(count):
    """Cards (count, CARDS, COLORS + VALUES), questions (count, 1, COLORS), answers, and their places."""
    colors = np.argsort(rng.random((count, COLORS)), axis=1)[:, :CARDS]  # no colour twice in a sample
    values, asked = rng.integers(0, VALUES, (count, CARDS)), rng.integers(0, CARDS, count)
    cards = np.concatenate([np.eye(COLORS)[colors], np.eye(VALUES)[values]], axis=-1)
    row = np.arange(count)
    return cards, np.eye(COLORS)[colors[row, asked]][:, None], values[row, asked], asked


def network(looks):
    """A classifier of the number; with attention, or with the mean of all cards."""
    cards, question = keras.Input((CARDS, COLORS + VALUES)), keras.Input((1, COLORS))
    if looks:
        found = layers.MultiHeadAttention(1, 16, name="look")(question, cards)
    else:
        mean = layers.GlobalAveragePooling1D(keepdims=True)(cards)
        found = layers.Dense(32, "relu")(layers.Concatenate()([mean, question]))
    said = layers.Dense(VALUES, activation="softmax")(layers.Flatten()(found))
    model = keras.Model([cards, question], said)
    right = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    adam = keras.optimizers.Adam(0.02)
    model.compile(adam, "sparse_categorical_crossentropy", metrics=[right], jit_compile=JIT)
    return model


cards, questions, answers, _ = deal(4000)
new_cards, new_questions, new_answers, place = deal(500)
accuracy = {}
for looks in (False, True):
    keras.utils.set_random_seed(0)
    model = network(looks)
    model.fit([cards, questions], answers, batch_size=100, epochs=4 if SHORT else 10, verbose=0)
    said = numbers(model([new_cards, new_questions])).argmax(axis=1)
    accuracy["attention" if looks else "mean of all cards"] = np.mean(said == new_answers)
print(accuracy, f"guessing {1 / VALUES:.3f}")

look = model.get_layer("look")
_, given = look(ops.convert_to_tensor(new_questions, "float32"), ops.convert_to_tensor(new_cards, "float32"),
                return_attention_scores=True)  # fmt: skip
given = numbers(given)[:, 0, 0]
on_right = given[np.arange(500), place].mean()
print(f"weight on the card that is asked for: {on_right:.3f}; without learning it would be {1 / CARDS}")
assert accuracy["attention"] > 0.95
assert accuracy["mean of all cards"] < accuracy["attention"] - 0.25
assert on_right > 0.8

# %%
NAMES = ("red", "blue", "green", "gray", "pink", "black", "white", "gold")
rows = np.arange(6)
with draw.style():
    title = f"after training {on_right:.0%} of the weight is on the card that is asked for"
    picture, panels = draw.figure(title, rows=2, columns=3, width=8.8, height=3.2)
    for panel, row in zip(panels, rows, strict=True):
        held = [f"{NAMES[card[:COLORS].argmax()]}\n{card[COLORS:].argmax()}" for card in new_cards[row]]
        bars = panel.bar(range(CARDS), given[row], color=draw.SKY)
        bars[place[row]].set_color(draw.BLUE)
        panel.set_xticks(range(CARDS), held, fontsize=8)
        panel.set(ylim=(0, 1.05), yticks=[0, 0.5, 1])
        asked = NAMES[new_questions[row, 0].argmax()]
        panel.set_title(
            f"{asked}?  {said[row]}", fontsize=9, color="black" if said[row] == new_answers[row] else draw.RED
        )
save_picture(picture, "concept_13_cards")

# %% [markdown]
# Each panel is a sample: five cards below, the question and the answer above, bars for the weights. The dark
# bar is the card that is asked for. Nobody told the network which card that is; it was told answers only.
#
# ## The transformer block
# Attention mixes words and does no more. A *block* lets a small network work on each word after it. Both
# parts are added to what came in (a shortcut, so that gradients reach the first block) and normalised:
#
#     x <- x + attention(norm(x))
#     x <- x + W2 gelu(W1 norm(x))         W1 is four times as wide, as a rule
#
# A transformer is some of these blocks in a row; its cost grows with the square of the number of words,
# since every word looks at every other one.


# %%
def block(x, heads, size):
    """One block of a transformer, norm first."""
    depth = x.shape[-1]
    normed = layers.LayerNormalization()(x)
    x = layers.Add()([x, layers.MultiHeadAttention(heads, size)(normed, normed)])
    wide = layers.Dense(4 * depth, activation="gelu")(layers.LayerNormalization()(x))
    return layers.Add()([x, layers.Dense(depth)(wide)])


def weights_of_block(depth, heads, size):
    """Number of weights, by hand."""
    inner = heads * size
    attention = 3 * (depth * inner + inner) + inner * depth + depth
    network = depth * 4 * depth + 4 * depth + 4 * depth * depth + depth
    return attention + network + 2 * 2 * depth


for depth in (16, 64):
    inputs = keras.Input((None, depth))
    built = keras.Model(inputs, block(inputs, 4, depth // 4))
    print(f"depth {depth}: {built.count_params():,} weights in a block")
    assert built.count_params() == weights_of_block(depth, 4, depth // 4)
assert (
    weights_of_block(768, 12, 64) == 7_087_872
)  # a block of BERT base (Devlin et al. 2018): 12 make 85 million

# %% [markdown]
# ## What to remember
# - Attention is a lookup: questions, keys, values, and weights of sum 1 that can be looked at.
# - It knows no order. Positions are added to the words.
# - A mask makes weights exactly 0: for padding, and for what is not known yet.
# - Weights show where a layer looks. They are not a reason for what the network says.
#
# To think about: attention with one key gives the weight 1 whatever the question is. What does that say about
# looking at the weights of a long sentence whose words all fit badly?
