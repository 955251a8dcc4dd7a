"""List the parts that kit knows, or the saved models."""

import json
from pathlib import Path

from kit.cli import output
from kit.cli.arguments import one_of
from kit.quiet import quiet

MODELS = Path("saved_models")


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
    return [known for known in map(_model, cards) if known]


def _model(card):
    try:
        facts = json.loads(card.read_text("utf-8"))
        known = {name: facts.get(name) for name in ("task", "input", "created", "split", "metrics")}
    except (OSError, ValueError, AttributeError):
        return None  # kit.load says what is wrong with it
    return {"name": card.parent.name, "path": str(card.parent), **known}


def _print_models(items):
    if not items:
        output.say(f"No model in {MODELS}/ yet. Train one: kit train digits")
        return
    rows = [(each["path"], each["task"], each["input"], _headline(each), each["created"]) for each in items]
    print(output.table(rows, head=("path", "task", "input", "score", "created")))


def _headline(model):
    metrics = {name: value for name, value in (model["metrics"] or {}).items() if value is not None}
    name = next((name for name in ("accuracy", "r2", *metrics) if name in metrics), None)
    return f"{name} {metrics[name]:.4g} ({model['split']})" if name else "-"


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
            *("yes" if row["tasks"][name] is True else "no" for name in names),
            f"pip install {' '.join(row['missing'])}" if row["missing"] else "installed",
        )
        for row in rows
    ]
    return output.table(lines, head=("format", "run by", *names, "packages"))


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
