import csv
import dataclasses
import io
import json
import math

import numpy as np
import pandas as pd
import pytest

import kit
from kit.evaluation.report import as_csv


def test_every_kind_of_task_gives_finite_numbers_beside_a_baseline(any_report):
    assert all(math.isfinite(value) for value in any_report.metrics.values())
    assert set(any_report.baseline) <= set(any_report.metrics) and len(any_report.baseline) > 2
    for name, (low, high) in any_report.intervals.items():
        assert low <= high and name in any_report.metrics


def test_made_up_outputs_that_know_the_truth_beat_the_baseline(make, report):
    for name, metric in (
        ("binary", "accuracy"),
        ("multiclass", "auc"),
        ("multilabel", "f1_macro"),
        ("numbers", "r2"),
    ):
        found = report(*make(name))
        assert found.intervals[metric][0] > found.baseline[metric]


def test_the_table_has_a_row_for_each_metric(any_report):
    table = any_report.table()
    assert list(table.columns) == ["metric", "value", "low", "high", "baseline"]
    assert dict(zip(table["metric"], table["value"], strict=True)) == any_report.metrics


def test_the_json_is_plain_and_finite(any_report):
    stored = json.loads(json.dumps(any_report.to_json(), allow_nan=False))
    assert stored["metrics"] == pytest.approx(any_report.metrics) and stored["samples"] == any_report.samples


def test_it_reads_as_a_table_with_its_notes(make, report):
    lines = repr(report(*make("binary"), split="test")).splitlines()
    assert lines[0] == "Report on 200 samples (test)"
    assert lines[1].split() == ["metric", "value", "95", "%", "interval", "baseline"]
    assert lines[3].startswith("accuracy") and " to " in lines[3]
    assert "training part" in lines[-1]


def test_a_finding_names_interval_and_baseline(report):
    found = report(
        kit.Classification((3, 4)), [3, 3, 3, 4] * 20, np.tile([[0.1], [0.1], [0.9], [0.9]], (20, 1))
    )
    low, high = found.intervals["accuracy"]
    assert found.headline == (
        f"accuracy 0.750 (95 % interval {low:.3f} to {high:.3f}), always saying '3' gives 0.750"
    )


def test_several_units_are_summed_up_without_one(make, report):
    assert report(*make("several")).headline.startswith("r2 ")
    assert report(*make("numbers")).headline.startswith("mae ")


def test_saving_writes_the_page_the_figures_and_the_tables(some_report, tmp_path):
    page = some_report.save(tmp_path / "report")
    written = {path.name for path in (tmp_path / "report").iterdir()}
    assert page == tmp_path / "report" / "report.html"
    assert {f"{name}.png" for name in some_report.figures()} <= written
    assert {"metrics.csv", "per_class.csv", "worst.csv", "report.json", "report.html"} <= written
    assert not [name for name in written if name.startswith(".")]
    assert len(pd.read_csv(tmp_path / "report" / "metrics.csv")) == len(some_report.metrics)


def test_saving_leaves_other_files_of_the_folder_alone(make, report, tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    report(*make("numbers")).save(tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "x"


def test_names_that_no_file_can_hold_are_written_all_the_same(report, tmp_path):
    task = kit.Classification(("cat", "dög"))
    report(task, ["dög", "dög"], [[0.4], [0.6]], names=["\udcff.png", "=1+1"]).save(tmp_path)
    written = (tmp_path / "worst.csv").read_text("utf-8")
    assert "?.png,dög,cat" in written and "'=1+1" in written


def test_text_that_a_spreadsheet_would_run_is_made_inert():
    cells = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "cat", -1.5]
    text = as_csv(pd.DataFrame({"name": pd.Series(cells, dtype=object)})).decode()
    rows = [row[0] for row in csv.reader(io.StringIO(text, newline=""))][1:]
    assert [row[:1] == "'" for row in rows] == [True] * 6 + [False, False]
    assert rows[-1] == "-1.5"


def test_the_split_can_be_named_afterwards(make, report):
    assert (
        dataclasses.replace(report(*make("numbers")), split="validation").to_json()["split"] == "validation"
    )


def test_the_extremes_of_one_sample_and_of_perfection_have_reports_too(report, tmp_path):
    one = report(kit.Classification(("no", "yes")), ["yes"], [[0.3]])
    perfect = report(kit.Classification(("no", "yes")), ["yes", "no"] * 5, [[1.0], [0.0]] * 5)
    value = report(kit.Regression(), [3.0], [[2.0]])
    for number, found in enumerate((one, perfect, value)):
        found.save(tmp_path / str(number))
    assert one.intervals == {} and perfect.intervals.keys() == {"accuracy"}
    assert any("every draw" in note for note in perfect.notes)
