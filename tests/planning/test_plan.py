"""kit.plan: code to edit, settings that are given stay, and the clock decides how wide."""

import numpy as np
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
    chosen = {"decoder": "unet++", "deep_supervision": True, "optimizer": "muon", "width": 8}
    assert plan.builder == {"depth": 2, "stem": 2, **chosen}
    assert plan.fit["patch"] == (32, 32) and plan.fit["minutes"] <= 0.01 and plan.fit["batch_size"] == 4


def test_tissue_is_decided_by_several_decoders_and_scenes_by_one(monkeypatch):
    cells = np.random.default_rng(0).integers(0, 2, (24, 64, 64)).astype("uint8")
    tissue = kit.load_data((200 * cells[..., None], cells), task="segmentation")
    streets = kit.load_data(kit.shapes("segmentation", 24, scene="streets"), task="segmentation")
    assert planned(monkeypatch, tissue, lambda w, _: 1.0).builder["decoder"] == "unet++"
    assert "decoder" not in planned(monkeypatch, streets, lambda w, _: 1.0).builder
    given = planned(monkeypatch, tissue, lambda w, _: 1.0, builder={"decoder": "fpn"}).builder
    assert given["decoder"] == "fpn" and "deep_supervision" not in given


@pytest.mark.parametrize("task", ["segmentation", kit.Denoising(noise=25)])
@pytest.mark.parametrize("given", [{"optimizer": "sgd"}, {"learning_rate": 0.001}])
def test_an_optimizer_is_chosen_for_maps_where_nothing_is_said_of_it(monkeypatch, task, given):
    data = kit.load_data("streets", task=task)
    assert planned(monkeypatch, data, lambda w, _: 1.0).builder["optimizer"] == "muon"
    asked = planned(monkeypatch, data, lambda w, _: 1.0, builder=given).builder
    assert asked.get("optimizer") == given.get("optimizer")


def test_masks_beside_what_they_show_are_told(monkeypatch):
    discs = np.stack([np.hypot(*(np.mgrid[:48, :48] - centre)) < 12 for centre in range(20, 28)])
    for moved, said in ((-1, "1 pixel up"), (0, None)):
        masks = np.roll(discs, moved, axis=1).astype("uint8")
        data = kit.load_data((discs[..., None] * np.uint8(200), masks), task="segmentation")
        told = " ".join(planned(monkeypatch, data, lambda w, _: 1.0).why)
        assert (f"Masks lie {said} of what they show" in told) if said else ("Masks lie" not in told)


def test_a_reason_is_told_for_each_choice(plan):
    told = " ".join(plan.why)
    assert "64 x 64" in told and "Width 8" in told and "epochs" in told


def planned(monkeypatch, data, milliseconds, minutes=1.0, **settled):
    """The plan where a step of a network of width w takes `milliseconds(w, data)`, and looking no time."""

    def seconds(data, feed, trial, batch, seed):
        return milliseconds(trial.get("width"), data) / 1000

    monkeypatch.setattr(widths, "_seconds_a_step", seconds)
    monkeypatch.setattr(widths.time, "monotonic", lambda: 0.0)
    return kit.plan(data, minutes=minutes, **settled)


@pytest.fixture(scope="module")
def digits():
    return kit.load_data("digits")


def test_images_get_the_widest_network_that_sees_enough_of_them(monkeypatch, digits):
    # 51 seconds of 0.85 minutes; 2000 steps are wanted
    plans = [planned(monkeypatch, digits, lambda w, _, each=each: each * w) for each in (0.5, 0.1)]
    assert [plan.builder for plan in plans] == [{"backbone": "cnn", "width": w} for w in (48, 64)]
    assert plans[0].fit == {"patience": 0, "batch_size": 32, "minutes": 1.0}


def test_more_minutes_never_give_a_narrower_network(monkeypatch, digits):
    found = [
        planned(monkeypatch, digits, lambda w, _: 2.0 * w, minutes=m).builder["width"] for m in (1, 3, 9, 27)
    ]
    assert found == sorted(found) and found[0] < found[-1]


def test_a_table_gets_its_backbone_and_the_plan_says_why(monkeypatch):
    plan = planned(monkeypatch, kit.load_data("wine"), lambda w, _: 1.0, builder={"backbone": "mlp"})
    assert plan.builder == {"backbone": "mlp", "width": 256}
    told = " ".join(plan.why)
    assert "125 samples" in told and "Backbone mlp, width 256" in told and "400 are wanted" in told


def test_a_table_is_not_learnt_by_heart_however_much_time_there_is(monkeypatch):
    short, long, ages = (
        planned(monkeypatch, kit.load_data("wine"), lambda w, _, each=each: each, minutes=minutes)
        for minutes, each in ((1, 1000.0), (1, 1.0), (99, 1.0))
    )
    assert "epochs" not in short.fit and short.builder["width"] == 64
    assert long.fit["epochs"] == ages.fit["epochs"] == 100 and long.builder == ages.builder
    assert "learnt by heart" in long.why[-1]


def test_numbers_and_classes_of_tables_get_the_backbones_that_were_measured_best(monkeypatch):
    found = [planned(monkeypatch, kit.load_data(name), lambda w, _: 1.0) for name in ("wine", "diabetes")]
    assert [plan.builder["backbone"] for plan in found] == ["mlp", "tabm"]


def test_a_backbone_without_known_widths_keeps_its_own(monkeypatch, digits):
    plan = planned(monkeypatch, digits, lambda w, _: 1.0, builder={"backbone": "convnext_atto"})
    assert plan.builder == {"backbone": "convnext_atto"}


def test_what_is_copied_from_another_network_keeps_its_width(monkeypatch, digits):
    plan = planned(monkeypatch, digits, lambda w, _: 1.0, fit={"fine_tune": "saved_models/other"})
    assert plan.builder == {"backbone": "cnn"}


def photos(edge):
    rng = np.random.default_rng(0)
    return kit.load_data((rng.integers(0, 255, size=(40, edge, edge, 3)).astype("uint8"), np.arange(40) % 2))


def test_large_images_are_shrunk_where_too_few_could_be_seen(monkeypatch):
    plan = planned(monkeypatch, photos(128), lambda w, data: data.input.size[0] ** 2 / 100)
    assert plan.input == {"size": (64, 64)} and "image_size=(64, 64)" in repr(plan)
    assert not planned(monkeypatch, photos(128), lambda w, data: 1.0).input


def test_small_images_stay_as_they_are_however_little_time_there_is(monkeypatch):
    plan = planned(monkeypatch, photos(48), lambda w, _: 1000.0)
    assert not plan.input and "little is learnt" in plan.why[-1]


def test_the_minutes_left_are_those_after_looking(monkeypatch, digits):
    now = iter(range(0, 1000, 3))  # seconds: each look at the clock is 3 later
    monkeypatch.setattr(widths, "_seconds_a_step", lambda *_: 0.001)
    monkeypatch.setattr(widths.time, "monotonic", lambda: float(next(now)))
    plan = kit.plan(digits, minutes=1)
    assert 0.6 < plan.fit["minutes"] < 1 and "fit into" in plan.why[1]


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
