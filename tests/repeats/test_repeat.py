"""repeat: what the seed alone does."""

import numpy as np
import pytest

import kit
from kit.errors import KitError

SMALL = {"epochs": 1, "width": 8, "depth": 1, "verbose": 0}


@pytest.fixture(scope="module")
def data():
    return kit.load_data("wine")


def test_seeds_differ_each_gives_again_what_it_gave_and_says_so_in_a_line(data, capsys):
    first = kit.repeat(kit.build, data, 2, seed=3, **SMALL)
    assert "seed" not in capsys.readouterr().err
    again = kit.repeat(kit.build, data, 2, seed=3, **{**SMALL, "verbose": 1})
    lines = [line for line in capsys.readouterr().err.splitlines() if line[:2] in ("1/", "2/")]
    assert [line.split("  ")[:2] for line in lines] == [["1/2", "seed 3"], ["2/2", "seed 4"]]
    assert [run.seed for run in first.runs] == [3, 4]
    assert first.runs[0].metrics == again.runs[0].metrics
    assert first.runs[0].metrics["loss"] != first.runs[1].metrics["loss"]


def test_one_run_has_no_spread(data):
    with pytest.raises(KitError, match="at least 2"):
        kit.repeat(kit.build, data, 1)


def test_a_builder_of_ones_own_is_repeated(data):
    def narrow(task, input, *, width=4):
        return kit.build_classifier(task, input, width=width, depth=1)

    found = kit.repeat(narrow, data, 2, width=5, epochs=1, verbose=0)
    assert found.models[0].count_params() == narrow(data.task, data.input, width=5).count_params()
    assert np.isfinite(found.frame()["loss"]).all()
    with pytest.raises(KitError, match="cross_validate"):
        _ = found.outputs
