"""Folders of noisy and clean images, and of clean ones alone."""

import io

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

import kit
from kit.data.noise import noisy
from kit.data.readers import READERS, Request
from kit.data.readers.noisy import read, read_clean

takes = READERS.facts("noisy and clean images")["takes"]
takes_clean = READERS.facts("clean images")["takes"]


def save(path, picture):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture.clip(0, 255).astype("uint8")).save(path)


@pytest.fixture
def pairs(tmp_path):
    """Writes pairs of a smooth image and the same with noise of 20, 24 x 32 pixels."""

    def write(noisy_name, clean_name, numbers=(1, 2, 3)):
        for number in numbers:
            ramp = np.add.outer(np.linspace(0, 99, 24), np.linspace(50, 99, 32))[..., None] + np.zeros(3)
            save(tmp_path / clean_name.format(number), ramp)
            save(tmp_path / noisy_name.format(number), noisy(ramp, level=20, index=number))
        return tmp_path

    return write


def of(root):
    return read(Request(root))


@pytest.mark.parametrize(
    "names",
    [
        ("noisy/{}.png", "clean/{}.png"),
        ("input/{}.png", "target/{}.png"),
        ("low/{}.png", "gt/{}.png"),
        ("noisy/{}_noisy.png", "clean/{}_clean.png"),
        ("{}_real.PNG", "{}_mean.PNG"),
        ("crops/{}_noisy.png", "crops/{}_clean.png"),
    ],
)
def test_pairs_are_found_in_folders_and_by_endings(pairs, names):
    root = pairs(*names)
    raw = of(root)
    assert takes(root) and raw.dense == "image" and raw.parts is None
    assert [path.relative_to(root).as_posix() for path in raw.inputs] == [
        names[0].format(n) for n in (1, 2, 3)
    ]
    assert [path.relative_to(root).as_posix() for path in raw.labels] == [
        names[1].format(n) for n in (1, 2, 3)
    ]
    assert not (raw.findings or raw.issues or raw.faults)


def test_the_noisy_side_is_found_in_the_pixels_and_said_with_numbers(pairs):
    note = of(pairs("noisy/{}.png", "clean/{}.png")).notes[-1]
    assert note.startswith("The side of noisy/1.png is the noisy one") and "in 3 of 3 pairs" in note


def test_names_that_say_it_the_other_way_round_are_not_believed(pairs):
    raw = of(pairs("{}_clean.png", "{}_noisy.png"))
    assert [path.name for path in raw.inputs] == ["1_clean.png", "2_clean.png", "3_clean.png"]
    assert "named as clean hold more noise than the others in 3 of 3 pairs" in raw.issues[0].found


def compressed(picture):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=20)
    return np.asarray(Image.open(file))


@pytest.mark.parametrize(
    "worse, names",
    [
        (compressed, ("lq", "hq")),
        (lambda picture: ndimage.gaussian_filter(picture, (1.5, 1.5, 0)), ("degraded", "clean")),
        (lambda picture: picture // 5, ("low", "high")),
    ],
    ids=["JPEG", "blurred", "dark"],
)
def test_images_that_lack_detail_are_taken_as_they_are_named(tmp_path, rng, worse, names):
    for number in range(3):
        photo = ndimage.gaussian_filter(rng.uniform(0, 255, (64, 64)), 1.0) * np.linspace(0, 1, 64)
        photo = np.clip(128 + 3 * (photo - photo.mean()), 0, 255).astype("uint8")[..., None] + np.zeros(
            3, "uint8"
        )
        save(tmp_path / names[1] / f"{number}.png", photo)
        save(tmp_path / names[0] / f"{number}.png", worse(photo))
    raw = of(tmp_path)
    assert {path.parent.name for path in raw.inputs} == {names[0]}
    assert "Taken as named" in raw.issues[0].cure


@pytest.mark.parametrize("names", [("noisy", "clean"), ("low", "high")])
def test_folders_that_were_exchanged_are_told_by_noise_that_depends_on_nothing(pairs, names):
    raw = of(pairs(f"{names[1]}/{{}}.png", f"{names[0]}/{{}}.png"))
    assert {path.parent.name for path in raw.inputs} == {names[1]}
    assert raw.issues[0].cure == "They are taken for the noisy ones."


def test_parts_are_folders_or_lists(pairs, tmp_path):
    for part in ("train", "test"):
        pairs(part + "/noisy/{}.png", part + "/clean/{}.png", (1, 2))
    assert {part: rows.tolist() for part, rows in of(tmp_path).parts.items()} == {
        "train": [0, 1],
        "test": [2, 3],
    }


def test_lists_may_name_what_a_pair_has_in_common(pairs, tmp_path):
    pairs("{}_real.png", "{}_mean.png")
    (tmp_path / "splits").mkdir()
    (tmp_path / "splits" / "train.txt").write_text("1\n3\n")
    (tmp_path / "splits" / "test.txt").write_text("2\n")
    assert {part: rows.tolist() for part, rows in of(tmp_path).parts.items()} == {
        "test": [1],
        "train": [0, 2],
    }


def test_an_image_that_is_already_clean_is_an_issue(pairs, tmp_path):
    pairs("noisy/{}.png", "clean/{}.png")
    (tmp_path / "noisy" / "2.png").write_bytes((tmp_path / "clean" / "2.png").read_bytes())  # a copy
    Image.open(tmp_path / "clean" / "3.png").save(
        tmp_path / "noisy" / "3.png", compress_level=0
    )  # equal pixels
    raw = of(tmp_path)
    assert raw.issues[0].where == "noisy/2.png, noisy/3.png"
    assert raw.issues[0].found == "the noisy image is the clean one"


def test_a_pair_of_two_sizes_is_a_finding(pairs, tmp_path):
    pairs("noisy/{}.png", "clean/{}.png")
    save(tmp_path / "clean" / "2.png", np.zeros((24, 30, 3)))
    (finding,) = of(tmp_path).findings
    assert finding.rows == (1,) and "24 x 32 pixels, its clean image 24 x 30" in str(finding.fault)


def test_an_image_without_the_other_is_a_finding(pairs, tmp_path):
    pairs("noisy/{}.png", "clean/{}.png")
    (tmp_path / "clean" / "2.png").unlink()
    raw = of(tmp_path)
    assert [(f.fault.where, f.fault.found, f.rows) for f in raw.findings] == [
        ("noisy/2.png", "no clean image", (1,))
    ]
    assert len(raw.labels) == 3 and None not in raw.labels


def test_damaged_files_are_left_to_those_who_decode(pairs, tmp_path):
    pairs("noisy/{}.png", "clean/{}.png")
    (tmp_path / "noisy" / "1.png").write_bytes(b"")
    raw = of(tmp_path)
    assert not raw.findings and "in 2 of 2 pairs" in raw.notes[-1]


def test_the_task_that_is_asked_for_decides(pairs):
    root = pairs("input/{}.png", "gt/{}.png")
    assert takes(root) and takes(root, "denoising") and takes(root, kit.Denoising(noise=25))
    assert not takes(root, "segmentation") and not takes(root, "classification") and not takes("nowhere")


def test_images_and_masks_are_no_pairs(pairs):
    assert not takes(pairs("images/{}.png", "masks/{}.png"))


@pytest.mark.parametrize("source", ["nowhere", 17])
def test_clean_images_are_taken_only_where_denoising_is_asked_for(pairs, source):
    root = pairs("images/{}.png", "images/deep/{}.png")
    assert takes_clean(root, "denoising") and takes_clean(root, kit.Denoising(noise=25))
    assert not takes_clean(root) and not takes_clean(root, "segmentation")
    assert not takes_clean(source, "denoising")


def test_clean_images_are_their_own_labels(pairs, tmp_path):
    raw = read_clean(Request(pairs("images/{}.png", "images/deep/{}.png"), "denoising"))
    assert raw.dense == "image" and raw.labels is raw.inputs and len(raw) == 6
    assert raw.names[:2] == ["images/1.png", "images/2.png"] and raw.parts is None


def test_clean_images_have_the_parts_of_folders_or_lists(pairs, tmp_path):
    pairs("images/{}.png", "images/{}.png")
    (tmp_path / "splits").mkdir()
    (tmp_path / "splits" / "train.txt").write_text("1.png\n2.png\n")
    assert read_clean(Request(tmp_path)).parts["train"].tolist() == [0, 1]
    pairs("test/{}.png", "train/cats/{}.png")
    found = read_clean(Request(tmp_path)).parts
    assert list(found) == ["train", "test"] and len(found["train"]) == 3
