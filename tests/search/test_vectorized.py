"""Trials that are trained together score as they do one by one."""

import json
import os
import subprocess
import sys

import pytest

import kit
from kit.errors import KitError
from kit.search import engines, setup

TOGETHER = """
import dataclasses, json, sys, tempfile
import kit
from kit.search import setup
from kit.search.batches import Batches
from kit.search.trainer import Trainer
from kit.search.trial import Assignment

data = kit.load_data("wine")
settings = {"width": 6, "depth": 1, "batch_size": 32, "normalization": "batch", "backbone": sys.argv[1]}
names = {"learning_rate": [1e-2, 3e-2], "epochs": [2, 4], "dropout": [0.0, 0.3]}
asked = setup.Asked(kit.build, data, names, "random", 0, settings)
with tempfile.TemporaryDirectory() as folder:
    work, _ = setup.prepared(asked, folder)
    plain = [
        Assignment(str(n), {"learning_rate": rate, "epochs": epochs, "dropout": 0.0, "patience": patience})
        for n, (rate, epochs, patience) in enumerate([(1e-2, 4, 0), (3e-2, 2, 0), (0.3, 4, 1)])
    ]
    values = {"learning_rate": 3e-2, "epochs": 4, "dropout": 0.3}
    noisy = [Assignment(f"d{n}", values, seed=n) for n in range(int(sys.argv[2]))]
    every = [*plain, *noisy]
    together = Batches(work).train(every, lambda progress: True)
    single = Trainer(work)
    alone = [single.train(each, lambda progress: True) for each in every]
    print(json.dumps([[dataclasses.asdict(each) for each in side] for side in (together, alone)]))
"""


def trained(backbone, noisy):
    """Outcomes of three trials without dropout and `noisy` ones with it: trained together, and one by one."""
    environment = {**os.environ, "KERAS_BACKEND": "jax", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", TOGETHER, backbone, str(noisy)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def sides():
    return trained("mlp", 20)


def losses(side, marked):
    return [each["metrics"]["loss"] for each in side if each["trial"].startswith("d") == marked]


@pytest.mark.large
def test_without_dropout_each_trial_has_the_numbers_it_has_alone(sides):
    together, alone = (losses(side, marked=False) for side in sides)
    assert together == pytest.approx(alone, abs=1e-4)
    for one, other in zip(*sides, strict=True):
        if not one["trial"].startswith("d"):
            assert one["curve"] == pytest.approx(other["curve"], abs=1e-4)
            assert (one["epochs"], one["best_epoch"]) == (other["epochs"], other["best_epoch"])


@pytest.mark.large
def test_with_dropout_the_scores_have_the_same_distribution_over_seeds(sides):
    import scipy.stats

    together, alone = (losses(side, marked=True) for side in sides)
    assert len(set(together)) == 20
    assert scipy.stats.ks_2samp(together, alone).pvalue > 0.01


@pytest.mark.large
@pytest.mark.parametrize("backbone", ["tabm", "realmlp"])
def test_other_networks_for_tables_are_trained_together_too(backbone):
    together, alone = (losses(side, marked=False) for side in trained(backbone, 0))
    assert together == pytest.approx(alone, abs=1e-4)


def prepared(tmp_path, data=None, builder=kit.build, space=None, **asked):
    settings = asked.pop("settings", {})
    data = data or kit.load_data("wine")
    found = setup.Asked(
        builder, data, space or {"learning_rate": (1e-3, 1e-1)}, "random", 0, settings, **asked
    )
    return setup.prepared(found, tmp_path)


def test_many_trials_of_few_shapes_are_trained_together_and_it_is_said(tmp_path):
    work, ledger = prepared(tmp_path)
    assert engines.chosen("auto", work, 1, ledger.space, 32)[0] == "vectorized"
    assert engines.chosen("auto", work, 1, ledger.space, 8) == ("inline", "one worker")
    assert engines.chosen("auto", work, 2, ledger.space, 32) == ("process", "2 workers")
    assert engines.chosen("auto", work, 1, None, 32)[0] == "inline"


def test_many_shapes_are_not(tmp_path):
    work, ledger = prepared(tmp_path, space={"width": [8, 16, 32, 64], "learning_rate": (1e-3, 1e-1)})
    assert engines.chosen("auto", work, 1, ledger.space, 32)[0] == "inline"
    assert engines.chosen("auto", work, 1, ledger.space, 64)[0] == "vectorized"


@pytest.mark.parametrize(
    "asked, words",
    [
        ({"data": "digits"}, "the network is not dense"),
        ({"folds": 2}, "folds, seeds and rungs"),
        ({"limits": {"parameters": 100}}, "limits and times"),
        ({"settings": {"average": True}}, "average is not known to it"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_it_cannot_train_is_refused_with_the_reason(asked, words, tmp_path):
    if "data" in asked:
        asked["data"] = kit.load_data(asked["data"])
    work, _ = prepared(tmp_path, **asked)
    with pytest.raises(KitError, match=words):
        engines.get("vectorized")(work, lambda progress: True)
