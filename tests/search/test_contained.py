"""At a constant learning rate a longer training passes through the shorter one, and costs what is left."""

import pytest

import kit

STEADY = {"schedule": "constant", "patience": 0, "width": 4, "depth": 1}


@pytest.fixture(scope="module")
def data():
    return kit.load_data("wine")


@pytest.fixture
def searched(data, tmp_path):
    def search(name, **changes):
        settings = {"engine": "inline", "verbose": 0, "algorithm": "grid", **STEADY, **changes}
        space = settings.pop("space", {"batch_size": [16, 32], "epochs": [1, 2, 4]})
        return kit.search(kit.build_classifier, data, space, out=tmp_path / name, **settings)

    return search


@pytest.fixture
def epochs_trained(monkeypatch):
    """Epochs that were really trained, one number a training."""
    from kit.training import run

    counted, train = [], run.Run.train

    def counting(self, *args):
        history = train(self, *args)
        counted.append(len(history.epoch) - (len(self.stored[0]["history"]) if self.stored else 0))
        return history

    monkeypatch.setattr(run.Run, "train", counting)
    return counted


def test_all_numbers_of_epochs_together_cost_as_much_as_the_largest(searched, epochs_trained):
    searched("together")
    assert sum(epochs_trained) == 2 * 4


def test_each_scores_what_a_training_of_its_own_scores(searched):
    together = searched("together").leaderboard.set_index(["batch_size", "epochs"])
    for epochs in (2, 4):
        alone = searched(f"alone-{epochs}", space={"batch_size": [16, 32]}, epochs=epochs).leaderboard
        for _, row in alone.iterrows():
            same = together.loc[(row["batch_size"], epochs)]
            assert (same["score"], same["val_loss"]) == (row["score"], row["val_loss"])


@pytest.mark.parametrize("change", [{"schedule": "cosine"}, {"patience": None}, {"average": True}], ids=str)
def test_what_ends_with_its_epochs_is_a_training_of_its_own(searched, epochs_trained, change):
    searched("own", space={"epochs": [1, 2]}, **change)
    assert epochs_trained == [1, 2]


def test_no_state_is_left_when_the_search_is_over(searched):
    folder = searched("over").folder
    assert not [path for path in (folder / "trials").rglob("*") if path.is_file()]
