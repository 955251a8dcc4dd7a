"""kit.data.noise: noise of a known kind and amount, and the estimate of it."""

import numpy as np
import pytest

import kit
from kit.data.noise import KINDS, estimated_sigma, noisy

LEVELS = {"gaussian": 25, "poisson": 30, "jpeg": 10}


@pytest.fixture
def clean(rng):
    """A photograph's smooth stand-in, (64, 48, 3) uint8, that reaches black and white."""
    ramp = np.add.outer(np.linspace(0, 200, 64), np.linspace(0, 55, 48))
    return np.rint(ramp[..., None] + np.zeros(3)).astype("uint8")


def test_every_kind_has_a_level_here():
    assert LEVELS.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_noise_is_a_float32_image_of_the_same_shape_and_changes_nothing_given(clean, kind):
    before = clean.copy()
    image = noisy(clean, kind, LEVELS[kind])
    assert image.dtype == np.float32 and image.shape == clean.shape
    assert (clean == before).all() and not (image == clean).all()


@pytest.mark.parametrize("kind", KINDS)
def test_seed_epoch_and_index_decide_and_nothing_else_does(clean, kind):
    first = noisy(clean, kind, LEVELS[kind], seed=1, epoch=2, index=3)
    np.random.seed(5)  # the global generator has no say
    assert (first == noisy(clean, kind, LEVELS[kind], seed=1, epoch=2, index=3)).all()
    if kind != "jpeg":  # a file of one quality is always the same
        for other in ({"seed": 2}, {"epoch": 3}, {"index": 4}, {"seed": -1}):
            changed = {"seed": 1, "epoch": 2, "index": 3, **other}
            assert not (first == noisy(clean, kind, LEVELS[kind], **changed)).all()


@pytest.mark.parametrize("sigma", [5, 25, 50])
def test_gaussian_noise_has_its_sigma_and_is_neither_clipped_nor_rounded(sigma):
    black = np.zeros((128, 128, 1), "uint8")
    image = noisy(black, level=sigma)
    assert image.std() == pytest.approx(sigma, rel=0.03) and abs(image.mean()) < sigma / 30
    assert image.min() < 0 and (image != np.rint(image)).mean() > 0.99


def test_a_level_of_nothing_changes_nothing(clean):
    assert (noisy(clean, level=0) == clean).all()


def test_a_pair_of_levels_draws_one_for_each_image():
    gray = np.full((64, 64, 1), 128, "uint8")
    spreads = [noisy(gray, level=(5, 50), index=index).std() for index in range(40)]
    assert 4 < min(spreads) < 15 and 40 < max(spreads) < 53


def test_poisson_noise_keeps_the_mean_and_its_variance_grows_with_light():
    peak = 30
    for value in (64, 255):
        image = noisy(np.full((128, 128, 1), value, "uint8"), "poisson", peak)
        assert image.mean() == pytest.approx(value, rel=0.01)
        assert image.var() == pytest.approx(value * 255 / peak, rel=0.05)  # by hand: n / peak * 255
    assert not noisy(np.zeros((8, 8, 1)), "poisson", peak).any()


def test_a_worse_jpeg_is_further_from_the_clean_image(clean, rng):
    textured = (clean + rng.integers(0, 20, clean.shape)).clip(0, 255).astype("uint8")
    errors = [np.abs(noisy(textured, "jpeg", quality) - textured).mean() for quality in (5, 30, 95)]
    assert errors[0] > errors[1] > errors[2]


@pytest.mark.parametrize("kind", KINDS)
def test_white_may_be_another_number(clean, kind):
    level = LEVELS[kind] / 255 if kind == "gaussian" else LEVELS[kind]
    image = noisy(clean / 255, kind, level, scale=1.0)
    assert np.allclose(255 * image, noisy(clean, kind, LEVELS[kind]), atol=1e-2)


@pytest.mark.parametrize(
    "kind, level, message",
    [
        ("gausian", 25, "Unknown noise 'gausian'. Did you mean 'gaussian'"),
        ("gaussian", -1, r"from 0 to 1e\+09, or \(low, high\). Received: -1"),
        ("gaussian", (50, 5), r"Received: \(50, 5\)"),
        ("gaussian", (1, 2, 3), r"Received: \(1, 2, 3\)"),
        ("jpeg", 0, "from 1 to 95"),
        ("poisson", 0, "from 0.001"),
    ],
)
def test_what_is_no_noise_says_what_is(clean, kind, level, message):
    with pytest.raises(kit.KitError, match=message):
        noisy(clean, kind, level)


def test_a_jpeg_of_two_channels_is_refused():
    with pytest.raises(kit.KitError, match="1 or 3 channels; these images have 2"):
        noisy(np.zeros((8, 8, 2)), "jpeg", 50)


@pytest.mark.parametrize("sigma", [2, 10, 40])
def test_the_estimate_finds_the_sigma_that_was_added(clean, sigma):
    big = np.kron(clean[..., :1], np.ones((4, 4, 1)))
    assert estimated_sigma(noisy(big, level=sigma)) == pytest.approx(sigma, rel=0.1, abs=0.5)


def test_the_estimate_does_not_take_slopes_and_straight_edges_for_noise():
    edge = np.zeros((16, 16))
    edge[:, 8:] = 255
    assert estimated_sigma(edge) == 0


def test_an_image_too_small_for_an_estimate_is_told():
    with pytest.raises(kit.KitError, match=r"at least 3 x 3 pixels. Received: \(2, 9\)"):
        estimated_sigma(np.zeros((2, 9)))
