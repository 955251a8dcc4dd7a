"""The ledger survives kills at every write, and shares trials between processes."""

import os

import pytest

from kit import storage
from kit.errors import SearchStateError
from kit.search import trial as trials
from kit.search.journal import FILE, OWNERS, Journal
from kit.search.ledger import TRIALS
from tests.search import standin

ALGORITHMS = ("random", "grid", "hyperband", "bayesian")


class Killed(BaseException):
    """What a kill looks like from inside: nothing catches it."""


def uninterrupted(folder, algorithm, **asked):
    study = standin.study(folder, algorithm, **asked)
    study.run(standin.StandIn())
    return standin.board(study.ledger)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """A Gaussian process that suggests at random: what is tested is memory, not judgement."""
    import keras_tuner

    oracle = keras_tuner.oracles.BayesianOptimizationOracle
    monkeypatch.setattr(oracle, "populate_space", lambda self, trial_id: self._random_populate_space())


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("moment", ["before", "half", "no newline", "after"])
def test_a_kill_at_any_write_changes_nothing_of_the_outcome(algorithm, moment, tmp_path, monkeypatch):
    wanted = uninterrupted(tmp_path / "whole", algorithm)
    assert len(wanted) == 8
    append = storage.append_lines
    for place in range(1, 17):
        folder, writes, trained = tmp_path / f"{place}", [], []

        def killing(path, lines, place=place, writes=writes):
            writes.append(path)
            lines = list(lines)
            if len(writes) != place:
                return append(path, lines)
            text = "".join(f"{line}\n" for line in lines).encode()
            kept = {"before": 0, "half": len(text) // 2, "no newline": len(text) - 1, "after": len(text)}[
                moment
            ]
            with open(path, "ab") as file:
                file.write(text[:kept])
            raise Killed

        monkeypatch.setattr(storage, "append_lines", killing)
        engine = standin.StandIn()
        with pytest.raises(Killed):
            standin.study(folder, algorithm).run(engine)
        trained += engine.trained
        monkeypatch.setattr(storage, "append_lines", append)
        ended = (
            {r["trial"] for r in Journal(folder).news() if r["event"] == "ended"}
            if folder.exists()
            else set()
        )
        engine = standin.StandIn()
        study = standin.study(folder, algorithm)
        study.run(engine)
        assert standin.board(study.ledger) == wanted
        assert not ended & set(engine.trained)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_search_cut_after_any_trial_goes_on_as_if_nothing_had_happened(algorithm, tmp_path):
    wanted = uninterrupted(tmp_path / "whole", algorithm)
    for most in range(1, 8):
        folder = tmp_path / str(most)
        standin.study(folder, algorithm, most=most).run(standin.StandIn())
        assert uninterrupted(folder, algorithm) == wanted


@pytest.mark.parametrize("algorithm", ["random", "grid"])
def test_several_at_once_try_the_same_values(algorithm, tmp_path):
    wanted = uninterrupted(tmp_path / "one", algorithm)
    study = standin.study(tmp_path / "three", algorithm)
    study.run(standin.StandIn(slots=3))
    values = [sorted(each[1].items()) for each in standin.board(study.ledger)]
    assert sorted(values) == sorted(sorted(each[1].items()) for each in wanted)


def test_seed_0_is_a_seed(tmp_path):
    one, same, other = (
        uninterrupted(tmp_path / name, "random", seed=seed) for name, seed in (("a", 0), ("b", 0), ("c", 1))
    )
    assert one == same
    assert one != other


def test_hyperband_runs_all_its_rungs_when_trials_fail(tmp_path):
    study = standin.study(tmp_path, "hyperband", most=9999)
    study.run(standin.StandIn(fails=lambda trial: trial in ("0000", "0003")))
    rungs = {(each.values["tuner/bracket"], each.values["tuner/round"]) for each in study.ledger.ended}
    assert rungs == {(2, 0), (2, 1), (2, 2), (1, 0), (1, 1), (0, 0)}


def test_a_failed_trial_is_kept_with_its_reason_and_never_ranks(tmp_path):
    from kit.search.store import ranking

    study = standin.study(tmp_path)
    study.run(standin.StandIn(fails=lambda trial: trial == "0002"))
    failed = study.ledger.entries["0002"]
    assert (failed.status, failed.outcome["reason"]) == ("failed", "it was to fail")
    assert "0002" not in [entry.trial for entry in ranking(study.ledger)]


def test_another_search_in_the_folder_is_refused_with_the_difference(tmp_path):
    standin.opened(tmp_path)
    with pytest.raises(SearchStateError, match=r"width was \[4, 8, 16, 32\], now \[4, 8\]"):
        standin.opened(tmp_path, space={**standin.SPACE, "width": [4, 8]})
    with pytest.raises(SearchStateError, match="seed was 0, now 3"):
        standin.opened(tmp_path, seed=3)


def test_another_format_is_refused(tmp_path):
    Journal(tmp_path).append({"event": "opened", "format": 99, "asked": {}})
    with pytest.raises(SearchStateError, match="another version of kit"):
        standin.opened(tmp_path)


def test_a_trial_of_a_living_process_is_left_to_it_and_that_of_a_dead_one_is_taken(tmp_path):
    one = standin.opened(tmp_path)
    with one.taking_part():
        entry = one.next(8)
        other = standin.opened(tmp_path)
        assert other.next(8).trial != entry.trial
    assert standin.opened(tmp_path).next(8).trial == entry.trial  # now nobody holds it


def test_an_outcome_comes_too_late_when_the_trial_was_given_to_another(tmp_path):
    one, other = standin.opened(tmp_path), standin.opened(tmp_path)
    trial = one.next(8).trial  # `one` holds no lock, as if it were dead
    assert other.next(8).trial == trial
    outcome = trials.Outcome(trial, trials.COMPLETED, 1.0)
    assert not one.end(outcome)
    assert other.end(outcome)
    assert not other.end(outcome)


def test_a_second_process_is_refused_and_told_of_the_first_unless_it_joins(tmp_path):

    one, other = standin.opened(tmp_path), standin.opened(tmp_path)
    with one.taking_part():
        with (
            pytest.raises(SearchStateError, match=f"in use by process {os.getpid()}.*--join"),
            other.taking_part(),
        ):
            pass
        with other.taking_part(join=True):
            assert len(list((tmp_path / OWNERS).iterdir())) == 2
    assert not list((tmp_path / OWNERS).iterdir())


def test_two_processes_share_a_search_and_run_each_trial_once(tmp_path):
    one, other = (standin.study(tmp_path) for _ in range(2))
    engines = standin.StandIn(), standin.StandIn()
    with one.ledger.taking_part(), other.ledger.taking_part(join=True):
        while any(study.ledger.running or len(study.ledger.entries) < 8 for study in (one, other)):
            for study, engine in zip((one, other), engines, strict=True):
                if entry := study._next():
                    engine.submit(study._assignment(entry))
                if engine.busy:
                    assert study.ledger.end(engine.finished()[0])
            one.ledger.read(), other.ledger.read()
    assert sorted(engines[0].trained + engines[1].trained) == [f"{n:04d}" for n in range(8)]
    assert standin.board(one.ledger) == standin.board(other.ledger)


def test_a_trial_that_kills_every_process_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr("kit.search.ledger.DEATHS", 3)
    first = standin.opened(tmp_path).next(8).trial
    for _ in range(2):
        assert standin.opened(tmp_path).next(8).trial == first
    ledger = standin.opened(tmp_path)
    assert ledger.next(8).trial != first
    assert ledger.entries[first].status == "failed"
    assert "died" in ledger.entries[first].outcome["reason"]


def test_a_trial_that_gets_further_between_two_deaths_is_not_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr("kit.search.ledger.DEATHS", 3)
    first = standin.opened(tmp_path).next(8).trial
    for epoch in range(6):
        state = tmp_path / TRIALS / first / "0-0" / "checkpoint.npz"
        storage.write_bytes(state, b"state")
        os.utime(state, ns=(epoch + 1, epoch + 1))
        assert standin.opened(tmp_path).next(8).trial == first
    assert standin.opened(tmp_path).next(8).trial == first  # the second death at the last state
    assert standin.opened(tmp_path).next(8).trial != first


def test_a_users_own_oracle_is_replayed_as_well(tmp_path):
    import keras_tuner

    def oracle():
        return keras_tuner.oracles.RandomSearchOracle(
            objective=keras_tuner.Objective("val_loss", "min"), seed=5
        )

    boards = []
    for most in (3, 8):
        space = {"learning_rate": (1e-3, 1e-1, "log")}
        own = oracle()
        own.hyperparameters = standin.SearchSpace(space).hyperparameters()
        study = standin.study(tmp_path, own, most=most, space=space)
        study.run(standin.StandIn())
        boards.append(standin.board(study.ledger))
    assert boards[1][:3] == boards[0]


def test_the_journal_of_a_trial_takes_less_than_two_kilobytes(tmp_path):
    uninterrupted(tmp_path, "random")
    assert (tmp_path / FILE).stat().st_size < 8 * 2048
