"""The mean over the sides of an image: what a network answers is laid back, and masks onto each other."""

import numpy as np
import pytest
from scipy import ndimage

import kit
from kit import tasks
from kit.artifact.sides import Sides, sided


@pytest.fixture
def image(rng):
    return rng.uniform(size=(1, 12, 18, 2)).astype("float32")


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("keeps_shape", [False, True])
def test_what_a_network_says_of_each_pixel_comes_back_to_it(image, turned, keeps_shape):
    found = Sides(lambda laid: 2 * laid, turned, keeps_shape=keeps_shape)(image)
    np.testing.assert_allclose(found, 2 * image, rtol=1e-6)


@pytest.mark.parametrize(
    ("turned", "weights"), [(False, [[0, 0, 0], [0.5, 0, 0.5], [0, 0, 0]]), (True, None)]
)
def test_every_side_is_asked_once(image, turned, weights):
    """A network that says the left neighbour says, in the mean, the neighbours on all sides."""
    found = Sides(lambda laid: np.roll(laid, 1, axis=2), turned)(image)[0, 1:-1, 1:-1]
    kernel = np.array(weights or [[0, 1, 0], [1, 0, 1], [0, 1, 0]], "float32")
    means = ndimage.convolve(image[0], (kernel / kernel.sum())[..., None])
    np.testing.assert_allclose(found, means[1:-1, 1:-1], rtol=1e-5)


def test_images_of_one_shape_are_not_laid_on_their_side(image):
    shapes = set()

    def forward(laid):
        shapes.add(laid.shape)
        return laid

    Sides(forward, turned=True, keeps_shape=True)(image)
    assert shapes == {image.shape}
    Sides(forward, turned=True)(image)
    assert shapes == {image.shape, (1, 18, 12, 2)}


@pytest.mark.parametrize(("down", "right"), [(-1, 0), (2, 1), (0, -1)])
@pytest.mark.parametrize("turned", [False, True])
def test_masks_that_lie_beside_what_they_show_are_laid_onto_each_other(image, down, right, turned):
    def forward(laid):
        return np.roll(laid, (down, right), axis=(1, 2))

    found = Sides(forward, turned, (down, right))(image)
    inside = (slice(None), slice(4, -4), slice(4, -4))
    np.testing.assert_allclose(found[inside], forward(image)[inside], rtol=1e-5)


def fitted(images, masks, **augment):
    data = kit.load_data((images, masks), task="segmentation")
    model = kit.build_segmenter(data.task, data.input, width=4, depth=1)
    kit.fit(model, data, epochs=1, verbose=0, augment=augment or "auto")
    return model


def test_a_network_remembers_the_sides_and_the_offset_of_its_patches(tmp_path):
    fields = np.random.default_rng(0).normal(size=(24, 8, 8))
    inside = np.stack([ndimage.zoom(field, 8, order=3) > 0 for field in fields])
    images, masks = inside[..., None] * np.uint8(200), np.roll(inside, -1, axis=1).astype("uint8")
    model = fitted(images, masks)
    task = model.kit.task
    assert task.turned and task.offset == pytest.approx((-1, 0), abs=0.05)
    assert tasks.from_json(task.to_json()) == task
    still = fitted(images, masks, turn=False, mirror=False).kit.task
    assert (still.turned, still.offset) == (False, (0.0, 0.0))
    predictor = kit.load(kit.save(model, tmp_path / "discs"))
    assert len(sided(predictor.input, predictor.task)(None).ways) == 8
    assert predictor(images[0], mirror=True).mask.shape == (64, 64)


def test_evaluation_takes_the_same_mean():
    images, masks = kit.shapes("segmentation", 12, seed=0)
    data = kit.load_data((images, masks), task="segmentation")
    model = kit.build_segmenter(data.task, data.input, width=4, depth=1)
    alone, all_sides = (
        kit.evaluate(model, data.test, resamples=0, mirror=mirror).metrics["loss"] for mirror in (False, True)
    )
    assert alone != all_sides
    flipped = [np.ascontiguousarray(image[:, ::-1]) for image in data.test.inputs]
    both = [
        (model(each[None]) + model(other[None])[:, :, ::-1]) / 2
        for each, other in zip(data.test.inputs, flipped, strict=True)
    ]
    loss = data.task.make_loss()
    targets = data.test.arrays()[1]
    by_hand = np.mean([float(loss(target[None], said)) for target, said in zip(targets, both, strict=True)])
    assert all_sides == pytest.approx(by_hand, rel=1e-4)
