"""kit.Images: pictures of one size from files or arrays."""

import dataclasses
import io

import numpy as np
import pytest
from PIL import Image

import kit


@pytest.fixture
def png(tmp_path):
    path = tmp_path / "a.png"
    Image.new("RGB", (6, 4), (10, 20, 30)).save(path)
    return path


def test_bytes_arrays_paths_and_pillow_images_give_the_same(png):
    images = kit.Images((4, 6))
    with Image.open(png) as image:
        encoded = images.encode([png, str(png), png.read_bytes(), image, np.asarray(image)])
    assert encoded.dtype == np.uint8 and encoded.shape == (5, 4, 6, 3)
    assert (encoded == encoded[0]).all() and encoded[0, 0, 0].tolist() == [10, 20, 30]


def test_an_array_of_bytes_of_the_right_size_is_not_copied():
    raw = np.zeros((3, 8, 8, 1), "uint8")
    assert np.shares_memory(kit.Images((8, 8), 1).encode(raw), raw)


def test_gray_arrays_need_no_axis_of_channels():
    assert kit.Images((8, 8), 1).encode(np.zeros((3, 8, 8), "uint8")).shape == (3, 8, 8, 1)


def test_arrays_of_another_size_are_resized():
    assert (
        kit.Images((4, 4), 1).encode(np.full((2, 8, 8, 1), 9.0)).tolist()
        == np.full((2, 4, 4, 1), 9.0).tolist()
    )


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8", "int16"])
def test_integers_up_to_255_become_bytes(dtype):
    assert kit.Images((1, 2), 1).encode(np.array([[[0, 255]]], dtype)).dtype == np.uint8


def test_arrays_of_sixteen_bits_are_scaled_as_such_files_are():
    encoded = kit.Images((1, 3), 1).encode(np.array([[[0, 257, 65535]]], "uint16"))
    assert encoded.ravel().tolist() == [0, 1, 255] and encoded.dtype == np.float32


def test_true_is_white():
    assert kit.Images((1, 2), 1).encode(np.array([[[True, False]]])).ravel().tolist() == [255, 0]


def test_one_picture_of_16_bits_makes_the_batch_float():
    deep = Image.fromarray(np.full((2, 2), 65535, "uint16"))
    encoded = kit.Images((2, 2), 1).encode([np.zeros((2, 2), "uint8"), deep])
    assert encoded.dtype == np.float32 and encoded[1].max() == 255


def test_files_follow_the_scale_of_the_input(png):
    encoded = kit.Images((4, 6), scale=1).encode([png])
    assert encoded[0, 0, 0].tolist() == pytest.approx([10 / 255, 20 / 255, 30 / 255])


def test_floats_that_never_exceed_one_are_refused_and_the_cure_named():
    with pytest.raises(kit.DataError, match=r"never exceed 0.5.*kit.Images\(\(2, 2\), 1, scale=1\)"):
        kit.Images((2, 2), 1).encode(np.full((3, 2, 2, 1), 0.5))
    assert kit.Images((2, 2), 1, scale=1).encode(np.full((3, 2, 2, 1), 0.5)).max() == 0.5


def test_black_images_are_no_fault():
    assert kit.Images((2, 2), 1).encode(np.zeros((1, 2, 2, 1))).max() == 0


@pytest.mark.parametrize(
    "value, found", [(np.nan, "NaN or infinite"), (np.inf, "NaN or infinite"), (300, "300"), (-2, "-2")]
)
def test_values_out_of_range_name_the_image(value, found):
    raw = np.full((3, 2, 2, 1), 7.0)
    raw[1, 0, 0] = value
    with pytest.raises(kit.DataError, match=f"image 1: .*{found}"):
        kit.Images((2, 2), 1).encode(raw)


@pytest.mark.parametrize("shape", [(2, 4, 4, 1), (4, 4, 3), (2, 4, 4), (4, 4)])
def test_another_number_of_channels_is_a_schema_error(shape):
    with pytest.raises(kit.SchemaError, match="4, 4, 3"):
        kit.Images((4, 4)).encode(np.zeros(shape, "uint8"))


def test_good_pictures_beside_a_bad_one_are_still_encoded():
    raw = np.full((3, 2, 2, 1), 7.0)
    raw[1] = np.nan
    encoded, findings = kit.Images((2, 2), 1).encoded(raw)
    assert encoded[:, 0, 0, 0].tolist() == [7, 0, 7] and findings[0].rows == (1,) and np.isnan(raw[1]).all()


def test_text_is_no_picture():
    with pytest.raises(kit.DataError, match="numbers"):
        kit.Images((2, 2), 1).encode(np.full((1, 2, 2, 1), "x"))


def test_every_faulty_file_is_listed(tmp_path, png):
    (tmp_path / "b.png").write_bytes(b"")
    (tmp_path / "c.png").write_text("no picture")
    with pytest.raises(kit.DataError) as error:
        kit.Images((4, 6)).encode(
            [tmp_path / "b.png", png, tmp_path / "c.png", b"x", np.full((4, 6, 3), np.nan)]
        )
    assert [fault.where for fault in error.value.faults] == [
        str(tmp_path / "b.png"),
        str(tmp_path / "c.png"),
        "image 3",
        "image 4",
    ]


def test_many_files_come_back_in_their_order(tmp_path):
    paths = [tmp_path / f"{i}.png" for i in range(20)]
    for i, path in enumerate(paths):
        Image.new("L", (2, 2), i).save(path)
    assert kit.Images((2, 2), 1).encode(paths)[:, 0, 0, 0].tolist() == list(range(20))


def test_no_pictures_give_an_empty_batch():
    assert kit.Images((4, 6)).encode([]).shape == (0, 4, 6, 3)


@pytest.mark.parametrize(
    "channels, shape, one", [(3, (4, 4, 3), True), (3, (2, 4, 4, 3), False), (1, (4, 4), True)]
)
def test_arrays_of_one_picture_are_told_from_batches(channels, shape, one):
    assert kit.Images((4, 4), channels).is_one(np.zeros(shape)) is one


def test_gray_arrays_of_rank_3_are_a_batch_unless_they_end_in_one():
    gray = kit.Images((4, 4), 1)
    assert not gray.is_one(np.zeros((2, 4, 4)))
    assert gray.is_one(np.zeros((4, 4, 1)))


def test_a_path_bytes_and_a_pillow_image_are_one_picture(png):
    images = kit.Images((4, 4))
    assert all(images.is_one(raw) for raw in (png, str(png), png.read_bytes(), Image.new("L", (2, 2))))
    assert not images.is_one([png])


def test_statistics_are_those_of_the_pixels(rng):
    raw = rng.integers(0, 256, size=(50, 4, 4, 3)).astype("uint8")
    fitted = kit.Images((4, 4)).fitted(raw)
    assert fitted.mean == pytest.approx(raw.mean(axis=(0, 1, 2)), rel=1e-5)
    assert fitted.std == pytest.approx(raw.std(axis=(0, 1, 2)), rel=1e-5)
    assert fitted.is_fitted and not kit.Images((4, 4)).is_fitted


def test_blank_images_do_not_divide_by_zero():
    assert kit.Images((4, 4), 1).fitted(np.zeros((3, 4, 4, 1), "uint8")).std == (255 / 4,)


def test_statistics_of_many_pictures_come_from_some_of_them(monkeypatch):
    monkeypatch.setattr("kit.inputs.images._MOST_PICTURES", 2)
    raw = np.arange(4, dtype="uint8").reshape(4, 1, 1, 1)
    assert kit.Images((1, 1), 1).with_statistics(raw).mean == (1.0,)  # of 0 and 2


def test_layers_standardise():
    import keras

    images = kit.Images((2, 2), 1, mean=(100,), std=(50,))
    image, features = images.layers()
    model = keras.Model(image, features)
    assert image.name == "image"
    assert np.array(model(np.full((1, 2, 2, 1), 150, "uint8"))).ravel() == pytest.approx([1] * 4)


def test_layers_survive_saving_with_keras_alone(tmp_path):
    import keras

    model = keras.Model(*kit.Images((2, 2), mean=(1, 2, 3), std=(4, 5, 6)).layers())
    model.save(tmp_path / "model.keras")
    x = np.arange(12, dtype="float32").reshape(1, 2, 2, 3)
    assert np.array(keras.models.load_model(tmp_path / "model.keras")(x)) == pytest.approx(np.array(model(x)))


@pytest.mark.parametrize(
    "wrong", [{"size": 8}, {"size": (0, 4)}, {"channels": 0}, {"scale": 0}, {"size": (1, 2, 3)}]
)
def test_sizes_that_are_not_positive_are_refused(wrong):
    with pytest.raises(kit.KitError, match="all positive"):
        kit.Images(**{"size": (4, 4), **wrong})


def test_it_describes_itself():
    assert kit.Images((8, 6), 1, scale=16).describe() == "gray images of 8 x 6 pixels in 0 to 16"
    assert "5-channel" in kit.Images((8, 6), 5).describe()


def test_it_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        kit.Images((2, 2)).scale = 1


def test_files_are_never_written_to(png):
    before = png.read_bytes(), png.stat().st_mtime_ns
    kit.Images((2, 2)).encode([png, io.BytesIO(png.read_bytes()).getvalue()])
    assert (png.read_bytes(), png.stat().st_mtime_ns) == before


def test_a_letterbox_keeps_the_shape_of_a_picture_with_gray_at_two_sides():
    picture = np.full((1, 10, 20, 3), 255, "uint8")
    found = kit.Images((40, 40), letterbox=True).encode(picture)[0]
    assert (found[10:30] == 255).all() and (found[:10] == 128).all() and (found[30:] == 128).all()


@pytest.mark.parametrize("letterbox", [False, True])
def test_boxes_lie_in_the_frame_as_the_picture_does_and_come_back(letterbox):
    picture = np.zeros((30, 50, 3), "uint8")
    picture[6:18, 10:40] = 255
    images = kit.Images((64, 48), letterbox=letterbox)
    rows, columns = np.nonzero(images.decode(picture)[..., 0] > 200)
    box = images.frame((30, 50)).inward(np.array([10.0, 6, 40, 18]))
    seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    np.testing.assert_allclose(box, seen, atol=1.0)
    np.testing.assert_allclose(images.frame((30, 50)).outward(box), [10, 6, 40, 18], atol=1e-4)


def test_a_picture_in_colour_is_no_batch_of_gray_ones():
    gray = kit.Images((None, None), 1)
    assert gray.is_one(np.zeros((96, 128, 3), "uint8")) and not gray.is_one(np.zeros((96, 128, 5), "uint8"))
    with pytest.raises(kit.SchemaError):
        gray.encode(np.zeros((1, 96, 128, 3), "uint8"))
    assert not kit.Images((8, 3), 1).is_one(np.zeros((5, 8, 3), "uint8"))
