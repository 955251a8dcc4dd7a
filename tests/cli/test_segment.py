"""`kit train`, `evaluate` and `predict` on masks and on noisy images, as typed."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import kit

SETTINGS = ("width=4", "depth=2", "batch_size=2", "patch=16")
SMALL = ("--epochs", "2", *(word for setting in SETTINGS for word in ("--set", setting)))


@pytest.fixture
def cells(toys, tmp_path, rng):
    """The folder `cells` of 10 bright squares on dark ground, with masks."""
    for number in range(10):
        mask = np.zeros((24, 20), "uint8")
        mask[4 : 12 + number, 5:15] = 1
        toys.write_image(tmp_path / "cells" / "masks" / f"{number}.png", mask)
        toys.write_image(
            tmp_path / "cells" / "images" / f"{number}.png", rng.integers(0, 60, (24, 20)) + 150 * mask
        )
    return tmp_path / "cells"


@pytest.fixture(scope="module")
def of_masks(tmp_path_factory):
    """An artifact that takes gray images and says two classes."""
    task = kit.Segmentation(("background", "cell"))
    model = kit.build_segmenter(task, (None, None, 1), width=4, depth=1)
    return kit.save(model, tmp_path_factory.mktemp("cli") / "cells")


def test_from_a_folder_of_masks_to_masks_of_new_images(call, cells, tmp_path):
    trained = call("train", "cells", *SMALL, "--json")
    assert trained.status == 0, trained.err
    metrics = trained.json["metrics"]
    assert {"mean_iou", "dice", "pixel_accuracy"} <= metrics.keys()
    artifact = trained.json["artifact"]

    pictures = call("predict", artifact, "cells/images", "--as", "png", "--out", "drawn")
    assert pictures.status == 0, pictures.err
    masks = sorted((tmp_path / "drawn").glob("*.png"))
    assert len(masks) == 10
    with Image.open(masks[0]) as mask:
        assert mask.mode == "P" and mask.size == (20, 24) and set(np.unique(mask)) <= {0, 1}

    coco = call("predict", artifact, "cells/images/0.png", "--as", "coco")
    assert coco.status == 0 and coco.json["categories"][1]["name"] == "1"
    assert [each["file_name"] for each in coco.json["images"]] == ["0.png"]  # as readers look it up
    assert call("evaluate", artifact, "cells", "--json").json["metrics"]["mean_iou"] == metrics["mean_iou"]

    script = "import sys, kit, numpy; numpy.save(sys.argv[3], kit.load(sys.argv[1])(sys.argv[2]).mask)"
    words = [sys.executable, "-c", script, artifact, "cells/images/3.png", "there.npy"]
    subprocess.run(words, check=True, capture_output=True, cwd=tmp_path)
    here = kit.load(artifact)("cells/images/3.png").mask
    np.testing.assert_array_equal(np.load(tmp_path / "there.npy"), here)


def test_void_and_noise_are_settings(toys, call, tmp_path, rng):
    for number in range(6):
        mask = rng.integers(0, 4, (16, 16))
        toys.write_image(tmp_path / "street" / "images" / f"{number}.png", rng.integers(0, 256, (16, 16, 3)))
        toys.write_image(tmp_path / "street" / "masks" / f"{number}.png", mask)
        toys.write_image(tmp_path / "photos" / f"{number}.png", rng.integers(0, 256, (32, 32)))
    street = call("train", "street", "--set", "void=0", *SMALL, "--json")
    assert street.status == 0, street.err
    assert kit.load(street.json["artifact"]).task.classes == (1, 2, 3)
    written = call("predict", street.json["artifact"], "street/images", "--as", "png", "--out", "drawn")
    assert written.status == 0, written.err
    values = {value for path in (tmp_path / "drawn").iterdir() for value in np.unique(Image.open(path))}
    assert values <= {1, 2, 3}  # as the training masks have them: 0 is void
    coco = call("predict", street.json["artifact"], "street/images/0.png", "--as", "coco").json
    assert [(each["id"], each["name"]) for each in coco["categories"]] == [(1, "1"), (2, "2"), (3, "3")]
    photos = call("train", "photos", "--task", "denoising", "--set", "noise=25", *SMALL, "--json")
    assert photos.status == 0, photos.err
    assert 19.5 < photos.json["metrics"]["psnr"] < 30
    assert "The noisy images themselves: psnr 20." in photos.err
    one = call("predict", photos.json["artifact"], "photos/0.png", "--out", "clean.png")
    with Image.open(tmp_path / "clean.png") as clean:
        assert one.status == 0 and clean.size == (32, 32)
    assert call("predict", photos.json["artifact"], "photos", "--out", "cleaned").status == 0
    assert len(list((tmp_path / "cleaned").iterdir())) == 6


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--set", "void=300"], "void"),
        (["--set", "loss=mse"], "mse"),
        (["--task", "denoising"], "noise=25"),
        (["--set", "stem=3"], "stem"),
        (["--set", "decoder=unett"], "unet"),
    ],
    ids=str,
)
def test_a_wrong_setting_costs_four_lines_and_no_training(call, cells, words, told):
    done = call("train", "cells", *words)
    assert done.status == 2, done.err
    lines = done.err[done.err.index("kit train: ") :].splitlines()
    assert len(lines) <= 4 and told in "\n".join(lines) and "Traceback" not in done.err


@pytest.mark.large
def test_the_time_is_planned_said_and_kept(call, cells, tmp_path):
    done = call("train", "cells", "--minutes", "0.02", "--set", "patch=16", "--set", "depth=2", "--json")
    assert done.status == 0, done.err
    assert "# Width 8: a step of" in done.err
    assert (tmp_path / done.json["run"] / "plan.json").is_file()


def test_files_of_equal_names_do_not_take_the_place_of_one_another(call, of_masks, toys, tmp_path, rng):
    for name in ("a/1.png", "b/1.png", "b/1.bmp"):
        toys.write_image(tmp_path / "in" / name, rng.integers(0, 256, (16, 16)))
    done = call("predict", of_masks, "in", "--as", "png", "--out", "out")
    assert done.status == 0 and "3 files" in done.err
    found = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.png")}
    assert found == {"a/1.png.png", "b/1.png.png", "b/1.bmp.png"}


def test_all_files_that_are_no_images_are_named_before_one_is_written(call, of_masks, toys, tmp_path, rng):
    toys.write_image(tmp_path / "a.png", rng.integers(0, 256, (16, 16)))
    (tmp_path / "zero.png").write_bytes(b"")
    (tmp_path / "a.txt").write_text("hello")
    done = call("predict", of_masks, "a.png", "zero.png", "a.txt", "--as", "png", "--out", "out")
    assert done.status == 2 and "zero.png" in done.err and "a.txt" in done.err
    assert not (tmp_path / "out").exists()
    done = call("predict", of_masks, "a.png", "zero.png", "a.txt", "--json")
    assert done.status == 2 and "zero.png" in done.err and "a.txt" in done.err


def test_more_labels_than_an_index_png_holds_are_refused(call, tmp_path, toys, rng):
    task = kit.Segmentation(tuple("abcdefghij"), overlapping=True)
    artifact = kit.save(kit.build_segmenter(task, (None, None, 1), width=4, depth=1), tmp_path / "ten")
    toys.write_image(tmp_path / "a.png", rng.integers(0, 256, (16, 16)))
    done = call("predict", artifact, "a.png", "--as", "png", "--out", "out")
    assert done.status == 2 and "at most 8 labels that overlap" in done.err
    assert call("predict", artifact, "a.png", "--as", "coco").status == 0
