"""`kit train`, `evaluate` and `predict` on series and for forecasts, as typed."""

import json

import numpy as np
import pandas as pd
import pytest

import kit

SMALL = ("--epochs", "2", "--set", "width=4", "depth=1")


@pytest.fixture
def waves(tmp_path):
    """waves_TRAIN.ts and waves_TEST.ts: rising and falling series of two channels and 5 to 8 steps."""
    rng = np.random.default_rng(0)
    for part, count in (("TRAIN", 16), ("TEST", 8)):
        lines = ["@problemName waves", "@univariate false", "@classLabel true up down", "@data"]
        for number in range(count):
            steps = np.arange(5 + number % 4) * (1 if number % 2 else -1) + rng.normal(size=2)[:, None] * 0.1
            channels = [",".join(f"{value:.3f}" for value in channel) for channel in steps]
            lines.append(":".join([*channels, "up" if number % 2 else "down"]))
        (tmp_path / f"waves_{part}.ts").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_from_a_ts_file_to_labels_of_new_series(call, waves):
    trained = call("train", "waves_TRAIN.ts", "--backbone", "gru", *SMALL, "--json")
    assert trained.status == 0, trained.err
    result = trained.json
    assert (result["input"], result["task"], result["split"]) == ("Series", "Classification", "test")
    assert result["samples"]["test"] == 8

    again = call("evaluate", result["artifact"], "waves_TRAIN.ts", "--json")
    assert again.json["metrics"] == result["metrics"]

    predicted = call("predict", result["artifact"], "waves_TEST.ts", "--json")
    assert predicted.status == 0, predicted.err
    rows = predicted.json["predictions"]
    assert len(rows) == 8 and rows[0]["input"] == "waves_TEST.ts row 0"
    assert {row["label"] for row in rows} <= {"up", "down"}
    assert call("verify", result["artifact"]).status == 0

    predictor = kit.load(result["artifact"])
    one = np.arange(10.0).reshape(5, 2)
    assert predictor(one).label in ("up", "down") and len(predictor([one, one[:3]])) == 2


@pytest.fixture
def weather(tmp_path):
    """weather.csv: 120 days, a week in them, and words that are left out."""
    days = pd.date_range("2024-01-01", periods=120).strftime("%Y-%m-%d")
    values = 10 + np.arange(120) % 7 + np.random.default_rng(0).normal(size=120) * 0.1
    pd.DataFrame({"day": days, "warm": values, "sky": "blue"}).to_csv(tmp_path / "weather.csv", index=False)
    return tmp_path / "weather.csv"


def test_from_a_table_of_days_to_the_next_ones(call, weather):
    words = ("--task", "forecasting", *SMALL, "horizon=3", "loss=quantile")
    trained = call("train", "weather.csv", *words, "--json")
    assert trained.status == 0, trained.err
    result = trained.json
    assert (result["input"], result["task"]) == ("Series", "Forecasting")
    assert {"mase", "rmse", "mae", "coverage"} <= result["metrics"].keys()
    assert "season is 7 steps" in trained.err.replace("\n    ", " ")

    again = call("evaluate", result["artifact"], "weather.csv", "--json")
    assert again.status == 0, again.err
    assert again.json["metrics"]["mae"] == pytest.approx(result["metrics"]["mae"])

    predicted = call("predict", result["artifact"], "weather.csv")
    assert predicted.status == 0, predicted.err
    head, row = (line.split(",") for line in predicted.out.splitlines())
    assert head[:4] == ["input", "value of +1", "value of +2", "value of +3"] and row[0] == "weather.csv"
    assert all(5 < float(value) < 22 for value in row[1:4])

    frame = pd.read_csv(weather)
    decision = kit.load(result["artifact"])(frame)
    assert decision.values["+1"] == pytest.approx(float(row[1]), rel=1e-4)
    low, high = decision.interval["+1"]
    assert low < decision.values["+1"] < high


def test_a_report_of_a_forecast_stands_beside_what_needs_no_network(call, weather):
    data = kit.load_data(weather, kit.Forecasting(2))
    model = kit.build(data.task, data.input, backbone="tcn", width=4, depth=1)
    report = kit.evaluate(model, data.test, resamples=0)
    windows = np.stack([window[:, 0] for window in data.test.inputs])
    last = np.abs(np.repeat(windows[:, -1:], 2, axis=1) - data.test.labels).mean()
    week = np.abs(windows[:, [-7, -6]] - data.test.labels).mean()
    assert report.baseline_says == "the value a season ago"
    assert report.baseline["mae"] == pytest.approx(week, rel=1e-5)
    assert report.beside["the last value"]["mae"] == pytest.approx(last, rel=1e-5)
    assert report.metrics["mae"] == pytest.approx(last, rel=1e-4)  # the network is not trained
    assert report.metrics["mase"] == pytest.approx(report.metrics["mae"] / data.task.naive_error)
    assert "the last value" in repr(report) and "the last value" in report._repr_html_()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--set", "horizon=0"), "horizon is a whole number of steps, at least 1. Received: 0"),
        (("--set", "horizon=x"), "horizon"),
        (("--set", "horizon=300"), "no window of"),
        (("--set", "loss=poisson"), "either side of the last value"),
        (("--set", "quantiles=0.5"), "quantiles"),
        (("--set", "season=-7"), "season is a whole number of steps"),
        (("--target", "wram"), "Did you mean 'warm'"),
        (("--time", "dya"), "Did you mean 'day'"),
        (("--backbone", "mlp"), "does not take Series. These do: fcn, gru"),
    ],
)
def test_what_is_typed_wrong_is_told_without_a_traceback(words, said, call, weather):
    settings = words if "horizon" in str(words) else (*words, "--set", "horizon=2")
    done = call("train", "weather.csv", "--task", "forecasting", "--epochs", "1", *settings)
    assert done.status == 2 and "Traceback" not in done.err
    assert said in done.err.replace("\n", " "), done.err


def test_an_input_that_is_typed_wrong_is_told(call, weather):
    done = call("train", "weather.csv", "--input", "serie", "--target", "warm", "--epochs", "1")
    assert done.status == 2 and "Did you mean 'series'" in done.err and "Traceback" not in done.err


def test_a_long_table_is_read_by_groups(call, tmp_path):
    rows = [
        {
            "id": name,
            "t": step,
            "v": name / 10 + step * (1 if name % 2 else -1),
            "kind": "up" if name % 2 else "down",
        }
        for name in range(20)
        for step in range(4)
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "long.csv", index=False)
    how = ("--input", "series", "--groups", "id", "--time", "t", "--target", "kind")
    trained = call("train", "long.csv", *how, "--backbone", "fcn", *SMALL, "--json")
    assert trained.status == 0, trained.err
    assert trained.json["samples"] == {"train": 14, "validation": 2, "test": 4}
    artifact = trained.json["artifact"]
    card = json.loads((tmp_path / artifact / "card.json").read_text())
    assert card["settings"]["groups"] == "id"
    predicted = call("predict", artifact, "long.csv", "--json")
    assert [row["input"] for row in predicted.json["predictions"]][:2] == ["long.csv 0", "long.csv 1"]
    assert call("evaluate", artifact, "long.csv", "--json").json["metrics"] == trained.json["metrics"]
