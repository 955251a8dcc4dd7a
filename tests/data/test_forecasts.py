"""Windows of a series: what follows them, in time order, and no value forecast in two parts."""

import numpy as np
import pandas as pd
import pytest

import kit
from kit.errors import DataError, KitError


def daily(steps=200, **more):
    dates = pd.date_range("2024-01-01", periods=steps)
    return pd.DataFrame(
        {"day": dates.strftime("%Y-%m-%d"), "value": np.arange(steps, dtype="float64"), **more}
    )


def loaded(frame, horizon=3, **keywords):
    return kit.load_data(frame, kit.Forecasting(horizon, **keywords.pop("task", {})), **keywords)


def test_each_window_is_followed_by_its_labels():
    data = loaded(daily())
    for part in data.parts().values():
        steps = part.inputs[:, :, 0]
        assert (np.diff(steps, axis=1) == 1).all()
        assert (part.labels == steps[:, -1:] + [1, 2, 3]).all()


def test_no_value_is_forecast_in_two_parts_and_parts_follow_in_time():
    data = loaded(daily())
    forecast = [set(part.labels.ravel()) for part in data.parts().values()]
    assert not (forecast[0] & forecast[1]) and not (forecast[1] & forecast[2])
    assert max(forecast[0]) < min(forecast[1]) and max(forecast[1]) < min(forecast[2])
    assert (max(forecast[0]), max(forecast[1]), max(forecast[2])) == (139, 169, 199)  # 70, 85 and 100 %


def test_what_is_learnt_comes_from_the_training_part():
    data = loaded(daily())
    assert data.input.mean[0] < 139 and data.input.std[0] < np.arange(200).std()
    assert data.task.naive_error == 7  # a season of 7 days ago, on a rise of 1 a day


def test_rows_are_put_in_the_order_of_time():
    frame = daily()
    shuffled = loaded(frame.sample(frac=1, random_state=0).reset_index(drop=True))
    np.testing.assert_array_equal(shuffled.train.labels, loaded(frame).train.labels)


def test_samples_are_called_by_the_time_that_is_forecast_first():
    data = loaded(daily())
    start = int(data.test.labels[0, 0])
    assert data.test.names[0] == str(pd.Timestamp("2024-01-01").date() + pd.Timedelta(days=start))


def test_the_season_is_that_of_the_dates_or_of_the_user():
    assert loaded(daily()).task.season == 7
    assert loaded(daily(), task={"season": 5}).task.season == 5
    assert loaded(daily()[["value"]]).task.season == 1


def test_windows_are_as_long_as_asked():
    assert loaded(daily(), input=kit.Series(length=9)).input.length == 9
    assert loaded(daily()).input.length >= 14  # two seasons


def test_other_columns_of_numbers_are_inputs_and_words_are_not():
    frame = daily(rain=np.ones(200), note=["dry"] * 200)
    data = loaded(frame, target="value")
    assert data.input.columns == ("value", "rain") and data.task.targets == ("value",)
    assert any("'note' is left out" in note for note in data.notes)


def test_series_of_a_long_table_are_windowed_each_for_itself():
    one, other = daily(shop="a"), daily(shop="b")
    other["value"] += 1000
    data = loaded(pd.concat([one, other], ignore_index=True), groups="shop", target="value")
    assert all(np.ptp(window) < 100 for part in data.parts().values() for window in part.inputs)
    assert {name.split(",")[0] for name in data.test.names} == {"a", "b"}
    assert data.train.labels.max() > 1000 > data.test.labels.min()


def test_windows_whose_future_is_missing_are_left_out():
    frame = daily()
    frame.loc[100, "value"] = np.nan
    data = loaded(frame)
    assert len(loaded(daily()).train) - len(data.train) == 3  # the horizon
    assert np.isnan(data.train.inputs).any() and data.input.missing


@pytest.mark.parametrize(
    ("change", "keywords", "words"),
    [
        (lambda f: pd.concat([f, f.iloc[[5]]]), {}, "time 2024-01-06: there twice.*groups"),
        (lambda f: f.assign(value=[*range(199), np.inf]), {}, "column 'value', row 199: infinite"),
        (lambda f: f.iloc[:12], {}, "no window of 3 steps with 3 after it in 12 steps"),
        (lambda f: f, {"input": kit.Series(length=300)}, "no window of 300 steps"),
        (lambda f: f.assign(day=["x", *f.day[1:]]), {"time": "day"}, "time, row 0"),
    ],
)
def test_faults_are_told(change, keywords, words):
    frame = change(daily()).reset_index(drop=True)
    with pytest.raises(DataError, match=words):
        loaded(frame, **keywords)


def test_what_is_to_be_forecast_must_be_plain_or_said():
    frame = daily(other=np.zeros(200))
    with pytest.raises(KitError, match="Which column of frame is the target"):
        loaded(frame)
    with pytest.raises(KitError, match="Unknown column 'valeu'. Did you mean 'value'"):
        loaded(frame, target="valeu")


def test_uneven_times_are_told():
    data = loaded(daily().drop(index=[50, 51]).reset_index(drop=True))
    assert any("longer or shorter than usual" in str(issue) for issue in data.issues)


def test_folds_would_mix_past_and_future():
    from kit.data import folds

    with pytest.raises(DataError, match="order of time"):
        folds.check(loaded(daily()), 5)


def test_parts_of_the_source_are_kept_where_they_follow_in_time(tmp_path):
    daily().to_csv(tmp_path / "rain.csv", index=False)
    (tmp_path / "splits").mkdir()
    for part, rows in {"train": range(100), "val": range(100, 150), "test": range(150, 200)}.items():
        (tmp_path / "splits" / f"rain_{part}.txt").write_text("\n".join(map(str, rows)))
    data = kit.load_data(tmp_path / "rain.csv", "forecasting")
    assert data.train.labels.max() == 99 and data.test.labels.min() == 150 and data.task.horizon == 1
