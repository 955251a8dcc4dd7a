"""From folders of images and maps to samples: dirt is found before training, all at once, and named."""

import numpy as np
import pytest
from PIL import Image

import kit
from kit.artifact import Predictor
from kit.errors import DataError, KitError


@pytest.fixture
def cells(toys, tmp_path, rng):
    """A folder of 8 gray images of 16 x 20 pixels with masks of 0 and 255."""
    for number in range(8):
        mask = np.zeros((16, 20), "uint8")
        mask[2 + number : 8 + number, 3:12] = 255
        toys.write_image(tmp_path / "masks" / f"{number}.png", mask)
        toys.write_image(tmp_path / "images" / f"{number}.png", rng.integers(0, 100, (16, 20)) + mask // 2)
    return tmp_path


def told(folder, **words):
    with pytest.raises(DataError) as error:
        kit.load_data(folder, **words)
    return str(error.value)


def test_a_folder_becomes_a_task_images_and_maps(cells):
    data = kit.load_data(cells)
    x, y = data.train.arrays()
    assert data.task.form == "binary mask" and data.task.classes == ("background", "foreground")
    assert x.shape[1:] == (16, 20, 1) and y.shape[1:] == (16, 20)
    assert set(np.unique(y)) == {0, 1}
    assert sum(map(len, (data.train, data.validation, data.test))) == 8
    assert data.task.prior[1] == pytest.approx(54 / 320)
    assert any("Shares of the pixels" in note for note in data.notes)


def test_images_of_several_sizes_keep_them(toys, cells):
    for kind in ("images", "masks"):
        toys.write_image(cells / kind / "wide.png", np.eye(30, dtype="uint8") * 255)
    data = kit.load_data(cells)
    shapes = {label.shape for part in (data.train, data.validation, data.test) for label in part.labels}
    assert shapes == {(16, 20), (30, 30)}


def test_an_asked_size_brings_masks_along_in_whole_classes(cells):
    x, y = kit.load_data(cells, image_size=(8, 8)).train.arrays()
    assert x.shape[1:] == (8, 8, 1) and y.shape[1:] == (8, 8) and set(np.unique(y)) == {0, 1}


def test_all_faults_are_named_at_once(toys, cells):
    toys.write_image(cells / "masks" / "1.png", np.zeros((5, 20)))
    (cells / "masks" / "2.png").unlink()
    (cells / "images" / "3.png").write_bytes(b"no picture")
    text = told(cells)
    for name in ("1.png", "2.png", "3.png"):
        assert name in text
    assert "5 x 20" in text and "16 x 20" in text and "no mask" in text


def test_faulty_pairs_can_be_left_out(cells):
    (cells / "masks" / "2.png").unlink()
    data = kit.load_data(cells, on_bad="skip")
    assert sum(map(len, (data.train, data.validation, data.test))) == 7


def test_a_value_beyond_the_named_classes_names_mask_and_value(toys, cells):
    mask = np.zeros((16, 20), "uint8")
    mask[:3] = 5
    for number in range(8):
        toys.write_image(cells / "masks" / f"{number}.png", np.where(mask == 5, 5 if number == 4 else 1, 0))
    text = told(cells, task=kit.Segmentation(("floor", "cell")))
    assert "4.png" in text and "5" in text and "1.png" not in text


def test_swapped_folders_are_seen(toys, cells, rng):
    for number in range(8):
        picture = rng.integers(0, 256, (16, 20, 3))
        toys.write_image(cells / "masks" / f"{number}.png", picture)
        toys.write_image(cells / "images" / f"{number}.png", np.zeros((16, 20)))
    assert "Swap the two folders" in told(cells)


def test_a_mask_of_sixteen_bits_is_read_by_its_numbers(cells):
    for number in range(8):
        values = np.zeros((16, 20), "uint16")
        values[number:] = 2
        values[:, :4] = 1
        Image.fromarray(values).save(cells / "masks" / f"{number}.png")
    data = kit.load_data(cells)
    assert data.task.classes == (0, 1, 2)


def test_empty_masks_are_samples_and_said(toys, cells):
    toys.write_image(cells / "masks" / "5.png", np.zeros((16, 20)))
    data = kit.load_data(cells)
    assert sum(map(len, (data.train, data.validation, data.test))) == 8
    assert any("5.png" in str(issue) and "one value" in str(issue) for issue in data.issues)


def test_names_in_other_case_are_paired_and_said(cells):
    for number in range(8):
        name = "abcdefgh"[number]
        (cells / "masks" / f"{number}.png").rename(cells / "masks" / f"{name}x.png")
        (cells / "images" / f"{number}.png").rename(cells / "images" / f"{name}X.png")
    assert any("small and capital" in note for note in kit.load_data(cells).notes)


def test_images_smaller_than_every_stride_are_learnt_and_predicted(toys, tmp_path, rng):
    for number in range(8):
        toys.write_image(tmp_path / "images" / f"{number}.png", rng.integers(0, 256, (3, 5, 3)))
        toys.write_image(tmp_path / "masks" / f"{number}.png", rng.integers(0, 2, (3, 5)))
    data = kit.load_data(tmp_path)
    model = kit.build_segmenter(data.task, data.input, width=4, depth=2)
    history = kit.fit(model, data, epochs=1, verbose=0)
    assert np.isfinite(history.history["loss"][0])
    assert Predictor(model)(tmp_path / "images" / "0.png").mask.shape == (3, 5)


def test_another_task_than_masks_is_refused_with_the_reason(cells):
    with pytest.raises(KitError, match="segmentation"):
        kit.load_data((np.zeros((4, 8, 8, 1), "uint8"), np.zeros((4, 8, 8), "uint8")), task="regression")


def test_noisy_and_clean_sides_are_found_by_content_whatever_they_are_called(toys, tmp_path, rng):
    for number in range(6):
        clean = np.outer(np.linspace(20, 200, 24), np.linspace(0.5, 1, 24)) + number
        toys.write_image(tmp_path / f"{number}_real.png", clean)
        toys.write_image(
            tmp_path / f"{number}_mean.png", clean + rng.normal(0, 20, clean.shape).clip(-20, 50)
        )
    data = kit.load_data(tmp_path)
    x, y = data.train.arrays()
    assert data.task.form == "image"
    assert np.abs(np.diff(x.astype(float), axis=2)).mean() > np.abs(np.diff(y.astype(float), axis=2)).mean()
    assert any("they are taken for the noisy ones" in str(issue).lower() for issue in data.issues)


def test_clean_images_alone_get_noise_of_the_stated_level(toys, tmp_path):
    for number in range(6):
        toys.write_image(tmp_path / f"{number}.png", np.full((64, 64), 120 + number))
    data = kit.load_data(tmp_path, task=kit.Denoising(noise=25))
    x, y = data.test.arrays()
    assert np.std(x.astype(float) - y) == pytest.approx(25, rel=0.1)
    again = kit.load_data(tmp_path, task=kit.Denoising(noise=25)).test.arrays()[0]
    np.testing.assert_array_equal(x, again)


def test_noisy_images_that_are_clean_already_are_said(toys, tmp_path, rng):
    for number in range(6):
        picture = rng.integers(0, 256, (16, 16))
        toys.write_image(tmp_path / "noisy" / f"{number}.png", picture)
        toys.write_image(tmp_path / "clean" / f"{number}.png", picture)
    data = kit.load_data(tmp_path)
    assert any("the noisy image is the clean one" in str(issue) for issue in data.issues)


def test_arrays_of_clean_images_get_noise_too(rng):
    clean = rng.integers(0, 256, (12, 16, 16, 1)).astype("uint8")
    x, y = kit.load_data((clean, clean), task=kit.Denoising(noise=25)).train.arrays()
    assert not np.array_equal(x, y)
