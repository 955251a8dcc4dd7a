import dataclasses

import numpy as np
import pandas as pd
import pytest

from kit.evaluation import slicing


@pytest.fixture
def explained(make, report):
    """A report on two classes, of which one group is worse, with importances and pictures."""
    task, labels, outputs = make("binary", count=120)
    outputs[:40] = 1 - outputs[:40]
    found = report(task, labels, outputs, resamples=0)
    return dataclasses.replace(
        found,
        slices=slicing.table(found.outcome, pd.DataFrame({"town": ["z"] * 40 + ["x"] * 80})),
        importance=pd.DataFrame(
            {"column": ["a", "b"], "importance": [0.3, 0.0], "low": [0.2, -0.1], "high": [0.4, 0.1]}
        ),
        examples=np.full((24, 8, 8, 3), 0.5),
        attention=np.linspace(0, 1, 8 * 64, dtype="float32").reshape(8, 8, 8),
    )


def test_the_worse_group_stands_first_and_is_the_only_coloured_one(explained):
    figure = explained.figure("slices")
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels[0] == "town: z  (40)"
    assert figure.get_suptitle().startswith("one group is worse")
    colours = figure.axes[0].collections[1].get_facecolors()
    assert (colours[0] != colours[1]).any() and (colours[1:] == colours[1]).all()


def test_columns_that_matter_are_counted(explained):
    figure = explained.figure("importance")
    assert figure.get_suptitle() == "columns that matter to the decisions: 1 of 2"
    assert figure.axes[0].collections[1].get_offsets()[:, 0].tolist() == [0.3, 0.0]


def test_pictures_are_coloured_where_something_spoke_for_the_decision(explained):
    panels = explained.figure("attention").axes
    first, last = (np.asarray(panel.get_images()[0].get_array()) for panel in (panels[0], panels[7]))
    assert np.ptp(first[0, 0]) == pytest.approx(0, abs=1e-6)  # gray: no heat
    assert last[-1, -1, 0] > last[-1, -1, 2] + 0.3  # orange: heat 1


def test_all_three_are_in_the_page_the_tables_and_the_json(explained, tmp_path):
    text = explained.save(tmp_path).read_text("utf-8")
    assert "Where it is worst" in text and "town: z" in text
    assert {"slices.csv", "importance.csv", "slices.png", "importance.png", "attention.png"} <= {
        path.name for path in tmp_path.iterdir()
    }
    stored = explained.to_json()
    assert stored["slices"][0]["is_finding"] is True and stored["importance"][1]["column"] == "b"


def test_without_them_there_are_no_such_figures(make, report):
    assert {"slices", "importance", "attention"}.isdisjoint(report(*make("binary"), resamples=0).figures())
