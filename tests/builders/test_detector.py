"""build_detector: the architecture and the loss fit, and two stages go from training to a file and back."""

import dataclasses
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

import kit
from kit.artifact import runtime
from kit.errors import KitError, MatchError
from kit.losses.stages import TwoStageModel

SHAPE = (32, 32, 3)


def built(task=None, **settings):
    settings = {"width": 4, "strides": (8,)} | settings
    return kit.build_detector(task or kit.Detection(2), SHAPE, **settings)


def built_for(data, architecture, **settings):
    return kit.build_detector(data.task, data.input, architecture=architecture, **settings)


def test_the_architecture_brings_its_loss_and_the_loss_its_architecture():
    assert built(architecture="faster_rcnn").kit.task.loss == "two_stage"
    assert isinstance(built(kit.Detection(2, loss="two_stage")), TwoStageModel)
    assert type(built()) is type(built(architecture="yolo")) is not TwoStageModel
    assert built().kit.task.loss == "task_aligned"
    assert built(architecture="retinanet").kit.task.loss == "focal"
    assert built(kit.Detection(2, loss="focal")).output.shape == built(architecture="retinanet").output.shape


def test_a_loss_of_another_architecture_is_refused_and_what_fits_is_told():
    with pytest.raises(
        MatchError, match="'yolo' learns by distribution_focal or task_aligned; the task asks for 'two_stage'"
    ) as error:
        built(kit.Detection(2, loss="two_stage"), architecture="yolo")
    assert "architecture='auto'" in str(error.value)
    with pytest.raises(KitError, match="Did you mean 'faster_rcnn'"):
        built(architecture="fast_rcnn")


@pytest.mark.parametrize("architecture", ["yolo", "retinanet", "faster_rcnn"])
def test_images_that_do_not_halve_evenly_are_refused_with_a_size_that_does(architecture):
    settings = {"architecture": architecture, "width": 4}
    with pytest.raises(MatchError, match=r"120 x 160 .* stride 16.\nSay image_size=\(128, 160\)"):
        kit.build_detector(kit.Detection(2), (120, 160, 3), strides=(8, 16), **settings)
    assert kit.build_detector(kit.Detection(2), (120, 160, 3), strides=(4, 8), **settings).built


@pytest.mark.parametrize("backbone", ["resnet", "cnn"])
def test_any_backbone_with_maps_has_two_stages(backbone):
    model = built(architecture="faster_rcnn", backbone=backbone, strides=(4, 8))
    assert model.output["detections"].shape == (None, 100, 6)


def test_anchors_say_one_box_each_in_one_look():
    task = kit.Detection(2, anchors=((9, 9), (32, 32)))
    model = built(task, architecture="retinanet", strides=(4, 8))
    assert type(model) is type(built()) and model.output.shape == (None, 8 * 8 + 4 * 4, 6)
    with pytest.raises(MatchError, match="'retinanet' learns by focal; the task asks for 'two_stage'"):
        built(kit.Detection(2, loss="two_stage"), architecture="retinanet")


@pytest.mark.large
def test_eight_images_are_learnt_by_heart_from_anchors_and_found_by_their_file(tmp_path):
    data = kit.load_data(kit.shapes("detection", 12, (48, 48)), task="detection")
    keras.utils.set_random_seed(0)
    model = built_for(data, "retinanet", width=16, average=False)
    x, y = data.train.arrays()
    model.fit(x.astype("float32"), y, batch_size=4, epochs=60, verbose=0)  # Keras' own
    report = kit.evaluate(model, data.train, resamples=0)
    assert len(data.train) == 8 and report.metrics["map_50"] > 0.95
    predictor = kit.load(kit.save(model, tmp_path / "m", report=report))
    assert kit.evaluate(predictor, data.train, resamples=0).metrics == pytest.approx(report.metrics, rel=1e-4)
    assert predictor(data.train.inputs[0]).labels
    history = kit.fit(predictor.model, data, epochs=1, verbose=0)
    assert {"loss", "class_loss", "box_loss", "recall", "val_recall"} <= history.history.keys()


def test_anchors_and_places_follow_the_training_boxes():
    boxes = np.array([[0, 0, 20, 20], [0, 0, 28, 30]], "float32")
    task = kit.Detection(("cat",)).fitted([(boxes, np.array(["cat", "cat"], object))])
    assert task.anchors == ((20.0, 20.0), (28.0, 30.0))
    model = kit.build_detector(task, (64, 64, 3), architecture="faster_rcnn", width=4)
    assert model.kit.task.strides == (4, 8) and model.kit.task.anchors == task.anchors
    assert kit.build_detector(task, (64, 64, 3), width=4).kit.task.strides == (8,)


@pytest.fixture(scope="module")
def data():
    data = kit.load_data(kit.shapes("detection", 12, (32, 32)), task="detection")
    return dataclasses.replace(data, task=dataclasses.replace(data.task, score=0.0))


@pytest.fixture(scope="module")
def trained(data):
    keras.utils.set_random_seed(0)
    model = kit.build_detector(data.task, data.input, architecture="faster_rcnn", width=4, strides=(8,))
    return model, kit.fit(model, data, epochs=2, verbose=0)


def test_training_shows_the_losses_and_what_is_found(trained):
    _, history = trained
    assert {"loss", "recall", "val_loss", "val_recall"} <= history.history.keys()
    assert np.isfinite(list(history.history.values())).all()


def test_the_parts_of_the_loss_are_shown_and_together_are_the_loss(trained):
    _, history = trained
    found = history.history
    parts = [found[name] for name in ("objectness_loss", "region_loss", "class_loss", "box_loss")]
    np.testing.assert_allclose(np.sum(parts, axis=0), found["loss"], rtol=1e-5)
    judged = np.sum([found["val_class_loss"], found["val_box_loss"]], axis=0)
    np.testing.assert_allclose(judged, found["val_loss"], rtol=1e-5)
    assert all(value > 0 for value in found["val_objectness_loss"] + found["val_region_loss"])


def test_from_training_to_a_file_to_predictions_to_training_by_keras_own_loop(trained, data, tmp_path):
    model, _ = trained
    report = kit.evaluate(model, data.test)
    predictor = kit.load(kit.save(model, tmp_path / "m", report=report))
    assert predictor.task.match == model.kit.task.match
    again = kit.evaluate(predictor, data.test)
    assert again.metrics == pytest.approx(report.metrics, rel=1e-4, nan_ok=True)
    decision = predictor(data.test.inputs[0])
    assert 0 < len(decision.labels) == len(decision.boxes_xyxy) <= 100

    before = predictor.model.get_weights()
    assert isinstance(predictor.model, TwoStageModel)
    history = kit.fit(predictor.model, data, epochs=1, engine="keras", accumulate=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all() and "val_recall" in history.history
    assert any((old != new).any() for old, new in zip(before, predictor.model.get_weights(), strict=True))


ON_JAX = """if True:
    import sys
    import keras, numpy as np
    from kit.artifact import runtime
    from kit.registration import register_layers
    register_layers()
    # weights come from the file: each drawn shape would be compiled first, for 20 seconds
    keras.initializers.VarianceScaling.__call__ = lambda self, shape, dtype: np.zeros(shape, dtype)
    images, *files = sys.argv[1:]
    for file in files:
        network = keras.models.load_model(file + "/model.keras", compile=False)
        np.save(file + "/found.npy", runtime.compiled(network)(np.load(images)))
    print(*(name for name in ("jax", "tensorflow") if name in sys.modules))
"""


@pytest.mark.large
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the file is written on TensorFlow")
def test_a_file_written_on_tensorflow_finds_the_same_on_jax(trained, data, tmp_path):
    pytest.importorskip("jax", reason="needs jax")
    keras.utils.set_random_seed(0)
    once = kit.build_detector(data.task, data.input, width=4, strides=(8,))
    spread = [each + 0.1 * np.cos(np.arange(each.size)).reshape(each.shape) for each in once.get_weights()]
    once.set_weights(spread)  # no two scores alike: their order is what both have to say
    images = data.test.arrays()[0][:1].astype("float32")
    np.save(tmp_path / "images.npy", images)
    models = {"once": once, "twice": trained[0]}
    run = subprocess.run(
        [sys.executable, "-c", ON_JAX, tmp_path / "images.npy"]
        + [kit.save(model, tmp_path / name) for name, model in models.items()],
        env={**os.environ, "KERAS_BACKEND": "jax", "XLA_FLAGS": "--xla_backend_optimization_level=0"},
        capture_output=True,
        text=True,
    )
    assert run.stdout == "jax\n", run.stderr
    for name, model in models.items():
        (here,) = model.kit.task.decide(runtime.compiled(model)(images))
        (there,) = model.kit.task.decide(np.load(tmp_path / name / "found.npy"))
        assert len(here.labels) > 10 and here.labels == there.labels
        np.testing.assert_allclose(here.boxes_xyxy, there.boxes_xyxy, atol=1e-3)
        np.testing.assert_allclose(here.scores, there.scores, atol=1e-5)
