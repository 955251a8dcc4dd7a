"""Builders: plain compiled Keras models in which everything comes from the task's row."""

import subprocess
import sys

import keras
import numpy as np
import pytest

import kit
from kit import backbones, builders, match
from kit.errors import KitError, MatchError

IMAGE, TABLE = (8, 8, 1), (5,)
CLASSIFICATIONS = [
    kit.Classification(2 if row.form == "binary" else 4, loss=row.loss)
    for form in ("binary", "multiclass")
    for row in match.table(form)
]


@pytest.mark.parametrize("task", CLASSIFICATIONS, ids=lambda task: f"{task.form} {task.loss}")
def test_a_classifier_trains_with_keras_own_fit_on_encoded_arrays(task, rng):
    model = kit.build_classifier(task, TABLE, width=8)
    labels = rng.integers(0, len(task.classes), 20)
    x = model.kit.input.encode(rng.normal(size=(20, 5)))
    history = model.fit(x, task.encode(labels), epochs=1, verbose=0)
    assert np.isfinite(history.history["loss"][0])
    assert "accuracy" in history.history


def test_a_built_model_is_a_plain_functional_model_that_knows_its_meaning():
    model = kit.build_classifier(kit.Classification(3), IMAGE, width=4)
    assert type(model) is keras.Model or type(model).__name__ == "Functional"
    assert model.kit == builders.Kit(model.kit.input, kit.Classification(3))
    assert model.output_shape == (None, 3)


def test_build_picks_the_builder():
    assert kit.build(kit.Regression(), TABLE, width=4).output_shape == (None, 1)
    assert kit.build(kit.MultilabelClassification(3), TABLE, width=4).output_shape == (None, 3)


@pytest.mark.parametrize("activation", ["relu", "prelu", "selu", "mish", "linear"])
def test_the_hidden_activation_leaves_the_output_activation_alone(activation):
    model = kit.build_classifier(kit.Classification(2), TABLE, width=4, activation=activation)
    assert model.layers[-1].activation is keras.activations.sigmoid


@pytest.mark.parametrize("backbone", [name for name in backbones.kinds() if name in backbones.fitting(4)])
@pytest.mark.parametrize("normalization", ["layer", "none"])
def test_settings_reach_the_backbone(backbone, normalization):
    model = kit.build_classifier(
        kit.Classification(2),
        IMAGE,
        backbone=backbone,
        width=8,
        depth=1,
        normalization=normalization,
        l2=1e-3,
    )
    assert not [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert any(getattr(layer, "kernel_regularizer", None) for layer in model.layers)


def test_weights_in_the_loss_of_l2_are_as_by_hand():
    size = {"backbone": "mlp", "width": 4, "depth": 1, "dropout": 0.0}
    model = kit.build_regressor(kit.Regression(), TABLE, **size, l1=0.5, l2=0.25)
    kernel = keras.ops.convert_to_numpy(
        next(layer for layer in model.layers if hasattr(layer, "kernel")).kernel
    )
    by_hand = 0.5 * np.abs(kernel).sum() + 0.25 * (kernel**2).sum()
    assert float(sum(model.losses)) == pytest.approx(float(by_hand), rel=1e-5)


def test_a_task_of_another_kind_is_refused_with_the_way_out():
    with pytest.raises(MatchError, match=r"kit\.build\(\)"):
        kit.build_classifier(kit.Regression(), TABLE)
    with pytest.raises(MatchError, match=r"kit\.build\(\)"):
        kit.build_regressor(kit.Classification(2), TABLE)


def test_a_backbone_that_does_not_take_the_input_is_refused_with_those_that_do():
    with pytest.raises(MatchError, match="These do: mlp"):
        kit.build_classifier(kit.Classification(2), TABLE, backbone="cnn")


@pytest.mark.parametrize(
    ("setting", "near"),
    [({"backbone": "restnet"}, "resnet"), ({"activation": "rely"}, "relu"), ({"optimizer": "adaam"}, "adam")],
)
def test_an_unknown_name_shows_the_nearest(setting, near):
    with pytest.raises(KitError, match=f"Did you mean '{near}'"):
        kit.build_classifier(kit.Classification(2), IMAGE, **setting)


def test_a_wrong_loss_is_refused_before_anything_is_built():
    with pytest.raises(MatchError, match="categorical_hinge"):
        kit.build_classifier(kit.Classification(3, loss="hinge"), TABLE)


@pytest.mark.parametrize(
    ("images", "settings", "blocks"),
    [
        (kit.Images((None, None), 3), {}, 2),
        (kit.Images((None, None), 3, usual=(512, 256)), {}, 2),
        (kit.Images((None, None), 3, usual=(512, 255)), {}, None),
        (kit.Images((96, 96), 3), {}, None),
        (kit.Images((96, 96), 3), {"stem": 2}, 2),
        (kit.Images((None, None), 3), {"stem": 1}, None),
    ],
    ids=["open", "large", "small", "fixed", "asked for", "not asked for"],
)
def test_images_known_to_be_small_are_segmented_pixel_by_pixel_others_in_blocks(images, settings, blocks):
    model = kit.build_segmenter(kit.Segmentation(3), images, width=8, depth=2, **settings)
    sides = [layer.block for layer in model.layers if type(layer).__name__ == "SpaceToDepth"]
    assert sides == [blocks] * (blocks is not None)


@pytest.mark.parametrize("size", [(7, 7), (3, 5), (1, 40)])
def test_images_of_a_few_pixels_are_segmented(size):
    model = kit.build_segmenter(kit.Segmentation(2), (*size, 1), width=4)
    assert model.output_shape == (None, *size, 1)


def test_a_fresh_process_opens_a_compiled_model_with_plain_keras(tmp_path):
    built = "kit.build_segmenter(kit.Segmentation(3), (None, None, 1), width=4, depth=1)"
    script = f"import kit, sys; {built}.save(sys.argv[1])"
    again = (
        "import keras, kit, sys; kit.register(); print(keras.models.load_model(sys.argv[1]).optimizer.name)"
    )
    for words in (script, again):
        done = subprocess.run(
            [sys.executable, "-c", words, tmp_path / "a.keras"], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-2000:]
