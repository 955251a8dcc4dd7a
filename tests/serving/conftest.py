"""Small models that are served in this process, and requests to them."""

import importlib.util
from pathlib import Path

import pytest

for _needed in ("starlette", "uvicorn", "python_multipart", "prometheus_client", "httpx"):
    if importlib.util.find_spec(_needed) is None:
        collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def corpus():
    """Requests that must be refused: corpus.py."""
    spec = importlib.util.spec_from_file_location("corpus", Path(__file__).with_name("corpus.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def predictors():
    """name -> untrained predictor: insects (gray images), houses (rows), cells (masks), boxes, letters."""
    import keras

    import kit
    from kit.inputs.columns import Boolean, Category, Date, Numeric

    keras.utils.set_random_seed(0)
    columns = (Numeric("age", 40.0, 10.0), Category("town", ("Oslo", "Rome")), Boolean("new"), Date("day"))
    table, quantiles = kit.Table(columns), kit.Regression(("price",), loss="quantile")
    three = kit.Classification(("ant", "bee", "cow"))
    texts = kit.Texts("letter", length=4, words=("yes", "no"))
    labels = kit.MultilabelClassification(("good", "bad"))
    detection = kit.Detection(("cat", "dog"), score=0.0)
    built = {
        "insects": kit.build_classifier(three, (12, 12, 1), backbone="cnn", width=4),
        "houses": kit.build_regressor(quantiles, table, width=4),
        "cells": kit.build_segmenter(kit.Segmentation(("background", "cell")), (None, None, 3), width=4),
        "boxes": kit.build_detector(detection, (32, 32, 3), width=4),
        "letters": kit.build_classifier(labels, texts),
    }
    return {name: kit.Predictor(model) for name, model in built.items()}


@pytest.fixture(scope="session")
def models(predictors):
    """The same, ready to be served."""
    from kit.serving.models import Model, Models

    served = [Model(name, predictor) for name, predictor in predictors.items()]
    yield Models(served)
    for model in served:
        model.close()


@pytest.fixture
def client_of(models):
    """Function (limits, what else `make_app` takes) -> a client that asks such a server."""
    from starlette.testclient import TestClient

    from kit.serving.app import make_app
    from kit.serving.service import Service

    def made(limits=None, **options):
        app = make_app(Service(models, limits), **options)
        return TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)

    return made


@pytest.fixture
def client(client_of):
    """A client of a server without a token."""
    return client_of()
