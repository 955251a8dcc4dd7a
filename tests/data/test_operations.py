"""kit.data.operations: each against Pillow, SciPy or a value by hand."""

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps
from scipy import ndimage

from kit.data.draws import Draws
from kit.data.operations import OPERATIONS, operated


@pytest.fixture(scope="module")
def photo():
    """A smooth colour image, 20 x 16, whole numbers."""
    noise = np.random.default_rng(0).uniform(0, 255, (20, 16, 3))
    smooth = ndimage.gaussian_filter(noise, (2, 2, 0))
    return np.rint((smooth - smooth.min()) / np.ptp(smooth) * 200 + 20).astype("float32")


def done(name, image, amount):
    amounts = np.full((1, 1, 1, 1), amount, "float32")
    return np.clip(OPERATIONS[name](image[None], amounts, 255.0)[0], 0, 255)


def of_pillow(image, change):
    return np.asarray(change(Image.fromarray(image.astype("uint8"))), "float32")


@pytest.mark.parametrize("amount", [-0.5, 1.0])
@pytest.mark.parametrize(
    ("name", "matrix"),
    [
        ("turn", lambda a: [[np.cos(a * np.pi / 6), -np.sin(a * np.pi / 6)],
                            [np.sin(a * np.pi / 6), np.cos(a * np.pi / 6)]]),
        ("shear across", lambda a: [[1, 0], [0.3 * a, 1]]),
        ("shear down", lambda a: [[1, 0.3 * a], [0, 1]]),
    ],
)  # fmt: skip
def test_moves_are_those_of_scipy(photo, name, matrix, amount):
    matrix = np.array(matrix(amount))
    middle = (np.array(photo.shape[:2]) - 1) / 2
    moved = [
        ndimage.affine_transform(plane, matrix, middle - matrix @ middle, order=1, mode="nearest")
        for plane in np.moveaxis(photo, -1, 0)
    ]
    np.testing.assert_allclose(done(name, photo, amount), np.stack(moved, -1), atol=0.05)


@pytest.mark.parametrize("amount", [-0.5, 1.0])
@pytest.mark.parametrize(("name", "kind"), [("colour", "Color"), ("contrast", "Contrast")])
def test_colour_and_contrast_are_those_of_pillow(photo, name, kind, amount):
    gray = (
        photo if name == "colour" else photo[..., :1].repeat(3, axis=-1)
    )  # its mean is that of the gray image
    factor = 1 + 0.9 * amount
    expected = of_pillow(gray, lambda image: getattr(ImageEnhance, kind)(image).enhance(factor))
    np.testing.assert_allclose(done(name, gray, amount), expected, atol=2)


def test_autocontrast_is_that_of_pillow(photo):
    np.testing.assert_allclose(
        done("autocontrast", photo, 0), of_pillow(photo, ImageOps.autocontrast), atol=1
    )


@pytest.mark.parametrize("amount", [-1.0, 1.0])
def test_values_by_hand(amount):
    image = np.array([0, 100, 127, 129, 255], "float32").reshape(1, 5, 1)
    assert done("solarize", image, amount).ravel().tolist() == [0, 100, 127, 126, 0]
    steps = done("posterize", image, amount).ravel()
    assert len(np.unique(steps)) == 4 and (steps <= image.ravel()).all()
    assert (np.diff(steps) >= 0).all() and np.abs(steps - image.ravel()).max() < 32
    lit = np.clip(image.ravel() + amount * 127.5, 0, 255)
    assert done("brightness", image, amount).ravel().tolist() == lit.tolist()


def test_sharpness_is_the_distance_from_the_mean_of_nine(photo):
    blurred = ndimage.uniform_filter(photo, (3, 3, 1), mode="nearest")
    expected = np.clip(blurred + 1.9 * (photo - blurred), 0, 255)
    np.testing.assert_allclose(done("sharpness", photo, 1.0), expected, atol=1e-2)


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - {"autocontrast", "posterize"}))
def test_no_strength_changes_nothing(photo, name):
    np.testing.assert_allclose(done(name, photo, 0.0), photo, atol=1e-3)


@pytest.mark.parametrize(
    ("dtype", "scale", "channels"), [("uint8", 255, 3), ("float32", 1, 1), ("uint8", 255, 4)]
)
def test_type_shape_and_range_stay_and_batches_do_not_matter(dtype, scale, channels):
    images = np.random.default_rng(0).uniform(0, scale, (40, 9, 7, channels)).astype(dtype)
    before = images.copy()
    how = {"count": 2, "strength": 0.8, "scale": scale}
    after = operated(images, Draws(0, 0, range(40)), **how)
    assert after.dtype == dtype and after.shape == images.shape and (images == before).all()
    assert after.min() >= 0 and after.max() <= scale
    some = operated(images[[5, 30]], Draws(0, 0, [5, 30]), **how)
    np.testing.assert_allclose(after[[5, 30]], some, atol=1e-6)


def test_every_operation_is_drawn_and_count_is_how_many():
    image = np.tile(np.arange(36, dtype="float32").reshape(1, 6, 6, 1) + 80, (300, 1, 1, 3))
    image += np.array([0, 10, 30], "float32")
    once = operated(image, Draws(0, 0, range(300)), count=1, strength=1.0, scale=255.0)
    kinds = np.unique(once.round(2).reshape(300, -1), axis=0)
    assert len(kinds) == 18  # identity, autocontrast, solarize and posterize one; seven with two signs
    assert (operated(image, Draws(0, 0, range(300)), count=0, strength=1.0, scale=255.0) == image).all()
