"""doctor: anything that training is made of -> findings."""

import warnings
from pathlib import Path

import numpy as np

from kit.doctor import rule as rules_of
from kit.doctor.finding import Finding, Findings
from kit.errors import ArtifactError, DataError, KitError, unknown


def doctor(thing=None, data=None, *, rules=None, groups=None, batch_size=32, steps=60, seed=0):
    """Examines a model, data, or a model together with its data, and says what is wrong.

    The model is not changed; nothing is written. It need not be built by kit.

    Args:
        thing: a `keras.Model`, a `Predictor`, the path of an artifact or of a `.keras` file; or data.
        data: `Data`; (x, y) or ((x, y), (x, y)[, (x, y)]): training, validation and test part as arrays
            that `fit` takes; a path or name that `kit.load_data` takes. None looks at the model alone.
        rules: names of `kit.doctor.names()` to apply; None for all.
        groups: group of each sample, such as its patient: (N,), or one such array for each part.
        batch_size: samples a step in training.
        steps: of training that are tried on a copy of the model and one batch; 0 tries nothing.
        seed: of what is drawn.

    Returns:
        `Findings`: a tuple of `Finding`, the gravest first; printed a table; `.errors`, `.table()`,
        `.to_json()`. Empty where nothing is found.

    Raises:
        KitError: if there is nothing to examine, or a rule has another name.

    Example:
        >>> import keras
        >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="softmax")])
        >>> model.compile(loss="binary_crossentropy")
        >>> kit.doctor(model).errors[0].cure
        "Write activation='sigmoid' for one unit, or give one unit to each class."
    """
    names = rules_of.names() if rules is None else list(rules)
    for name in names:
        if name not in rules_of.RULES:
            raise unknown("rule of the doctor", name, rules_of.names())
    options = {"batch_size": batch_size, "steps": steps, "seed": seed}
    try:
        patient = _patient(thing, data, groups, options)
    except (ArtifactError, DataError) as error:
        return Findings(_refused(error))
    found = [finding for name in names for finding in rules_of.applied(name, patient)]
    return Findings(found + _issues(thing if data is None else data, rules))


def _patient(thing, data, groups, options):
    from kit.doctor.patient import Patient

    model, folder, settings = _model(thing)
    if model is None and data is not None:
        raise KitError(
            f"The first of two is a model or its path. Received: {_shown(thing)}.\n"
            "Use kit.doctor(model, data) or kit.doctor(data)."
        )
    parts = _parts(thing if model is None else data, model, settings)
    if model is None and not parts:
        raise KitError(
            f"Nothing to examine: {_shown(thing)}. Give a Keras model, data, or the path of either."
        )
    return Patient(model=model, folder=folder, groups=groups, **parts, **options)


def _model(thing):
    """(model, folder of the artifact, settings of its training) of what may be one, or None for each."""
    if isinstance(thing, str | Path):
        return _opened(Path(thing))
    if hasattr(thing, "task") and hasattr(thing, "model"):  # a Predictor
        return thing.model, None, thing.card.get("settings")
    if callable(getattr(thing, "compile", None)) and hasattr(thing, "layers"):
        return thing, None, None
    return None, None, None


def _opened(path):
    if path.suffix in (".keras", ".h5") and path.is_file():
        return _file(path), None, None
    if (path / "manifest.json").is_file() or (path / "model.keras").is_file():
        import kit

        predictor = kit.load(path, runtime="keras")
        return predictor.model, path, predictor.card.get("settings")
    return None, None, None


def _file(path):
    import keras

    from kit.registration import register

    register()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Keras says of a sick model is found below
            return keras.models.load_model(path, safe_mode=True)
    except MemoryError:
        raise
    except Exception as error:  # Keras raises many kinds; the cause stands at the end of its text
        text = " ".join(str(error).split())[-200:]
        cure = "Register its own layers before, or pass the model itself."
        raise ArtifactError("network", str(path), f"Keras cannot open it ({text})", cure=cure) from None


def _parts(data, model, settings):
    """The fields of a `Patient` that data give; an empty dict where there are none."""
    if data is None:
        return {}
    if isinstance(data, str | Path):
        data = _loaded(str(data), getattr(model, "kit", None), settings)
    if hasattr(data, "parts") and hasattr(data, "train"):
        return _of_data(data, model)
    pairs = [data] if _is_pair(data) and not all(map(_is_pair, data)) else data
    if not isinstance(pairs, tuple | list) or not pairs or not all(map(_is_pair, pairs)):
        return {}
    named = dict(zip(("train", "validation", "test"), pairs, strict=False))
    frames = {name: x for name, (x, _) in named.items() if hasattr(x, "iloc") and x.ndim == 2}
    return {"parts": {name: _arrays(pair) for name, pair in named.items()}, "frames": frames}


def _loaded(source, own, settings):
    """The data that a path names, for kit's own models as their training read them."""
    import kit
    from kit.artifact import reading

    return kit.load_data(source) if own is None else reading.as_trained(source, own.task, own.input, settings)


def _of_data(data, model):
    """The parts of a `Data`, encoded by the model's own input and task where it has them."""
    from kit.inputs import Table

    own = getattr(model, "kit", None)
    parts = data.parts()
    if own is not None:
        parts = {name: part.under(own.input, own.task) for name, part in parts.items()}
    frames = {name: part.inputs for name, part in data.parts().items() if hasattr(part.inputs, "iloc")}
    arrays = {name: part.arrays() for name, part in parts.items()}
    fills = (own is not None or model is None) and isinstance((own or data).input, Table)
    return {"parts": arrays, "frames": frames, "names": _labels(data.train.labels), "fills": fills}


def _is_pair(value):
    return isinstance(value, tuple | list) and len(value) == 2 and not _is_number_list(value)


def _is_number_list(value):
    return all(isinstance(each, int | float | str) for each in value)


def _arrays(pair):
    return tuple(_array(each) for each in pair)


def _array(value):
    if isinstance(value, dict):
        return {name: _array(each) for name, each in value.items()}
    if hasattr(value, "iloc"):
        return value.to_numpy()
    if isinstance(value, tuple | list) and value and hasattr(value[0], "shape"):
        return [_array(each) for each in value]
    return np.asarray(value)


def _labels(labels):
    """Labels as an array where there is one a sample, else None."""
    return None if isinstance(labels, list) or np.ndim(labels) != 1 else np.asarray(labels)


def _refused(error):
    """Findings for a file or data that cannot be opened at all."""
    if isinstance(error, ArtifactError):
        found = "; expected ".join(filter(None, (error.found, error.expected)))
        return [Finding("can_be_opened", "error", error.member, found, error.cure)]
    return [
        Finding(
            "can_be_read", "error", fault.where, fault.found, fault.cure or f"Expected: {fault.expected}."
        )
        for fault in error.faults
    ]


def _issues(data, rules):
    """What was found while the data were loaded, as findings."""
    if rules is not None:
        return []
    return [
        Finding("loading", "warning", issue.where, issue.found, issue.cure or issue.expected)
        for issue in getattr(data, "issues", ())
    ]


def _shown(thing):
    return " ".join(repr(thing).split())[:100]
