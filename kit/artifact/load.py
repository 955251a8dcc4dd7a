"""kit.load: a folder on the disk -> a Predictor, or one error that says what is wrong with it."""

import functools
from pathlib import Path

from kit import storage
from kit.artifact import fitting, foreign, golden, runtimes, twin
from kit.artifact.network import build
from kit.artifact.predictor import Predictor
from kit.artifact.verify import NETWORK, check_members, fingerprint, read_member, verify
from kit.errors import ArtifactError, KitError


def load(path, sha256=None, *, key=None, runtime="auto", task=None, input=None):
    """Loads a model that `kit.save` wrote, or a .keras file, ready to predict.

    The manifest, every member's checksum and the network's configuration are checked before
    Keras, or ONNX Runtime, sees the file; then the network must repeat the outputs stored with it.

    Args:
        path: the artifact's folder; or a .keras file, then with `task` and `input`.
        sha256: SHA-256 of the artifact's `manifest.json`, or of the .keras file, where the origin
            matters; any other model is refused.
        key: file of the public key by which the artifact must be signed.
        runtime: a name in `kit.artifact.runtimes.names()`: "onnx" or "openvino" for the artifact's
            ONNX twin, "keras" for its Keras file. "auto" is "onnx" wherever there is a twin and ONNX
            Runtime is installed, else "keras". "fastest" times all that give the same numbers, which
            takes seconds, and takes the one with the shortest median for one sample.
        task: of a .keras file: what goes out.
        input: of a .keras file: what comes in, or the shape of one raw sample.

    Returns:
        A `Predictor`; its `model` is the compiled `keras.Model`, its `runtime` says what runs it.

    Raises:
        KitError: if what the runtime needs is not there, or a .keras file comes without its meaning.
        ArtifactError: `code` names the cause, `member` the file. `kit.errors.CODES` lists the codes.

    Example:
        >>> model = kit.build_regressor(kit.Regression(("mpg",)), (2,))
        >>> path = kit.save(model, folder / "cars")
        >>> kit.load(path).task.targets
        ('mpg',)
    """
    path = Path(path)
    if foreign.is_lone(path):
        _check_lone(path, key, runtime)
        return Predictor(foreign.opened(path, task, input, sha256))
    if task is not None or input is not None:
        raise KitError(f"{path} says itself what goes in and comes out. Leave out task and input.")
    storage.recover(path)
    chosen = runtimes.chosen(path, runtime)
    if chosen == "fastest":
        return runtimes.fastest(path, lambda name: load(path, sha256, key=key, runtime=name))
    if chosen == "keras":
        return Predictor(opened(path, sha256, key), card=read_member(path, "card.json"))
    found = _twin(path, sha256, key, chosen)
    return Predictor(found, card=read_member(path, "card.json"))


def opened(path, sha256=None, key=None):
    """The artifact's `keras.Model`, uncompiled, with its meaning as `model.kit`, after all checks."""
    from kit.builders.common import Kit

    manifest = verify(path, sha256, key)
    input, task = _described(path, "input"), _described(path, "task")
    _check_keras(path)
    network = build(path / NETWORK)
    network.kit = Kit(input, task)
    fitting.check_input([(each.name, each.shape, each.dtype) for each in network.inputs], input)
    fitting.check_width(network.output_shape, task)
    _check_golden(golden.outputs(network, input), manifest)
    return network


def described(path):
    """(input, task) that an artifact's JSON describes.

    Raises:
        ArtifactError: code "json".
    """
    return _described(Path(path), "input"), _described(Path(path), "task")


def _twin(path, sha256, key, chosen):
    """The artifact's `Twin`, after all checks that do not concern the Keras file."""
    from kit.builders.common import Kit

    manifest = check_members(path, sha256, key)
    input, task = _described(path, "input"), _described(path, "task")
    content = twin.read(path / twin.MEMBER, manifest["members"][twin.MEMBER])
    open = functools.partial(opened, path, fingerprint(path))  # the Keras file is checked when asked for
    found = twin.Twin(content, _facts(path), Kit(input, task), open, chosen)
    fitting.check_input(found.inputs, input)
    outputs = _made_up(found, input)
    fitting.check_width(outputs.shape, task)
    _check_golden(golden.shown(outputs), manifest, runtimes.tolerance(chosen))
    if task.is_dense and input.is_ragged:
        _check_sides(found, input)
    return found


def _facts(path):
    try:
        facts = read_member(path, twin.PARITY)["onnx"]
        facts = {"stride": None, **facts}  # early versions did not write it
        names = ("reach", "stride", "batch")
        return {name: None if facts[name] is None else int(facts[name]) for name in names}
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ArtifactError("json", twin.PARITY, f"does not describe the twin ({error!r:.80})") from None


def _check_sides(found, input):
    """Refuses a twin that says less of an image than there is: twins exported by early versions do."""
    side = golden.UNEVEN
    height, width = _made_up(found, input, side).shape[1:3]
    if (height, width) != (side, side):
        cure = "Load it with runtime='keras', and save the model anew."
        said = f"says {height} x {width} pixels of an image of {side} x {side}"
        raise ArtifactError("onnx", twin.MEMBER, said, "all", cure)


def _made_up(found, input, *sides):
    """What a twin says of the made-up samples."""
    try:
        return found.forward(golden.arrays_for(found.inputs, input, *sides))
    except Exception as error:  # every runtime raises kinds of its own
        reason = f"cannot be run ({str(error).strip()[-200:]})"
        raise ArtifactError("onnx", twin.MEMBER, reason) from None


def _described(path, kind):
    """The input or the task that the artifact's JSON describes."""
    from kit import inputs, tasks

    stored = read_member(path, f"{kind}.json")
    try:
        return {"input": inputs, "task": tasks}[kind].from_json(stored)
    except (KitError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        found = f"does not describe the {kind} ({str(error)[:200]})"
        raise ArtifactError("json", f"{kind}.json", found) from None


def _check_lone(path, key, runtime):
    if key is not None:
        raise KitError(f"{path} is one file, which has no signature. Pin it by its sha256.")
    if runtime not in ("auto", "keras"):
        raise KitError(f"{path} is run by Keras alone. For '{runtime}', save it with kit.save() first.")


def _check_keras(path):
    try:
        import keras  # noqa: F401
    except ImportError:
        found = (
            "Keras is not installed" if twin.is_there(path) else f"no Keras, and {path} has no twin to run"
        )
        raise KitError(
            f"{found}. Run: pip install keras-kit, or save the model with keras-kit[onnx]."
        ) from None


def _check_golden(found, manifest, tolerance=golden.TOLERANCE):
    stored = manifest.get("golden")
    if not isinstance(stored, list):
        raise ArtifactError("manifest", "manifest.json", "holds no golden samples")
    try:
        agree = golden.agree(found, stored, tolerance)
    except (ValueError, TypeError, OverflowError):
        agree = False
    if not agree:
        shown = f"predicts {found[0][:3].tolist()}"
        raise ArtifactError("golden", NETWORK, shown, f"{str(stored[:1])[:80]}, as stored")
