import numpy as np
import pytest

from kit.search.plots import looks


@pytest.mark.parametrize("direction", ["min", "max"])
def test_the_better_score_is_the_darker_one(direction):
    lightness = looks.colors(direction)([0.0, 1.0])[:, :3].mean(axis=1)
    best = 0 if direction == "min" else 1
    assert np.argmin(lightness) == best and lightness.max() < 0.85  # seen on white, too


def test_a_status_is_told_by_its_marker_alone():
    markers = [marker for _, marker in looks.LOOKS.values()]
    assert len(set(markers)) == len(markers) and looks.look("<odd>")[1] not in markers


def test_the_leaders_are_the_last_rows_and_the_first_in_rank(state):
    rows, best = looks.leaders(state("forty"))
    assert best == 4 and rows["trial"].iloc[-1] == state("forty").best["trial"]
    assert rows["score"].is_monotonic_increasing


def test_nothing_to_draw_is_told_by_status(state):
    assert looks.nothing(state("all failed")) == "no trial has a score yet (9 failed)"
    assert looks.nothing(state("nothing")) == "no trial was begun"
