"""Small saved models that the artifact's tests share, and ways to damage them."""

import json
import shutil
import zipfile

import numpy as np
import pytest

import kit
from kit import storage
from kit.artifact.verify import MANIFEST, make_manifest


@pytest.fixture(scope="session")
def image_model():
    """Three classes from 12 x 12 gray images, with weights that are not the first ones."""
    import keras

    keras.utils.set_random_seed(3)
    images = kit.Images((12, 12), channels=1, mean=(100.0,), std=(50.0,))
    model = kit.build_classifier(kit.Classification(("ant", "bee", "cow")), images, backbone="cnn", width=4)
    weights = model.get_weights()
    changed = [weight + 0.1 * np.cos(np.arange(weight.size)).reshape(weight.shape) for weight in weights]
    model.set_weights(changed)
    return model


@pytest.fixture(scope="session")
def saved_once(image_model, tmp_path_factory):
    return kit.save(image_model, tmp_path_factory.mktemp("artifact") / "insects", settings={"seed": 3})


@pytest.fixture
def artifact(saved_once, tmp_path):
    """A saved model of its own for each test."""
    return shutil.copytree(saved_once, tmp_path / "insects")


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (5, 12, 12, 1), dtype="uint8")


@pytest.fixture
def sign():
    """Function: writes a manifest that fits the members as they are now, as an attacker would."""

    def signed(folder, **facts):
        manifest = json.loads((folder / MANIFEST).read_text())
        (folder / MANIFEST).unlink()
        made = make_manifest(folder, **{"golden": manifest["golden"], **facts})
        storage.write_json(folder / MANIFEST, made)
        return folder

    return signed


@pytest.fixture
def rewrite():
    """Function: writes a .keras file anew with other members, or a config that `change` has changed."""

    def rewritten(path, change=None, members=None, compression=zipfile.ZIP_STORED):
        with zipfile.ZipFile(path) as archive:
            content = {name: archive.read(name) for name in archive.namelist()}
        if change:
            config = json.loads(content["config.json"])
            content["config.json"] = json.dumps(change(config) or config).encode()
        content = {**content, **(members or {})}
        with zipfile.ZipFile(path, "w", compression) as archive:
            for name, value in content.items():
                if value is not None:
                    archive.writestr(name, value)
        return path

    return rewritten
