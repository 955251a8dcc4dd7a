"""The folder of a search keeps the best, and never more than it was allowed."""

import pytest

import kit
from kit import storage
from kit.errors import KitError

SETTINGS = {"width": 64, "depth": 1, "epochs": 1, "patience": 0, "engine": "inline", "verbose": 0}


@pytest.fixture
def searched(tmp_path):
    data = kit.load_data("wine")

    def search(**changes):
        space = {"learning_rate": [1e-3, 1e-2, 3e-2, 1e-1]}
        asked = {"algorithm": "grid", "out": tmp_path / "search", **SETTINGS, **changes}
        return kit.search(kit.build_classifier, data, space, **asked)

    return search


def kept(found):
    return {path.stem for path in (found.folder / "weights").glob("*.npz")}


def test_the_weights_of_the_best_are_kept(searched):
    found = searched(keep=2)
    assert kept(found) == set(found.leaderboard["trial"][:2])
    assert not list((found.folder / "trials").glob("*"))


def test_a_folder_stays_under_its_share_of_the_disk_and_keeps_the_best(searched, monkeypatch):
    sizes, write = [], storage.write_bytes

    def writing(path, content):
        write(path, content)
        sizes.append(storage.size(path.parents[1]))

    monkeypatch.setattr(storage, "write_bytes", writing)
    once = searched(trials=1)  # what a trial of this size takes
    most = 8 * (once.folder / "weights" / "0000.npz").stat().st_size
    found = searched(keep=4, disk=most / 1e6)
    assert len(found.leaderboard) == 4
    assert kept(found) < set(found.leaderboard["trial"])
    assert found.best["trial"] in kept(found)
    assert max(sizes) <= most
    assert found.has_weights


def test_where_not_even_the_best_fits_it_is_trained_anew(searched):
    found = searched(disk=0.004)
    assert not kept(found)
    assert not found.has_weights
    with pytest.raises(KitError, match=r"too large to keep and has no weights. Use fit_best\(\)"):
        found.load_best()
    assert found.fit_best()[0].output_shape == (None, 3)
