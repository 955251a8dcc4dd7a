import numpy as np
import pytest

import kit


def test_points_lie_at_true_and_predicted_values(make, report):
    task, values, outputs = make("numbers", count=50)
    points = report(task, values, outputs).figure("predicted").axes[0].collections[0].get_offsets()
    np.testing.assert_allclose(points, np.stack([values, outputs[:, 0]], axis=1), rtol=1e-5)


def test_errors_are_the_truth_less_the_prediction(make, report):
    task, values, outputs = make("numbers", count=50)
    points = report(task, values, outputs).figure("residuals").axes[0].collections[0].get_offsets()
    np.testing.assert_allclose(points[:, 1], values - outputs[:, 0], atol=1e-4)


def test_true_values_outside_of_their_interval_are_crossed(report):
    task = kit.Regression(loss="quantile")
    found = report(task, [1.0, 5.0, 3.0], [[0, 1, 2], [0, 1.5, 3], [3, 4, 5]])
    _, inside, outside = found.figure("intervals").axes[0].collections
    assert len(inside.get_offsets()) == 2 and outside.get_offsets().tolist() == [[1.0, 5.0]]
    assert found.figure("intervals").get_suptitle().endswith("the aim is 0.80")


@pytest.mark.parametrize(("targets", "panels"), [(1, 1), (2, 2), (5, 5), (9, 6)])
def test_each_target_has_its_panel_up_to_six(rng, report, targets, panels):
    values = rng.normal(size=(30, targets))
    figure = report(kit.Regression(targets), values, values, resamples=0).figure("predicted")
    assert sum(axes.axison for axes in figure.axes) == panels
    assert ("of 9 targets" in figure.get_suptitle()) == (targets == 9)


def test_a_constant_target_can_be_drawn(report):
    report(kit.Regression(), [5.0, 5.0], [[5.0], [5.0]]).figure("predicted")
