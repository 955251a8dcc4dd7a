# %% [markdown]
# # From a model to a service
#
# Question: others want to ask my model, from a browser or from their programs. What does that take?
#
# A file with weights answers nobody. A *service* is a program that waits at an address, takes inputs of
# people it does not know, and answers with decisions, all day long. That asks for three things that
# training does not: a language that every program speaks, care with what strangers send, and speed for
# many at a time. This tutorial starts a service on this machine, asks it in each of its languages, sends
# it nonsense, and stops it.

# %%
import concurrent.futures
import http.client
import io
import json
import os
import time
import urllib.error
import urllib.request

import keras
import numpy as np
from PIL import Image

import kit
from kit import draw, serving, storage

SHORT = bool(os.environ.get("KIT_SHORT"))  # fewer epochs; every check below still holds
keras.utils.set_random_seed(0)

# %% [markdown]
# ## A model worth asking
# Handwritten digits, 8 x 8 pixels. What is saved holds everything that an answer needs: the network, how
# an image becomes numbers (`input.json`), and what the outputs mean (`task.json`). So the service needs no
# code of yours.

# %%
data = kit.load_data("digits")
model = kit.build_classifier(data.task, data.input)
kit.fit(model, data, epochs=2 if SHORT else 8, verbose=0)
report = kit.evaluate(model, data.test)
path = kit.save(model, "saved_models/digits", report=report)
print(f"accuracy {report.metrics['accuracy']:.3f}")
assert report.metrics["accuracy"] > 0.8

# %% [markdown]
# ## Start it
# In a shell, this one line:
#
#     kit serve saved_models/digits
#
# It prints an address. Open it in a browser: there is a page on which you drop an image and see what the
# model says. Here we start the same server in a thread of this program, at any port that is free.
#
# The address begins with 127.0.0.1, which means *this machine*: nobody else can ask. For others you say
# `--host 0.0.0.0`, and then kit wants a `--token`, a password that every request must carry.

# %%
service = serving.running([path])
address = service.__enter__()
print(address)


def ask(where, body=None, kind="application/json"):
    """(status, answer) of the service: GET without a body, else POST."""
    headers = {} if body is None else {"Content-Type": kind}
    try:
        with urllib.request.urlopen(urllib.request.Request(address + where, body, headers)) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


status, found = ask("/v1/models")
(about,) = found["models"]
print(about["describe"], about["runtime"])
assert status == 200 and about["name"] == "digits" and about["names"] == list(range(10))

# %% [markdown]
# ## Ask it with a file
# HTTP is the language that every program speaks. A request has an address, a kind and a body; an answer has
# a number (200: done) and a body. Here the body is a PNG file, as it lies on a disk. In a shell:
#
#     curl ADDRESS/v1/models/digits:predict -H "Content-Type: image/png" --data-binary @digit.png
#
# The answer is JSON: the label, and the probability of each class.


# %%
def png(digit):
    """An image of 0 to 16 as the bytes of a PNG file."""
    content = io.BytesIO()
    Image.fromarray(np.rint(digit * 255 / 16).astype("uint8")).save(content, "PNG")
    return content.getvalue()


images, labels = np.asarray(data.test.inputs)[..., 0], data.test.labels
status, found = ask("/v1/models/digits:predict", png(images[0]), "image/png")
(prediction,) = found["predictions"]
print(prediction)
assert status == 200
assert abs(sum(prediction["probabilities"].values()) - 1) < 1e-5

# %% [markdown]
# ## The service says what the model says
# A service that answers differently from the model that was measured is worse than none: nobody notices.
# The usual reason is that the code around the model is written twice, for training and for serving. Here it
# is the same object, read from the same file. We send a hundred images as lists of numbers, and compare.

# %%
body = json.dumps({"instances": images[:100].tolist()}).encode()
status, found = ask("/v1/models/digits:predict", body)
served = [each["label"] for each in found["predictions"]]
direct = [each.label for each in kit.load(path)(list(images[:100]))]
right = np.mean([str(one) == str(other) for one, other in zip(served, labels, strict=False)])
print(f"equal: {served == direct}, right: {right:.2f}")
assert served == direct
assert right > 0.8

# %% [markdown]
# ## Strangers send anything
# Numbers where text should be, files that are none, pictures that a few kilobytes turn into gigabytes. A
# service must say what is wrong and go on. Statuses from 400 tell that the *request* is at fault; 500 would
# tell that the *service* is. A body `{"error": ...}` says why.

# %%
NONSENSE = {
    "no JSON": b"hello",
    "no instances": b'{"rows": []}',
    "not a number": b'{"instances": [[[NaN]]]}',
    "three channels": json.dumps({"instances": [np.zeros((8, 8, 3)).tolist()]}).encode(),
    "too bright": json.dumps({"instances": [(images[0] + 100).tolist()]}).encode(),
    "a hundred thousand lists": b"[" * 100_000,
}
answers = {what: ask("/v1/models/digits:predict", body) for what, body in NONSENSE.items()}
answers["no picture"] = ask("/v1/models/digits:predict", b"\x89PNG but no more", "image/png")
answers["eleven megabytes"] = ask("/v1/models/digits:predict", bytes(11_000_000), "image/png")
answers["another model"] = ask("/v1/models/digit")
for what, (status, found) in answers.items():
    print(f"{what:25} {status} {found['error'][:80]}")
assert all(400 <= status < 500 and list(found) == ["error"] for status, found in answers.values())
assert ask("/healthz") == (200, {"status": "ok"})  # it goes on

# %% [markdown]
# ## Many at a time
# Networks are fast on batches: the weights are read once for all of them. Requests come one by one. So kit
# lets those that wait while a batch is computed form the next one (*micro-batching*). A lonely request does
# not wait at all. When too many wait, the next ones get 503, *come again*: a short queue and a clear word
# are better than a long queue in which everybody gives up.

# %%
COUNT = 100 if SHORT else 400
files = [png(image) for image in images[:50]]


def timed(place):
    """Seconds that one request takes."""
    began = time.perf_counter()
    status, _ = ask("/v1/models/digits:predict", files[place % 50], "image/png")
    assert status == 200
    return time.perf_counter() - began


seconds = {}
for clients in (1, 16):
    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        seconds[clients] = sorted(pool.map(timed, range(COUNT)))
with urllib.request.urlopen(f"{address}/metrics") as answer:
    lines = answer.read().decode().splitlines()
counts = dict(line.rsplit(" ", 1) for line in lines if line.startswith("kit_batch_samples"))
total, number = (float(counts[f'kit_batch_samples_{what}{{model="digits"}}']) for what in ("sum", "count"))
print(f"{total:.0f} images in {number:.0f} batches")
assert total == 101 + 2 * COUNT  # one file, a hundred lists, and these; what was refused was never predicted
assert number <= 2 + 2 * COUNT

with draw.style():
    picture, axes = draw.figure("How long a request takes, alone and among sixteen")
    for clients, color in zip(seconds, draw.PALETTE, strict=False):
        shares = np.arange(1, COUNT + 1) / COUNT
        axes.plot(1000 * np.array(seconds[clients]), shares, color=color, label=f"{clients} at a time")
    axes.set(
        xlabel="milliseconds", ylabel="share of the requests that took less", xlim=(0, None), ylim=(0, 1)
    )
    axes.legend()
storage.write_bytes("pictures/15_waiting.png", draw.png(picture))

# %% [markdown]
# ## Words that other tools know
# The *Open Inference Protocol* is what KServe, Triton and MLServer speak. In it everything is a named tensor
# with a shape and a type. kit speaks it beside its own words, so a client made for those can ask your model.

# %%
_, tensors = ask("/v2/models/digits")
print(tensors["inputs"], tensors["outputs"], sep="\n")
pixels = images[0].astype(int).ravel().tolist()
tensor = {"name": "image", "shape": [1, 8, 8, 1], "datatype": "UINT8", "data": pixels}
status, found = ask("/v2/models/digits/infer", json.dumps({"id": "7", "inputs": [tensor]}).encode())
by_name = {each["name"]: each["data"] for each in found["outputs"]}
assert (status, found["id"]) == (200, "7")
assert by_name["label"] == [prediction["label"]]

# %% [markdown]
# And `/openapi.json` describes all addresses with what they take, made from this model: tools turn it into
# clients, documentation and tests.

# %%
_, document = ask("/openapi.json")
print(*document["paths"], sep="\n")
assert "/v1/models/digits:predict" in document["paths"]

# %% [markdown]
# ## Stop it
# A service is stopped while people ask it: every update does that. It must answer what it has taken before
# it goes. `kit serve` does so on SIGTERM, which is what service managers send: first `/readyz` says 503, so
# that nobody new is sent here; then what was taken is answered; then the process ends.

# %%
last = [http.client.HTTPConnection(address.removeprefix("http://")) for _ in range(8)]
for connection, file in zip(last, files, strict=False):
    connection.request("POST", "/v1/models/digits:predict", file, {"Content-Type": "image/png"})
service.__exit__(None, None, None)  # what SIGTERM does to `kit serve`
statuses = []
for connection in last:
    with connection.getresponse() as answer:
        statuses.append(answer.status)
    connection.close()
print(statuses)
assert statuses == [200] * 8

try:
    urllib.request.urlopen(f"{address}/healthz")
    raise AssertionError("the service still answers")
except urllib.error.URLError as error:
    print("gone:", error.reason)

# %% [markdown]
# ## What to remember
# - What is saved must hold all that an answer needs; then training and serving cannot drift apart.
# - Only this machine asks unless you say otherwise; for others there is a token.
# - Every input of a stranger is checked before it costs anything. 4xx: your fault, and why. 5xx: mine.
# - Those who wait together are predicted together, and the queue has an end.
# - Stopping is part of the service.
#
# To think about: two models are served by one process, and one of them takes a second for an image. Does
# the other one get slower? (Look for `kit_waiting` at `/metrics`.)
