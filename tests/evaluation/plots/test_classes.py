import numpy as np

import kit


def test_the_confusion_matrix_shows_counts_and_colours_shares(report):
    labels = ["a"] * 4 + ["b"] * 2
    found = report(kit.Classification(("a", "b")), labels, [[0.1], [0.1], [0.1], [0.9], [0.9], [0.9]])
    axes = found.figure("confusion").axes[0]
    assert sorted(text.get_text() for text in axes.texts) == ["1", "2", "3"]
    assert np.asarray(axes.images[0].get_array()).tolist() == [[0.75, 0.25], [0, 1]]


def test_the_class_found_worst_comes_first(make, report):
    found = report(*make("multiclass", absent=(2,)))
    names = [label.get_text() for label in found.figure("classes").axes[0].get_yticklabels()]
    table = found.per_class.drop("c")
    assert names[0].startswith(str(table["f1"].idxmin())) and len(names) == len(table)


def test_a_point_of_the_reliability_curve_is_the_share_right_at_its_confidence(report):
    outputs = [[0.9]] * 4 + [[0.3]] * 2
    found = report(kit.Classification(("no", "yes")), ["yes", "yes", "yes", "no", "no", "no"], outputs)
    points = found.figure("reliability").axes[0].collections[0].get_offsets()
    np.testing.assert_allclose(points, [[0.7, 1.0], [0.9, 0.75]], atol=1e-6)
