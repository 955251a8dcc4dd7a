"""What a search shows is true, and can be drawn whatever was searched."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kit
from kit import draw
from kit.search import plots
from kit.search.importance import importance
from kit.search.objectives import Objective
from kit.search.pareto import front

FACTS = {
    "rate": {"kind": "float", "log": True},
    "width": {"kind": "int", "log": False},
    "<b>name": {"kind": "choice", "log": False},
    "flag": {"kind": "boolean", "log": False},
}
LOSS = Objective("loss", "min")


def board(count, score=lambda rate, width: abs(np.log10(rate) + 2), seed=0):
    numbers = np.random.default_rng(seed)
    rows = []
    for trial in range(count):
        rate, width = 10 ** numbers.uniform(-4, 0), int(numbers.integers(1, 9))
        values = {
            "rate": rate,
            "width": width,
            "<b>name": numbers.choice(["a", "ü" * 40]),
            "flag": trial % 2 == 0,
        }
        row = {
            "trial": f"{trial:04d}",
            "status": "completed",
            "score": score(rate, width),
            "parameters": width**2,
        }
        rows.append({**row, **values})
    return pd.DataFrame(rows).sort_values("score", ignore_index=True)


def test_what_the_score_depends_on_is_important_and_nothing_else():
    found = importance(board(60), FACTS).set_index("name")
    assert found["importance"].sum() == pytest.approx(1)
    assert found["importance"]["rate"] > 0.9
    assert (found["low"] <= found["high"]).all()


def test_two_equal_causes_are_about_equally_important():
    both = board(200, lambda rate, width: np.log10(rate) / 4 + width / 8)
    found = importance(both, FACTS).set_index("name")["importance"]
    assert 0.5 < found["rate"] / found["width"] < 2


def test_importance_says_nothing_where_there_is_nothing_to_say():
    assert importance(board(7), FACTS).empty
    assert importance(board(30, lambda rate, width: 1.0), FACTS).empty


def test_a_hyperparameter_that_is_not_always_active_is_no_fault():
    some = board(40)
    some.loc[::3, "rate"] = np.nan
    assert len(importance(some, FACTS)) == 4


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12))
def test_nobody_on_the_front_is_beaten_and_everybody_else_is(points):
    def beats(one, other):  # small in the first, large in the second
        return one[0] <= other[0] and one[1] >= other[1] and one != other

    wanted = [not any(beats(other, point) for other in points) for point in points]
    assert front(points, ["min", "max"]).tolist() == wanted


def test_what_has_no_number_is_not_on_the_front():
    assert front([[np.nan, 0], [1, 1]], ["min", "min"]).tolist() == [False, True]


@pytest.mark.parametrize("count", [1, 2, 40])
def test_every_picture_can_be_drawn_of_any_number_of_trials(count):
    some = board(count)
    watched = {trial: [3.0, 2.0] for trial in some["trial"]}
    with draw.style():
        pictures = [
            plots.history(some, LOSS, default=1.0),
            plots.parallel(some, FACTS, LOSS),
            plots.slices(some, FACTS, LOSS),
            plots.trade_off(some, [LOSS, Objective("parameters", "min")]),
            plots.curves(some, watched),
        ]
        if count > 8:
            pictures.append(plots.importances(importance(some, FACTS)))
    assert all(draw.png(picture)[:4] == b"\x89PNG" for picture in pictures)


def test_the_page_holds_figures_code_and_trials_and_no_html_of_the_data(tmp_path):
    data = kit.load_data("wine")
    data.name = "<script>"
    found = kit.search(
        kit.build, data, {"learning_rate": [1e-2, 3e-2]}, algorithm="grid", epochs=1, width=4, depth=1,
        objective=["accuracy", "parameters"], engine="inline", verbose=0, out=tmp_path,
    )  # fmt: skip
    page = found.save_report().read_text("utf-8")
    assert "<script>" not in page
    assert "model = build(data.task, data.input, width=4, depth=1, learning_rate=" in page
    assert "kit.fit(model, data, epochs=1)" in page
    assert page.count("data:image/png;base64,") == len(list((tmp_path / "figures").iterdir())) == 5
    table = pd.read_csv(tmp_path / "leaderboard.csv", dtype={"trial": str})
    assert table["trial"].tolist() == found.leaderboard["trial"].tolist()
    assert "http" not in page.replace("http-equiv", "")
