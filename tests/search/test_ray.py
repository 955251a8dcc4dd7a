"""Actors of a Ray cluster train a search, and die, without a trial being lost or done twice."""

import os
import signal

import pytest

import kit
from kit.search.journal import Journal

ray = pytest.importorskip("ray")
SPACE = {"learning_rate": (1e-3, 1e-1, "log"), "batch_size": [16, 32]}
SETTINGS = {"trials": 6, "width": 4, "depth": 1, "epochs": 3, "patience": 0, "verbose": 0}


@pytest.fixture(scope="module")
def data():
    return kit.load_data("wine")


def test_a_cluster_that_loses_a_worker_does_every_trial_once(data, tmp_path, monkeypatch):
    from kit.search.engines.ray import Cluster

    killed, news = [], Cluster.news

    def deadly(self):
        if not killed and (started := [actor for actor, *_ in self.at_work.values() if actor.since]):
            killed.append(ray.get(started[0].handle.pid.remote()))
            os.kill(killed[0], signal.SIGKILL)
        return news(self)

    monkeypatch.setattr(Cluster, "news", deadly)
    found = kit.search(
        kit.build_classifier, data, SPACE, engine="ray", workers=2, out=tmp_path / "ray", **SETTINGS
    )
    assert killed
    assert not ray.is_initialized()
    events = Journal(found.folder).news()
    ended = [each["trial"] for each in events if each["event"] == "ended"]
    assert sorted(ended) == [f"{number:04}" for number in range(6)]
    alone = kit.search(kit.build_classifier, data, SPACE, engine="inline", out=tmp_path / "one", **SETTINGS)
    columns = ["trial", "learning_rate", "batch_size"]
    boards = [each.leaderboard.sort_values("trial").set_index("trial") for each in (found, alone)]
    assert boards[0][columns[1:]].equals(boards[1][columns[1:]])
    assert boards[0]["score"].tolist() == pytest.approx(boards[1]["score"].tolist(), abs=1e-9)
    assert found.load_best().count_params() == found.best["parameters"]


def test_an_actor_that_is_silent_for_longer_than_its_lease_is_given_up():
    from kit.search.engines.ray import LEASE, Actor

    actor = Actor.__new__(Actor)  # the clock alone, without a cluster
    actor.ray = type("Ray", (), {"wait": staticmethod(lambda refs, timeout: ([], refs))})
    actor.pulse, actor.since = "asked", None
    assert not actor.is_silent(1e6)  # it has not begun yet: it may wait for a machine
    actor.since = 100.0
    assert not actor.is_silent(100 + LEASE)
    assert actor.is_silent(101 + LEASE)
