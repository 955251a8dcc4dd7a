# %% [markdown]
# # A search on several workers, on Ray, and under a kill
#
# Question: how do many processes share one search, and what is lost when one of them dies?
#
# A search is two things: who suggests the next trial (the oracle, which must know all results), and who
# trains it. Training takes the time, so it is what is shared out. What everybody must agree on is
# a file: the journal. Each line is one event, flushed to the disk before anyone acts on it.

# %%
import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import kit
from kit import draw, storage
from kit.search.journal import Journal

SHORT = bool(os.environ.get("KIT_SHORT"))  # without the parts that start many processes; every check holds
WORK = Path(tempfile.mkdtemp())
SPACE = {"learning_rate": [1e-3, 3e-3, 1e-2, 3e-2], "batch_size": [32, 64]}
SETTINGS = {"algorithm": "grid", "objective": "nll", "epochs": 20, "patience": 0, "width": 16, "depth": 1}
data = kit.load_data("breast_cancer")

# %% [markdown]
# ## Two processes, one search, and a kill
# The search below is started by another process. As soon as its third trial has begun, it is killed:
# SIGKILL, no time to say goodbye. Then this process joins (`join=True`; `kit search --join` in a shell) and
# takes over what the dead one was at. It could have joined before: a trial is given to one of them only.

# %%
folder = WORK / "shared"
SCRIPT = f"""
import kit
kit.search(kit.build_classifier, kit.load_data("breast_cancer"), {SPACE!r}, out={str(folder)!r},
           engine="inline", join=True, verbose=0, **{SETTINGS!r})
"""
other = subprocess.Popen([sys.executable, "-c", SCRIPT], stderr=subprocess.DEVNULL)


def ended(path, kind="ended"):
    """Trials that have ended, as the journal tells it; another process may be writing it."""
    if not (path / "journal.jsonl").exists():
        return []
    return [event["trial"] for event in Journal(path).news() if event["event"] == kind]


while len(ended(folder, "asked")) < 3 and other.poll() is None:
    time.sleep(0.02)
other.send_signal(signal.SIGKILL)
other.wait()
before = ended(folder)
found = kit.search(
    kit.build_classifier, data, SPACE, out=folder, engine="inline", join=True, verbose=0, **SETTINGS
)
events = Journal(folder).news()
print(f"{len(before)} trials had ended before the kill, {len(found.leaderboard)} in the end")

assert len(before) >= 2
assert ended(folder)[: len(before)] == before  # what had ended is not trained again
assert sorted(ended(folder)) == [f"{number:04}" for number in range(8)]  # each once, none lost

# %% [markdown]
# The journal tells who did what. A trial is *asked* for by one process, *taken* by another one if that one
# dies, and *ended* once. A process shows that it lives by a lock on a file, which the system lets go of
# the moment it dies: nobody has to wait for a timeout.

# %%
for event in events[:3] + events[-2:]:
    print({name: event[name] for name in ("event", "trial", "owner", "score") if name in event})
owners = list(dict.fromkeys(event["owner"] for event in events if "owner" in event))
with draw.style():
    picture, axes = draw.figure("what one process began, the other one ended")
    for trial in sorted(ended(folder)):
        own = [(place, event) for place, event in enumerate(events) if event.get("trial") == trial]
        for (start, event), (stop, _) in zip(own, own[1:], strict=False):
            color = draw.PALETTE[owners.index(event["owner"])]
            axes.plot([start, stop], [trial, trial], color=color, linewidth=6, solid_capstyle="butt")
        for place, event in own:
            if event["event"] == "taken":
                axes.plot([place], [trial], marker="x", color="black", markersize=9)
    axes.set(xlabel="event of the journal (x: taken over from the dead process)", ylabel="trial")
storage.write_bytes("pictures/08_who_did_what.png", draw.png(picture))

assert len(owners) == 2
assert sum(event["event"] == "taken" for event in events) <= 1  # at most the one it was at

# %% [markdown]
# ## The same as if nothing had happened
# Suggestions, weights, order and dropout come from the seed and the trial's number, never from who trains
# it or when. So the outcome is that of one process that nobody disturbed, to the last digit.

# %%
alone = kit.search(
    kit.build_classifier, data, SPACE, out=WORK / "alone", engine="inline", verbose=0, **SETTINGS
)
columns = ["trial", "score", *SPACE]
print(alone.leaderboard[columns].to_string(index=False))
assert found.leaderboard[columns].equals(alone.leaderboard[columns])

# %% [markdown]
# ## Several workers of one command
# `workers=2` starts two processes, each with its share of the processor's threads. It pays where a trial
# takes much longer than the seconds that a process needs to import Keras. It does not pay where
# one trial already keeps all cores busy.
#
# A worker that dies (out of memory, say) costs nothing but time: its trial goes to a new one, at most three
# times. Then it is marked as failed with its reason, and the search goes on.

# %%
if not SHORT:
    began = time.monotonic()
    shared = kit.search(kit.build_classifier, data, SPACE, out=WORK / "workers", workers=2, **SETTINGS)
    print(f"{shared.engine}: {time.monotonic() - began:.0f} s with the start of both")
    scores = shared.leaderboard.set_index("trial")["score"]
    usual = alone.leaderboard.set_index("trial")["score"]
    assert abs(scores - usual).max() < 1e-6

# %% [markdown]
# ## Ray
# On one machine `workers=` is enough. On several, [Ray](https://docs.ray.io) brings trials to machines:
# `pip install "keras-kit[ray]"`, `ray.init("auto")` on a cluster, then `engine="ray"`. Workers are actors.
# An actor that is silent for longer than its lease is given up like a process that died, and weights come
# back over the network. Without a cluster, kit starts one on this machine.

# %%
if not SHORT and importlib.util.find_spec("ray"):
    cluster = kit.search(
        kit.build_classifier, data, SPACE, out=WORK / "ray", engine="ray", workers=2, **SETTINGS
    )
    print(cluster.engine)
    assert sorted(ended(WORK / "ray")) == sorted(ended(folder))

# %% [markdown]
# To think about: random search and grid do not care in which order results come in, so more workers give
# the same trials. Why can that not be true of Bayesian search, and what does it lose by it?
