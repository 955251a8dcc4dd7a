"""List the parts that kit knows, or the saved models."""

import json
from pathlib import Path

from kit.cli import output
from kit.cli.arguments import one_of
from kit.quiet import quiet

MODELS = Path("saved_models")
_FACTS = ("task", "input", "created", "split", "metrics", "intervals")
_HEADLINES = ("accuracy", "r2", "mean_iou", "map_50_95", "psnr")  # the larger, the better
_MEASURED = '"yes": the format can hold it. kit export compares the answers and refuses a file that errs.'
_HEAD = ("path", "task", "input", "score", "data", "network", "parameters", "MB", "created")


def add_to(commands):
    """Adds this command to the parser."""
    command = commands.add_parser("list", help=__doc__, description=__doc__)
    command.add_argument(
        "what",
        nargs="?",
        default="models",
        type=one_of("list", list(_LISTS)),
        metavar="WHAT",
        help=f"one of: {', '.join(_LISTS)} (default: models)",
    )
    return command


def run(args):
    """Prints one list."""
    with output.words_on_stderr():
        items = _LISTS[args.what]()
    if args.json:
        output.emit({args.what: items})
    elif args.what == "matches":
        print(_markdown())
    elif args.what == "models":
        _print_models(items)
    elif args.what == "formats":
        print(_formats_table(items))
        output.say(_MEASURED)
    else:
        print("\n".join(items))
    return 0


def models(folder=MODELS):
    """What the cards of the artifacts in a folder say; needs neither Keras nor NumPy.

    Example:
        >>> models(folder)
        []
    """
    cards = sorted(Path(folder).glob("*/card.json"))
    found = [known for known in map(_model, cards) if known]
    return sorted(found, key=lambda each: (str(each["task"]), str(each["input"]), _rank(each), each["name"]))


def _model(card):
    try:
        facts = json.loads(card.read_text("utf-8"))
        known = {name: facts.get(name) for name in _FACTS}
        network = facts.get("network") or {}
        known |= {"network": network.get("name"), "parameters": network.get("parameters")}
        known["data"] = (facts.get("data") or {}).get("name")
        known["bytes"] = sum(file.stat().st_size for file in card.parent.rglob("*") if file.is_file())
        known["runtimes"] = ["keras", *(["onnx"] if (card.parent / "model.onnx").is_file() else [])]
    except (OSError, ValueError, AttributeError):
        return None  # kit.load says what is wrong with it
    return {"name": card.parent.name, "path": str(card.parent), **known}


def _print_models(items):
    if not items:
        output.say(f"No model in {MODELS}/ yet. Train one: kit train digits")
        return
    print(output.table([_row(each) for each in items], head=_HEAD))


def _row(model):
    parameters = model["parameters"]
    shown = {
        **{name: str(model[name] or "-") for name in ("path", "task", "input", "data", "network", "created")},
        "score": _headline(model),
        "parameters": f"{parameters:,}" if isinstance(parameters, int) else "-",
        "MB": f"{model['bytes'] / 1e6:.2f}",
    }
    return tuple(shown[name] for name in _HEAD)


def _headline(model):
    name, value = _score(model)
    if name is None:
        return "-"
    low, high = (model["intervals"] or {}).get(name) or (None, None)
    span = "" if low is None or high is None else f", {low:.4g} to {high:.4g}"
    return f"{name} {value:.4g} ({model['split']}{span})"


def _score(model):
    """(name, value) of the metric that models are compared by."""
    metrics = {name: value for name, value in (model["metrics"] or {}).items() if value is not None}
    name = next((name for name in (*_HEADLINES, *metrics) if name in metrics), None)
    return name, metrics.get(name)


def _rank(model):
    """Models with a score come before those without; the best first."""
    name, value = _score(model)
    return (name not in _HEADLINES, -value if name in _HEADLINES else 0)


def _names(module):
    def names():
        import importlib

        with quiet():
            return importlib.import_module(f"kit.{module}").names()

    return names


def _matches():
    import dataclasses

    with quiet():
        from kit import match

        return [dataclasses.asdict(row) for row in match.table()]


def _losses():
    return sorted({row["loss"] for row in _matches()})


def _markdown():
    from kit import match

    return match.markdown().rstrip()


def _formats():
    with quiet():
        from kit import tasks
        from kit.artifact import formats

        return formats.matrix(tasks.names())


def _formats_table(rows):
    """Formats of `kit export` by the tasks that they can hold, and what they need."""
    names = list(rows[0]["tasks"])
    lines = [
        (
            row["format"],
            row["runtime"],
            row["samples"],
            *("yes" if row["tasks"][name] is True else "no" for name in names),
            f"pip install {' '.join(row['missing'])}" if row["missing"] else "installed",
        )
        for row in rows
    ]
    return output.table(lines, head=("format", "run by", "samples", *names, "packages"))


_LISTS = {
    "tasks": _names("tasks"),
    "inputs": _names("inputs"),
    "backbones": _names("backbones"),
    "losses": _losses,
    "activations": _names("activations"),
    "optimizers": _names("optimizers"),
    "matches": _matches,
    "formats": _formats,
    "models": models,
}
