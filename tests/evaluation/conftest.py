"""Outcomes and reports of made-up outputs: everything below the network is tested without one."""

import types

import numpy as np
import pytest

import kit
from kit.evaluation.evaluate import judged
from kit.evaluation.outcome import outcome_of


def softmax(logits):
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def case(task, labels, outputs):
    return task.fitted(labels), labels, np.asarray(outputs, "float32")


def binary(rng, count=200):
    true = rng.random(count) < 0.3
    chances = 1 / (1 + np.exp(-(rng.normal(size=count) + 3 * (true - 0.5))))
    return case(
        kit.Classification(("no", "yes")), np.where(true, "yes", "no").tolist(), chances.round(2)[:, None]
    )


def multiclass(rng, count=300, classes=tuple("abcde"), absent=()):
    true = np.array([index for index in rng.integers(0, len(classes), count) if index not in absent])
    logits = rng.normal(size=(len(true), len(classes))) + 2 * np.eye(len(classes))[true]
    return case(kit.Classification(classes), [classes[index] for index in true], softmax(logits))


def hinge(rng, count=100):
    true = rng.random(count) < 0.5
    outputs = rng.normal(size=count) + np.where(true, 1, -1)
    return case(
        kit.Classification(("no", "yes"), loss="hinge"),
        np.where(true, "yes", "no").tolist(),
        outputs[:, None],
    )


def ordinal(rng, count=200):
    true = rng.integers(0, 4, count)
    logits = 2 * (true[:, None] - np.arange(3) - 0.5) + rng.normal(size=(count, 1))
    names = ("bad", "fair", "good", "best")
    labels = [names[index] for index in true]
    return case(kit.Classification(names, loss="ordinal"), labels, 1 / (1 + np.exp(-logits)))


def shares(rng, count=100):
    labels = rng.dirichlet([1, 2, 3], count)
    return case(kit.Classification(("x", "y", "z"), loss="kl"), labels, rng.dirichlet([1, 2, 3], count))


def multilabel(rng, count=200):
    true = (rng.random((count, 3)) < [0.5, 0.3, 0.1]).astype("float32")
    outputs = 1 / (1 + np.exp(-(4 * true - 2 + 1.5 * rng.normal(size=true.shape))))
    return case(kit.MultilabelClassification(("sea", "sky", "sun")), true, outputs)


def numbers(rng, count=200):
    values = 20 + 5 * rng.normal(size=count)
    return case(kit.Regression(("mpg",)), values, (values + rng.normal(size=count))[:, None])


def several(rng, count=150):
    values = rng.normal(size=(count, 2)) * [1, 1000]
    return case(kit.Regression(("small", "large")), values, values + rng.normal(size=(count, 2)) * [0.3, 300])


def quantiles(rng, count=200):
    values = rng.normal(size=count)
    centre = values + 0.5 * rng.normal(size=count)
    return case(kit.Regression(loss="quantile"), values, centre[:, None] + [-0.64, 0, 0.64])


def gaussian(rng, count=200):
    values = rng.normal(size=count)
    centre = values + 0.5 * rng.normal(size=count)
    return case(kit.Regression(loss="gaussian"), values, np.stack([centre, np.full(count, 0.5)], axis=1))


def poisson(rng, count=200):
    rates = rng.gamma(3, 1, count)
    return case(kit.Regression(loss="poisson"), rng.poisson(rates), rates[:, None])


MAKERS = (
    binary,
    multiclass,
    hinge,
    ordinal,
    shares,
    multilabel,
    numbers,
    several,
    quantiles,
    gaussian,
    poisson,
)
CASES = {maker.__name__: maker for maker in MAKERS}


@pytest.fixture(scope="session")
def make():
    """Function (name of a case, **options) -> fitted task, raw labels, outputs."""
    return lambda name, **options: CASES[name](np.random.default_rng(7), **options)


@pytest.fixture(scope="session")
def outcome():
    """Function (task, labels, outputs) -> outcome without losses."""
    return lambda task, labels, outputs: outcome_of(task, labels, np.asarray(outputs, "float32"))


@pytest.fixture(scope="session")
def report():
    """Function (task, labels, outputs, **options) -> report."""

    def made(task, labels, outputs, resamples=50, **facts):
        samples = types.SimpleNamespace(labels=labels, **facts)
        return judged(task, samples, np.asarray(outputs, "float32"), task.encode(labels), resamples=resamples)

    return made


@pytest.fixture(scope="session", params=CASES)
def any_report(request, make, report):
    """A report of each kind of task and loss."""
    return report(*make(request.param))


@pytest.fixture(scope="session", params=["binary", "multilabel", "gaussian"])
def some_report(request, make, report):
    """A report of each form of target: for what is slow."""
    return report(*make(request.param))
