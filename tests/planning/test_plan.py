"""kit.plan: code to edit, settings that are given stay, and the clock decides how wide."""

import pytest

import kit
from kit.errors import KitError
from kit.planning import widths


def searched(milliseconds, budget=1.0, wanted=100):
    """What `_widest` takes where width w costs `milliseconds[w]` a step; and the widths it looked at."""
    looked_at = []

    def steps(width):
        looked_at.append(width)
        return int(1000 * budget / milliseconds[width]), milliseconds[width] / 1000, budget

    width, _ = widths._widest(tuple(milliseconds), steps, wanted, float("inf"))
    return width, looked_at


def test_the_widest_network_with_enough_steps_is_found_by_bisection():
    costs = {8: 1, 16: 2, 24: 5, 32: 9, 48: 40}
    assert searched(costs)[0] == 32
    assert searched(dict.fromkeys(costs, 1))[0] == 48
    assert len(searched(costs)[1]) <= 4


def test_where_not_even_the_narrowest_fits_no_other_is_tried():
    assert searched({8: 100, 16: 1}) == (8, [8])


@pytest.fixture(scope="module")
def plan():
    return kit.plan(kit.load_data("shapes"), minutes=0.01, builder={"depth": 2, "stem": 2}, fit={"patch": 32})


def test_a_plan_prints_as_code_that_can_be_run(plan):
    code = [line for line in repr(plan).splitlines() if not line.startswith("#")]
    assert [line.split("(")[0] for line in code] == ["model = kit.build", "kit.fit"]
    for line in code:
        compile(line, "plan", "exec")


def test_what_is_given_stays_and_the_rest_is_chosen(plan):
    assert plan.builder == {"depth": 2, "stem": 2, "width": 8}
    assert plan.fit["patch"] == (32, 32) and plan.fit["minutes"] <= 0.01 and plan.fit["batch_size"] == 4


def test_a_reason_is_told_for_each_choice(plan):
    told = " ".join(plan.why)
    assert "64 x 64" in told and "Width 8" in told and "epochs" in told


def test_tasks_without_maps_leave_the_plan_to_fit():
    assert kit.plan(kit.load_data("wine"), minutes=2).fit == {"minutes": 2}


def test_no_time_is_no_plan():
    with pytest.raises(KitError, match="above 0"):
        kit.plan(kit.load_data("wine"), minutes=0)


@pytest.mark.large
def test_a_detector_is_as_wide_as_the_time_allows_and_little_time_is_told():
    data = kit.load_data(kit.shapes("detection", 12, (32, 32)), task="detection")
    plan = kit.plan(data, minutes=0.01)
    assert plan.builder == {"width": 12}
    assert plan.fit["batch_size"] == 8 and "patch" not in plan.fit
    assert "more minutes" in plan.why[-1]
