# %% [markdown]
# # Export and measure: is it still the same model, how fast is it, and who says so?
#
# Question: what can go wrong between the model that I measured and the model that others run?
#
# Three things. The file changes, by accident or by malice. Another runtime computes other numbers. And a
# figure for its speed comes from another machine, another precision or another way to call it. This
# tutorial takes one small network through all three.

# %%
import json
import os
import shutil
import time
from pathlib import Path

import keras
import numpy as np

import kit
from kit import draw, storage
from kit.artifact import formats, runtimes
from kit.artifact.verify import fingerprint

SHORT = bool(os.environ.get("KIT_SHORT"))
EPOCHS, CALLS = (6, 5) if SHORT else (20, 30)
keras.utils.set_random_seed(0)

data = kit.load_data("digits")
model = kit.build_classifier(data.task, data.input, width=8)
kit.fit(model, data, epochs=EPOCHS, verbose=0)
report = kit.evaluate(model, data.test, resamples=0)
can_export = not formats.missing(formats.get("onnx"))
folder = kit.save(model, "saved_models/measured", onnx=can_export or None)
print(f"accuracy {report.metrics['accuracy']:.3f}; {len(list(folder.iterdir()))} files in {folder}")

# %% [markdown]
# ## A file that changed
# The manifest holds the size and the SHA-256 of every file. One flipped bit in 70,000 bytes would change a
# weight a little, and the network would go on predicting. Here it is found before Keras sees the file.

# %%
copy = Path(shutil.copytree(folder, "copy", dirs_exist_ok=True))
network = copy / "model.keras"
content = bytearray(network.read_bytes())
content[len(content) // 2] ^= 1
network.write_bytes(content)


def refusal(path, **keywords):
    """The error with which a model is refused."""
    try:
        kit.load(path, **keywords)
    except kit.ArtifactError as error:
        return error
    raise AssertionError("it was loaded")


flipped = refusal(copy)
print(f"[{flipped.code}] {flipped}")
assert (flipped.code, flipped.member) == ("checksum", "model.keras")

# %% [markdown]
# A checksum finds accidents. Whoever changes a file on purpose writes a new manifest, too. Against that
# helps what was noted when the model was trusted: the SHA-256 of the manifest, which covers all the others.
# `kit verify` prints it; `kit sign` does the same with a key, for models that change often.

# %%
pin = fingerprint(folder)
other = kit.save(model, "saved_models/other", onnx=False, settings={"note": "not the one you know"})
assert kit.load(folder, sha256=pin).task == data.task
assert refusal(other, sha256=pin).code == "pin"

# %% [markdown]
# ## A file that wants more than to be a network
# A Keras file names the classes it is made of, and may name others. kit reads these names before Keras
# does, and knows which of them only compute.

# %%
theirs = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(10)])
theirs.save("logits.keras")
unknown = refusal("logits.keras", task=data.task, input=data.input)
print(f"[{unknown.code}] {unknown}")
assert unknown.code == "activation"  # nothing dangerous, but its outputs are no probabilities

names = ("Lambda", "TFSMLayer", "TorchModuleWrapper", "StringLookup")
refused = [kit.artifact.allowed.refusal({"module": "keras.layers", "class_name": name}) for name in names]
assert all(refused)
assert kit.artifact.allowed.refusal({"module": "keras.layers", "class_name": "Dense"}) is None

# %% [markdown]
# ## Another runtime, the same numbers?
# An export that succeeds may still be another network: a layer in another order, a constant lost. So each
# file is run in its own runtime on samples whose outputs are known, and kept only if the largest difference
# is below 0.0001 of the largest output. What was measured lies beside the file. The samples are made up, or
# those that you give: here the test part.

# %%
rows = []
for name in [name for name in formats.names() if not formats.get(name).exact]:
    if formats.missing(formats.get(name)):
        print(f"{name}: not here, {' '.join(formats.missing(formats.get(name)))} is not installed")
        continue
    facts = kit.export(folder, name, samples=data.test.inputs)
    stored = json.loads((Path(facts["path"]) / "parity.json").read_text("utf-8"))
    assert stored["difference"] <= stored["tolerance"] and stored["agreement"] == 1
    rows.append((name, facts["difference"], facts["bytes"]))
for name, difference, size in rows:
    print(f"{name:15} largest difference {difference:.1e}, {size / 1000:.0f} kB")

# %% [markdown]
# ## A quarter of the size
# A weight of 32 bits can be rounded to one of 256 steps, and so can each value between two layers, if it is
# known how large they become: that is measured on samples. The outputs are others then, and the question is
# another one: are the decisions the same? It is asked of samples on which nothing was measured. The share of
# equal decisions alone can deceive: a network that never says a class which 3 of 100 samples have agrees on
# the 97. Kappa does not count what chance would give; it is 0 for that network.

# %%
if can_export:
    facts = kit.export(folder, "onnx_int8", samples=data.test.inputs)
    exact = facts["exact"]
    print(
        f"values measured on {facts['calibrated']} samples, decisions compared on {facts['samples']} others"
    )
    print(f"{facts['agreement']:.1%} equal decisions, kappa {facts['kappa']:.3f}")
    print(f"{facts['bytes'] / 1000:.0f} kB instead of {exact['bytes'] / 1000:.0f} kB in float32")
    assert facts["difference"] > 1e-4  # other numbers
    assert facts["kappa"] >= 0.9  # the same decisions, or there would be no file
    assert facts["bytes"] < exact["bytes"]

# %% [markdown]
# This network is so small that its graph weighs as much as its weights. A U-Net of two million weights goes
# from 7.9 to 2.2 MB.
#
# Not every difference is a mistake. With fewer bits an output is rounded more coarsely: bfloat16 keeps 8
# bits of each number, about two digits. Some runtimes choose it by themselves where the processor has it.
# In kit it is a choice with a name.

# %%
images = np.asarray(data.test.inputs[:64])
exact = kit.load(folder, runtime="keras")
able = [name for name in runtimes.exact(folder) if name != "keras"]
for name in [*able, *(["openvino_bf16"] if "openvino" in able else [])]:
    gap = np.abs(kit.load(folder, runtime=name).outputs(images) - exact.outputs(images)).max()
    print(f"{name:14} differs from Keras by {gap:.1e} at most")
    assert gap < (0.1 if name.endswith("bf16") else 1e-4)

# %% [markdown]
# ## How fast, and compared with what?
# One sample, the same array, one process; every side is called once before it is timed, takes its turn with
# the others, and is told by its median. `model.predict` prepares a whole data pipeline for one sample.

# %%
x = data.input.encode(images[:1])
predictors = {name: kit.load(folder, runtime=name) for name in ("keras", *able)}
sides = {
    "model.predict": lambda: exact.model.predict(x, verbose=0),
    "model(x)": lambda: exact.model(x, training=False),
    **{f"Predictor, {name}": lambda p=p: p.outputs(images[:1]) for name, p in predictors.items()},
}
taken = {name: [] for name in sides}
for turn in range(CALLS + 1):
    for name, call in sides.items():
        began = time.perf_counter()
        call()
        if turn:  # the first call compiles
            taken[name].append(1000 * (time.perf_counter() - began))
medians = {name: float(np.median(values)) for name, values in taken.items()}
for name, value in medians.items():
    print(f"{name:22} {value:8.3f} ms")
assert min(medians.values()) < medians["model.predict"] / 3

with draw.style():
    best = min(medians, key=medians.get)
    times = medians["model.predict"] / medians[best]
    title = f"One sample: model.predict takes {times:.0f} times as long as {best}"
    picture, axes = draw.figure(title, height=0.5 + 0.4 * len(medians))
    axes.barh(list(medians), list(medians.values()), color=draw.BLUE)
    axes.set_xscale("log")
    axes.set_xlabel("milliseconds, median")
    axes.invert_yaxis()
storage.write_bytes("pictures/16_one_sample.png", draw.png(picture))

# %% [markdown]
# `kit.load(path, runtime="fastest")` does this by itself and says what it found. The answer holds for this
# machine, this network and one sample at a time.

# %%
fastest = kit.load(folder, runtime="fastest")
print(f"{fastest.runtime}: {fastest.milliseconds}")
assert fastest.milliseconds[fastest.runtime] == min(fastest.milliseconds.values())
labels = [decision.label for decision in fastest(images)]
assert labels == [decision.label for decision in exact(images)]

# %% [markdown]
# ## Many samples
# A stream is read, decoded and decided chunk by chunk: while the network runs on one, the next is decoded.
# The memory does not grow with the number of samples, and the first decision is there before the last sample.

# %%
endless = (images[index % 64] for index in range(10**9))
first = [decision.label for decision, _ in zip(fastest.stream(endless), range(100), strict=False)]
assert first == [labels[index % 64] for index in range(100)]

# %% [markdown]
# ## What to remember
# - A file is the one you measured if its SHA-256 says so, not if it opens.
# - An export is the same model if its own runtime gives the same outputs on the same samples.
# - A time needs its machine, its precision, its batch and its other side, measured in turns.
