"""A folder to work in, a way to call kit, and a small saved model of each kind."""

import dataclasses
import json

import numpy as np
import pytest

import kit
from kit.cli import main
from kit.inputs.columns import Category, Numeric


@dataclasses.dataclass
class Called:
    """What a command left: exit status, stdout and stderr."""

    status: int
    out: str
    err: str

    @property
    def json(self):
        """The one JSON object on stdout."""
        return json.loads(self.out)


@pytest.fixture
def call(tmp_path, monkeypatch, capfd):
    """Function: one command in a folder of its own -> `Called`. Figures are not drawn: they take seconds."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("kit.evaluation.report.Report.figures", lambda report: [])

    def called(*words):
        capfd.readouterr()
        status = main([str(word) for word in words])
        return Called(status, *capfd.readouterr())

    return called


@pytest.fixture(scope="session")
def of_images(tmp_path_factory):
    """An artifact that takes 8 x 8 gray images."""
    model = kit.build_classifier(kit.Classification(("=cat", "dog")), (8, 8, 1), backbone="cnn", width=4)
    return kit.save(model, tmp_path_factory.mktemp("cli") / "animals")


@pytest.fixture(scope="session")
def of_rows(tmp_path_factory):
    """An artifact that takes rows of age and town."""
    table = kit.Table((Numeric("age", 40.0, 10.0), Category("town", levels=("Rome", "Oslo"))))
    model = kit.build_regressor(kit.Regression(("pay",)), table, width=4)
    return kit.save(model, tmp_path_factory.mktemp("cli") / "pay")


@pytest.fixture
def pictures(tmp_path):
    """A folder of three gray pictures, one of them one level deeper."""
    from PIL import Image

    folder = tmp_path / "pictures"
    (folder / "deep").mkdir(parents=True)
    for number, name in enumerate(("a.png", "b.png", "deep/c.png")):
        Image.fromarray(np.full((8, 8), 60 * number, "uint8")).save(folder / name)
    return folder


@pytest.fixture
def people(tmp_path):
    """A CSV file of three people."""
    path = tmp_path / "people.csv"
    path.write_text("town,age\nRome,30\nOslo,50\nParis,41\n")
    return path
