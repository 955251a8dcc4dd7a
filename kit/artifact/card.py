"""The model card: what a model is, how good, on what, and how it was made; as JSON and as a page."""

import dataclasses
import datetime
import importlib.metadata
import platform

import kit
from kit import decisions
from kit.artifact.front_matter import front_matter
from kit.plain import plain

PACKAGES = ("keras", "tensorflow", "jax", "numpy", "pandas")


def make(model, name, input, task, *, report=None, history=None, settings=None):
    """The card as plain data.

    Args:
        model: the `keras.Model`.
        name: of the artifact.
        input: what comes in.
        task: what goes out.
        report: what `kit.evaluate` returned, or None.
        history: what `kit.fit` returned, or None.
        settings: dict of what else to keep, or None. "data" (name, fingerprint, samples) and
            "validation" (metrics) get their own place.

    Returns:
        A dict that JSON can hold: numbers that are not finite are None.
    """
    settings = dict(settings or {})
    return plain(
        {
            "name": name,
            "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "task": type(task).__name__,
            "input": type(input).__name__,
            "describe": {"task": task.describe(), "input": input.describe()},
            "match": dataclasses.asdict(task.match),
            "threshold": task.threshold if decisions.takes_threshold(task.match.decide) else None,
            "aim": getattr(task, "aim", None),
            "calibration": _calibration(task),
            "data": settings.pop("data", None),
            **_numbers(report),
            "validation": settings.pop("validation", None),
            "network": _network(model),
            "training": _training(history),
            "settings": settings,
            "versions": versions(),
        }
    )


def versions():
    """Versions of Python, kit and what it stands on, and the backend in use."""
    import keras

    found = {"python": platform.python_version(), "kit": kit.__version__, "backend": keras.backend.backend()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def readme(card):
    """The card as a Markdown page, with the head that model hubs read."""
    describe, data = card["describe"], card["data"] or {}
    sections = [
        f"# {card['name']}",
        f"{_sentence(describe['task'])}\n{_sentence(describe['input'])}",
        _how_to_load(card),
        _metrics_table(card),
        _listed("Data", {**data, **(data.get("samples") or {}), "samples": None}),
        _listed("What belongs together", {**card["match"], "threshold": card["threshold"]}),
        _told("Calibration", card["calibration"]),
        _listed("Network", card["network"]),
        _listed("Training", {**card["training"], **card["settings"]}),
        _listed("Versions", {"created": card["created"], **card["versions"]}),
    ]
    return f"{front_matter(card)}\n\n" + "\n\n".join(filter(None, sections)) + "\n"


def _numbers(report):
    if report is None:
        return {"split": None, "metrics": {}, "intervals": {}}
    return {"split": report.split, "metrics": report.metrics, "intervals": report.intervals}


def _calibration(task):
    found = getattr(task, "calibration", None)
    return None if found is None else dataclasses.asdict(found)


def _network(model):
    return {
        "name": model.name,
        "parameters": model.count_params(),
        "inputs": {tensor.name: list(tensor.shape) for tensor in model.inputs},
        "outputs": list(model.output_shape),
    }


def _training(history):
    params = dict(getattr(history, "params", None) or {})
    columns = getattr(history, "history", history) or {}
    return {**params, "epochs": max(map(len, columns.values()), default=0)}


def _sentence(text):
    return f"{text[:1].upper()}{text[1:]}."


def _how_to_load(card):
    call = {"Images": "predictor(image)", "Series": "predictor(series)"}.get(card["input"], "predictor(row)")
    return f'```python\nimport kit\n\npredictor = kit.load("saved_models/{card["name"]}")\n{call}\n```'


def _metrics_table(card):
    if not card["metrics"]:
        return ""
    rows = [f"| {name} | {_shown(value)} | {_span(card, name)} |" for name, value in card["metrics"].items()]
    head = [
        f"## Metrics on the {card['split'] or 'given'} part",
        "",
        "| metric | value | 95% interval |",
        "|---|---|---|",
    ]
    return "\n".join([*head, *rows])


def _span(card, name):
    low, high = card["intervals"].get(name) or (None, None)
    return "" if low is None or high is None else f"{_shown(low)} to {_shown(high)}"


def _told(title, calibration):
    told = (calibration or {}).get("told") or []
    return "\n".join([f"## {title}", "", *(f"- {line}" for line in told)]) if told else ""


def _listed(title, facts):
    lines = [f"- {name}: {_shown(value)}" for name, value in facts.items() if value not in (None, [], {}, "")]
    return "\n".join([f"## {title}", "", *lines]) if lines else ""


def _shown(value):
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(each)}" for name, each in value.items())
    return ", ".join(map(_shown, value)) if isinstance(value, list) else str(value)
