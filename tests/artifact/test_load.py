"""kit.load: equal predictions in another process, or one ArtifactError and nothing else."""

import json
import os
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import kit
from kit import storage
from kit.artifact.verify import fingerprint
from kit.errors import ArtifactError


def code_of(path, **keywords):
    with pytest.raises(ArtifactError) as caught:
        kit.load(path, **keywords)
    assert len(str(caught.value)) < 600
    return caught.value.code


TASKS = [
    kit.Classification(("no", "yes")),
    kit.Classification((0, 1, 2), loss="focal"),
    kit.Classification(("low", "middle", "high"), loss="ordinal"),
    kit.Classification(("no", "yes"), loss="hinge"),
    kit.MultilabelClassification(("red", "round")),
    kit.Regression(("price",), mean=(2e5,), scale=(1e5,)),
    kit.Regression(("a", "b"), loss="quantile", mean=(0.0, 9.0), scale=(1.0, 3.0)),
    kit.Regression(("y",), loss="gaussian", mean=(0.0,), scale=(1.0,)),
]


@pytest.fixture(scope="module")
def in_a_fresh_process(tmp_path_factory):
    """(decisions of every task's model here, those of the saved files in a process of its own, the
    names of their losses there, what one more load did to the system)."""
    folder = tmp_path_factory.mktemp("models")
    rows = [{"x0": 0.5, "x1": -2.0}, {"x0": float("nan"), "x1": 1.0}]
    here = []
    for number, task in enumerate(TASKS):
        model = kit.build(task, (2,), backbone="mlp", width=8)
        path = kit.save(model, folder / str(number))
        here.append([decision.to_json() for decision in kit.artifact.Predictor(model)(rows)])
        assert path.is_dir()
    script = """
    import json, sys
    import kit

    rows = [{"x0": 0.5, "x1": -2.0}, {"x0": float("nan"), "x1": 1.0}]
    predictors = [kit.load(path) for path in sys.argv[1:]]
    print(json.dumps([[decision.to_json() for decision in predictor(rows)] for predictor in predictors]))
    assert not any(predictor._network.compiled for predictor in predictors)
    losses = [predictor.model.loss for predictor in predictors]  # networks of members ask the loss of each
    losses = [loss.loss if type(loss).__name__ == "EachMember" else loss for loss in losses]
    print(json.dumps([type(loss).__name__ for loss in losses]))
    events = []

    def watch(event, arguments):
        if event in ("os.system", "subprocess.Popen", "socket.connect", "os.exec", "os.remove", "os.rename"):
            events.append(event)
        if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
            events.append(f"open {arguments[0]}")

    sys.addaudithook(watch)
    kit.load(sys.argv[1])
    print(json.dumps(events))
    """
    paths = [str(folder / str(number)) for number in range(len(TASKS))]
    command = [sys.executable, "-c", textwrap.dedent(script), *paths]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    there, losses, events = map(json.loads, done.stdout.splitlines())
    return json.loads(json.dumps(here)), there, losses, events


@pytest.mark.parametrize("number", range(len(TASKS)), ids=[str(task.match) for task in TASKS])
def test_a_fresh_process_decides_equally(in_a_fresh_process, number):
    here, there, *_ = in_a_fresh_process
    assert there[number] == here[number]


def test_the_model_comes_back_compiled_with_the_loss_of_its_row(in_a_fresh_process):
    expected = [type(task.make_loss()).__name__ for task in TASKS]
    assert in_a_fresh_process[2] == expected


def test_loading_opens_no_file_for_writing_and_starts_nothing(in_a_fresh_process):
    assert in_a_fresh_process[3] == []


def test_input_task_and_card_come_back_equal(artifact, image_model):
    predictor = kit.load(artifact)
    assert (predictor.input, predictor.task) == (image_model.kit.input, image_model.kit.task)
    assert predictor.card["settings"] == {"seed": 3}


def test_a_loaded_model_can_be_trained_on(artifact, images):
    model = kit.load(artifact).model
    targets = model.kit.task.encode(["ant", "bee", "cow", "cow", "ant"])
    before = model.evaluate(images, targets, verbose=0, return_dict=True)
    model.fit(images, targets, epochs=3, verbose=0)
    assert model.evaluate(images, targets, verbose=0, return_dict=True)["loss"] < before["loss"]


def test_a_meaning_that_the_table_no_longer_has_is_read_as_it_was_saved(artifact, sign):
    stored = json.loads((artifact / "task.json").read_text())
    stored["match"]["loss"] = "of_an_older_kit"
    storage.write_json(artifact / "task.json", stored)
    predictor = kit.load(sign(artifact))
    assert predictor.task.match.loss == "of_an_older_kit"
    assert predictor(np.zeros((12, 12, 1), "uint8")).label in ("ant", "bee", "cow")


def test_a_swap_that_a_kill_cut_short_is_undone_by_the_load(artifact):
    os.replace(artifact, artifact.parent / f".{artifact.name}.previous")
    assert kit.load(artifact).task.classes == ("ant", "bee", "cow")
    assert [path.name for path in artifact.parent.iterdir()] == [artifact.name]


def test_a_swap_that_a_kill_cut_before_its_end_is_completed_by_the_load(artifact):
    shutil.copytree(artifact, artifact.parent / f".{artifact.name}.previous")
    kit.load(artifact)
    assert [path.name for path in artifact.parent.iterdir()] == [artifact.name]


def test_a_pinned_artifact_loads_and_any_other_is_refused(artifact):
    kit.load(artifact, sha256=fingerprint(artifact))
    assert code_of(artifact, sha256="0" * 64) == "pin"


def test_more_or_fewer_labels_than_outputs_are_refused(artifact, sign):
    stored = json.loads((artifact / "task.json").read_text())
    for classes in (["ant", "bee"], ["ant", "bee", "cow", "dog"]):
        storage.write_json(artifact / "task.json", {**stored, "classes": classes})
        assert code_of(sign(artifact)) == "width"


def test_weights_of_another_network_are_refused_by_the_golden_samples(artifact, sign, image_model):
    weights = image_model.get_weights()
    kept = (artifact / "model.keras").read_bytes()
    image_model.set_weights([weight * 0.9 for weight in weights])
    try:
        kit.save(image_model, artifact.parent / "other")
    finally:
        image_model.set_weights(weights)
    shutil.copy(artifact.parent / "other" / "model.keras", artifact / "model.keras")
    assert (artifact / "model.keras").read_bytes() != kept
    assert code_of(sign(artifact)) == "golden"


@pytest.mark.parametrize("golden", [None, [], [["a"]], [[1.0]], {}], ids=str)
def test_golden_samples_that_are_none_are_refused(artifact, sign, golden):
    assert code_of(sign(artifact, golden=golden)) in ("golden", "manifest")


@pytest.mark.parametrize("member", ["task.json", "input.json"])
@pytest.mark.parametrize("content", ["", "[]", "{}", '{"kind": "os"}', '{"kind": [1]}', "null", "[" * 99_999])
def test_a_task_or_input_that_describes_nothing_is_refused(artifact, sign, member, content):
    (artifact / member).write_text(content)
    assert code_of(sign(artifact)) == "json"


def test_weights_that_are_not_finite_are_refused_by_name(artifact, sign, rewrite):
    import io
    import zipfile

    import h5py

    with zipfile.ZipFile(artifact / "model.keras") as archive:
        stream = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(stream, "a") as file:
        file["layers/dense/vars/1"][0] = np.nan
    rewrite(artifact / "model.keras", members={"model.weights.h5": stream.getvalue()})
    with pytest.raises(ArtifactError, match="layers/dense/vars/1"):
        kit.load(sign(artifact))


def test_layers_that_do_not_fit_together_are_one_artifact_error(artifact, sign, rewrite):
    def change(config):
        config["config"]["layers"][-1]["inbound_nodes"] = []

    rewrite(artifact / "model.keras", change)
    assert code_of(sign(artifact)) == "network"


def test_a_loss_in_the_file_is_refused_before_keras_reads_it(artifact, sign, rewrite):
    def change(config):
        config["compile_config"] = {"loss": {"class_name": "function", "module": "os", "config": "system"}}

    rewrite(artifact / "model.keras", change)
    assert code_of(sign(artifact)) == "class"


DESIGNS = [
    *(
        {"backbone": name, "width": 4, **kit.backbones.facts(name).get("small", {})}
        for name in kit.backbones.kinds()
        if name in kit.backbones.fitting(4)
    ),
    *({"activation": name, "backbone": "mlp", "width": 4} for name in kit.activations.names()),
    *(
        {"normalization": name, "backbone": "cnn", "width": 4, "l2": 1e-3}
        for name in ("layer", "group", "none")
    ),
]


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: "-".join(map(str, design.values())))
def test_whatever_a_builder_makes_can_be_saved_and_loaded(design, tmp_path):
    model = kit.build_classifier(kit.Classification(3), (8, 8, 1), **design)
    predictor = kit.load(kit.save(model, tmp_path / "m"))
    picture = np.arange(64, dtype="uint8").reshape(8, 8, 1)
    assert predictor(picture) == kit.artifact.Predictor(model)(picture)


def test_every_row_of_the_match_table_can_be_saved_and_loaded(tmp_path):
    tasks = {
        "binary": lambda loss: kit.Classification(("no", "yes"), loss=loss),
        "multiclass": lambda loss: kit.Classification(("a", "b", "c"), loss=loss),
        "multilabel": lambda loss: kit.MultilabelClassification(("a", "b"), loss=loss),
        "numeric": lambda loss: kit.Regression(
            ("y",), loss=loss, bounds=(0.0, 9.0) if loss == "bounded" else None
        ),
        "binary mask": lambda loss: kit.Segmentation(("floor", "cell"), loss=loss),
        "multiclass mask": lambda loss: kit.Segmentation(("floor", "cell", "edge"), loss=loss),
        "multilabel mask": lambda loss: kit.Segmentation(("cell", "edge"), overlapping=True, loss=loss),
        "image": lambda loss: kit.Denoising(loss=loss),
        "boxes": lambda loss: kit.Detection(("cell",), loss=loss),
    }
    networks = {}  # rows that differ in the loss alone share one: building and saving take the time
    for row in kit.match.table():
        task = tasks[row.form](row.loss)
        shape, design = (2,), {"depth": 1, "backbone": "mlp"}
        if task.is_dense:
            shape, design = (8, 8, 1), {"backbone": "dncnn", "depth": 3}
        if task.form == "boxes":
            shape, design = (16, 16, 1), {"strides": (4,)}
        kind = row.form, row.activation, row.code, row.loss if row.form == "numeric" else ""
        if kind not in networks:
            networks[kind] = kit.build(task, shape, width=4, **design)
        if task.form == "boxes":
            task = networks[kind].kit.task  # the builder tells it size and strides
        path = kit.save(networks[kind], tmp_path / "m", task=task)
        predictor = kit.load(path)
        assert predictor.task.match == task.match == row, str(row)
        assert type(predictor.model.loss) is type(task.make_loss()), str(row)
