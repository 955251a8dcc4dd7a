"""Augmented series: what may change changes by as much as it is said to, and nothing else does."""

import numpy as np
import pytest

import kit
from kit.data import waver
from kit.data.waver import Policy, augment


def varied(series, seed=0, epoch=0, **changes):
    return augment(series, np.arange(len(series)), seed=seed, epoch=epoch, policy=Policy(**changes))


@pytest.fixture
def series(rng):
    """(40, 30, 2) float32; the second series is shorter, the third lacks a value."""
    found = rng.normal(5, 2, (40, 30, 2)).astype("float32")
    found[1, 20:] = np.nan
    found[2, 7, 0] = np.nan
    return found


KNOWN = ((5.0, 2.0), (5.0, 2.0))
ALL = {"warp": 0.05, "swell": 0.2, "gain": 0.1, "grain": 0.1, "scale": KNOWN}


def test_a_series_is_changed_alike_in_any_batch_and_anew_in_each_epoch(series):
    whole = varied(series, **ALL)
    some = augment(series[[5, 1]], [5, 1], seed=0, epoch=0, policy=Policy(**ALL))
    np.testing.assert_array_equal(some, whole[[5, 1]])
    assert not np.allclose(whole[0], varied(series, epoch=1, **ALL)[0])
    assert not np.allclose(whole[0], varied(series, seed=1, **ALL)[0])
    assert whole.dtype == series.dtype


def test_a_series_ends_where_it_ended_and_gaps_stay(series):
    found = varied(series, **ALL)
    assert np.isnan(found[1, 20:]).all() and np.isfinite(found[1, :20]).all()
    assert np.isfinite(found[3:]).all()
    unwarped = varied(series, **{**ALL, "warp": 0.0})
    np.testing.assert_array_equal(np.isnan(unwarped), np.isnan(series))


def test_an_empty_series_stays_empty():
    assert np.isnan(varied(np.full((1, 5, 1), np.nan, "float32"), warp=0.1, swell=0.1, gain=0.1)).all()


def test_what_is_added_has_the_deviation_that_is_said(series):
    added = (varied(series, grain=0.1, scale=KNOWN) - series)[3:]
    assert added.std() == pytest.approx(0.1 * 2, rel=0.05) and abs(added.mean()) < 0.02


def test_gain_keeps_the_mean_of_the_channel_and_changes_all_steps_alike(series):
    factors = (varied(series, gain=0.1, scale=KNOWN)[3:] - 5) / (series[3:] - 5)
    assert np.ptp(factors, axis=(1, 2)).max() < 1e-2
    assert factors[:, 0, 0].std() == pytest.approx(0.1, rel=0.3)


def test_a_swell_is_a_straight_line_between_five_places():
    factors = varied(np.ones((30, 41, 1), "float32"), swell=0.2)[..., 0]
    bends = np.abs(np.diff(factors, 2, axis=1)).max(axis=0) > 1e-4
    assert set(np.flatnonzero(bends) + 1) <= {10, 20, 30}
    assert factors[:, [0, 10, 20, 30, 40]].std() == pytest.approx(0.2, rel=0.2)


def test_a_warp_reads_a_straight_line_at_the_times_that_it_moves_to():
    line = np.arange(101, dtype="float32").reshape(1, 101, 1)
    found = np.concatenate([varied(line, seed=seed, warp=0.05) for seed in range(200)])[..., 0]
    np.testing.assert_allclose(found[:, [0, -1]], [[0, 100]] * 200, atol=1e-4)
    middles = found[:, [25, 50, 75]] - [25, 50, 75]
    assert middles.std() == pytest.approx(0.05 * 100, rel=0.1) and abs(middles.mean()) < 0.7


def test_noise_is_told_from_what_is_smooth(rng):
    smooth = 20 * np.sin(np.arange(200) / 15)[None, :, None] * rng.uniform(0.5, 1, (30, 1, 1))
    noisy = smooth + rng.normal(0, 0.8, smooth.shape)
    noisy[3, 120:] = np.nan
    assert waver.noise(noisy, ((0.0, 4.0),)) == pytest.approx(0.2, rel=0.05)
    assert waver.noise(smooth, ((0.0, 4.0),)) < 0.02
    assert waver.noise(noisy[:, :2], ((0.0, 4.0),)) == 0


def test_only_classes_are_varied_by_themselves(series):
    input = kit.Series(30, 2, mean=(5.0, 5.0), std=(2.0, 2.0))
    found = waver.policy(input, kit.Classification(2), series)
    assert found.scale == KNOWN and found.grain == pytest.approx(1, rel=0.1)  # nothing but noise
    assert waver.policy(input, kit.Regression(), series) == Policy(scale=KNOWN)
