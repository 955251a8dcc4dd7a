"""kit.save: a model and what it means -> a folder on the disk, whole or not at all."""

import csv
import io
from pathlib import Path

import numpy as np

from kit import storage
from kit.artifact import card, export, foreign, golden
from kit.artifact.network import check_network
from kit.artifact.runtime import served
from kit.artifact.verify import MANIFEST, is_plain, make_manifest
from kit.errors import ArtifactError, KitError


def save(model, path, *, report=None, history=None, task=None, input=None, settings=None, onnx=None):
    """Saves a model with its input and its task, so that `kit.load` gives back equal predictions.

    What was at `path` is replaced when all is written, and left as it is when anything fails.

    Args:
        model: a built `keras.Model`.
        path: the artifact's folder, such as "saved_models/flowers".
        report: what `kit.evaluate` returned: its numbers go into the card, its figures along.
        history: what `kit.fit` returned, or a dict name -> one number an epoch.
        task: what goes out; None takes `model.kit.task`.
        input: what comes in; None takes `model.kit.input`.
        settings: plain values to keep in the card: hyperparameters, seed, data.
        onnx: whether to write the network as model.onnx too, which `kit.load` then runs without
            Keras. None: where the extra `keras-kit[onnx]` is installed and the environment does
            not say KIT_ONNX=0; True: raise where it cannot be had; False: no. The file is kept only
            where ONNX Runtime repeats Keras' outputs, and parity.json says so, or says why not.

    Returns:
        The folder's `Path`.

    Raises:
        KitError: if the model has no task or input, its outputs do not fit the task, its
            weights are not finite, `path` holds something else than an artifact, or `onnx` is
            True and cannot be had.
        ResourceError: if the disk is full. What was at `path` is unchanged.

    Example:
        >>> model = kit.build_classifier(kit.Classification(("no", "yes")), (2,))
        >>> path = kit.save(model, folder / "answers", onnx=False)
        >>> sorted(member.name for member in path.iterdir())
        ['README.md', 'card.json', 'input.json', 'manifest.json', 'model.keras', 'task.json']
    """
    path = Path(path)
    given = task is not None
    input, task = _meaning(model, input, task)
    model = served(model)
    _check_model(model, input, task, given)
    check_target(path)
    facts = card.make(model, path.name, input, task, report=report, history=history, settings=settings)
    with storage.atomic_folder(path) as folder:
        network = foreign.with_named_inputs(uncompiled(model), input)
        network.save(folder / "model.keras")
        _check_loadable(folder / "model.keras", model.name)
        storage.write_json(folder / "input.json", input.to_json())
        storage.write_json(folder / "task.json", task.to_json())
        storage.write_json(folder / "card.json", facts)
        storage.write_text(folder / "README.md", card.readme(facts))
        if history is not None:
            storage.write_text(folder / "history.csv", history_csv(history))
        if report is not None:
            report.save(folder / "report")
        export.add_twin(network, input, folder, onnx)
        samples = golden.outputs(network, input).tolist()
        storage.write_json(folder / MANIFEST, _manifest(folder, path.name, samples))
    return path


def uncompiled(model):
    """The network alone, without loss and optimizer, so that plain Keras opens the file."""
    import keras

    if isinstance(model, keras.Sequential):
        return keras.Model(model.inputs[0], model.outputs[0], name=model.name)
    return keras.Model(model.input, model.output, name=model.name)


def history_csv(history):
    """A history as CSV text: one row an epoch, counted from 1."""
    columns = getattr(history, "history", history)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["epoch", *columns])
    writer.writerows(
        [epoch, *numbers] for epoch, numbers in enumerate(zip(*columns.values(), strict=True), 1)
    )
    return text.getvalue()


def _meaning(model, input, task):
    pair = getattr(model, "kit", None)
    input = input if input is not None else getattr(pair, "input", None)
    task = task if task is not None else getattr(pair, "task", None)
    missing = "task" if task is None else "input"
    if task is None or input is None:
        raise KitError(
            f"Model '{model.name}' has no {missing}, so its outputs have no meaning to save. Build it with\n"
            "kit.build_classifier() or pass kit.save(model, path, task=..., input=...)."
        )
    from kit import inputs

    return inputs.as_input(input), task


def _check_model(model, input, task, given):
    if not model.built:
        raise KitError(
            f"Model '{model.name}' is not built, so it has no weights to save. Call it on a batch first."
        )
    values = zip(model.weights, model.get_weights(), strict=True)
    wrong = [weight.path for weight, value in values if not np.isfinite(value.astype("float32")).all()]
    if wrong:
        found = f"Model '{model.name}': the weights {wrong[0]} are not finite."
        raise KitError(f"{found} Train it again with a smaller learning_rate.")
    width = tuple(size or 1 for size in model.output_shape[1:])
    try:
        task.decided(np.zeros((1, *width), "float32"))
    except KitError as error:
        raise KitError(f"Model '{model.name}' does not fit its task. {error}") from None
    found = foreign.misfit(foreign.with_named_inputs(model, input), input, task) if given else None
    if found:
        raise KitError(
            f"Model '{model.name}' does not fit its task: it gives {found}. Add that activation as a last "
            "layer, or choose a task that fits."
        )


def check_target(path):
    """Refuses a path at which something else than an artifact is: that must never be replaced.

    Raises:
        KitError: names the path, also where it could not be written.
    """
    if path.exists() and not (path / MANIFEST).is_file() and (not path.is_dir() or any(path.iterdir())):
        raise KitError(f"{path} exists and is no artifact. Choose another path, or remove it yourself.")
    storage.check_writable(path)


def _check_loadable(file, name):
    """What kit.load would refuse is refused here, while the model is still there to be mended."""
    try:
        check_network(file)
    except ArtifactError as error:
        raise KitError(f"Model '{name}' cannot be saved, as kit.load() would refuse it. {error}") from None


def _manifest(folder, name, samples):
    odd = [member.name for member in folder.rglob("*") if not is_plain(member.relative_to(folder).as_posix())]
    if odd:
        raise KitError(f"The report names a file {odd[0]!r}, which not every system can hold. Rename it.")
    return make_manifest(folder, name=name, golden=samples)
