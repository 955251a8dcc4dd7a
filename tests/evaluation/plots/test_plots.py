"""Every figure of every kind of report; that they look right was seen by eye."""

import dataclasses
import io

import numpy as np
import pytest
from PIL import Image

import kit
from kit import draw
from kit.errors import KitError
from kit.evaluation import plots

EXPECTED = {
    "binary": ["confusion", "roc", "precision_recall", "threshold", "reliability"],
    "multiclass": ["confusion", "classes", "roc", "precision_recall", "reliability"],
    "hinge": ["confusion", "roc", "precision_recall"],
    "multilabel": ["classes", "roc", "precision_recall", "reliability"],
    "numbers": ["predicted", "residuals"],
    "quantiles": ["predicted", "residuals", "intervals"],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_report_has_the_figures_that_mean_something_for_it(make, report, name):
    assert report(*make(name)).figures() == EXPECTED[name]


def test_every_figure_can_be_drawn_and_says_what_it_shows_and_how_to_read_it(any_report):
    for name in any_report.figures():
        figure = any_report.figure(name)
        assert figure.get_suptitle() and plots.reading(name).endswith(".")


def test_every_figure_becomes_a_picture_large_enough_to_read(some_report):
    for name in some_report.figures():
        with Image.open(io.BytesIO(draw.png(some_report.figure(name)))) as picture:
            assert min(picture.size) > 150


def test_titles_name_the_finding(make, report):
    found = report(*make("binary"))
    assert found.figure("confusion").get_suptitle().replace("\n", " ") == found.finding("accuracy")


NAMES = (
    "猫の標識",
    "_hidden",
    "$a$ and $b$",
    "a very long name of a class that never seems to end",
    "tab\tand\nline",
    "😀",
) + tuple(f"sign {index}" for index in range(37))


def test_many_classes_with_names_of_all_kinds_draw_without_a_warning(make, report):
    found = report(*make("multiclass", classes=NAMES, absent=(0, 9)))
    found = dataclasses.replace(found, examples=np.zeros((12, 5, 4, 3)))
    for name in found.figures():
        draw.png(found.figure(name))  # a glyph that no font has would be a warning, and a warning an error
    ticks = [label.get_text() for label in found.figure("confusion").axes[0].get_yticklabels()]
    assert len(ticks) == 43 and ticks[1] == " _hidden"


def test_more_classes_than_fit_keep_some_names(make, report):
    found = report(*make("multiclass", count=600, classes=tuple(range(120))), resamples=0)
    figure = found.figure("confusion")
    assert len(figure.axes[0].get_yticklabels()) <= 50 and max(figure.get_size_inches()) < 15
    assert "of 120 are shown" in found.figure("classes").get_suptitle().replace("\n", " ")


def test_an_unknown_figure_is_named(make, report):
    with pytest.raises(KitError, match="Did you mean 'confusion'"):
        report(*make("binary")).figure("confusoin")


def test_labels_that_no_sample_has_leave_nothing_to_draw(report):
    found = report(kit.MultilabelClassification(("a", "b")), np.zeros((3, 2)), np.full((3, 2), 0.1))
    assert found.figures() == ["reliability"]
