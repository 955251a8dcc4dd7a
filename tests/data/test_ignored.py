"""Ignored objects: they follow their images into the parts, and what a report does with them."""

import json

import numpy as np
import pytest
from PIL import Image

import kit
from kit.data.ignored import regions


@pytest.fixture
def data(tmp_path):
    """Twelve images with an object each, and every other with a crowd at a place of its own."""
    images, annotations = [], []
    for n in range(12):
        size = (40, 60 + n)
        Image.fromarray(np.random.default_rng(n).integers(0, 255, (*size, 3)).astype("uint8")).save(
            tmp_path / f"{n}.png"
        )
        images.append({"id": n, "file_name": f"{n}.png", "height": size[0], "width": size[1]})
        one = {
            "id": len(annotations) + 1,
            "image_id": n,
            "category_id": 1,
            "bbox": [5, 5, 20, 20],
            "iscrowd": 0,
        }
        annotations.append(one)
        if n % 2:
            annotations.append({**one, "id": len(annotations) + 1, "bbox": [n, 4, 30, 30], "iscrowd": 1})
    content = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "cow"}]}
    (tmp_path / "_annotations.coco.json").write_text(json.dumps(content))
    return kit.load_data(tmp_path)


def test_what_is_ignored_stays_with_its_image_through_parts_and_subsets(data):
    for part in data.parts().values():
        few = part.subset(np.arange(len(part))[::-1])
        for samples in (part, few):
            for name, (boxes, _, _) in zip(samples.names, samples.ignored, strict=True):
                n = int(name.removesuffix(".png"))
                assert boxes.tolist() == ([[n, 4, n + 30, 34]] if n % 2 else [])


def test_ignored_objects_are_neither_labels_nor_targets(data):
    assert all(len(names) == 1 for part in data.parts().values() for _, names in part.labels)
    assert ((data.train.arrays()[1][..., 4] >= 0).sum(axis=1) == 1).all()


def test_objects_of_unknown_classes_are_none_of_the_regions():
    both = np.array([[0, 0, 4, 4], [2, 2, 9, 9]], "float32"), ["cow", "yak"], ["difficult", "crowd"]
    found = regions(both, ("ape", "cow"))
    assert found["boxes"].tolist() == [[0, 0, 4, 4]] and found["labels"].tolist() == [1]
    assert found["difficult"].tolist() == [True] and found["crowd"].tolist() == [False]
