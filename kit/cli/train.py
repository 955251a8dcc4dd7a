"""Train a model on data, measure it and save it."""

import dataclasses
import shlex
import time
from pathlib import Path

from kit.cli import output, runs
from kit.cli.arguments import number, one_of, setting

ARTIFACTS = Path("saved_models")


def add_to(commands):
    """Adds this command to the parser."""
    command = commands.add_parser("train", help=__doc__, description=__doc__)
    add_data_arguments(command)
    command.add_argument("--backbone", metavar="B", help="see: kit list backbones")
    command.add_argument("--minutes", type=number(float, above=0), metavar="M", help="wall time to train for")
    command.add_argument("--epochs", type=number(int, least=1), metavar="N", help="times each sample is seen")
    command.add_argument(
        "--set",
        action="extend",
        nargs="+",
        type=setting,
        default=[],
        metavar="NAME=VALUE",
        help="any field of task and input, or argument of kit.build_* and kit.fit",
    )
    command.add_argument("--seed", type=number(int, least=0), default=0, metavar="S", help="default: 0")
    command.add_argument(
        "--out", metavar="DIR", help=f"the artifact (default: {ARTIFACTS}/<name of the data>)"
    )
    command.add_argument(
        "--dry-run",
        action="store_true",
        help="one batch through fit, save, load and predict; says time and memory",
    )
    return command


def add_data_arguments(command):
    """Adds what says which data are meant and how they are read."""
    command.add_argument("data", metavar="DATA", help="a file, a folder or a built-in name such as digits")
    command.add_argument("--task", metavar="T", help="see: kit list tasks (default: found in the data)")
    command.add_argument("--target", metavar="COLUMN", help="column to predict; -1 is the last one")
    command.add_argument(
        "--ignore", action="extend", nargs="+", default=[], metavar="COLUMN", help="columns to leave out"
    )
    command.add_argument(
        "--on-bad",
        type=one_of("policy", ["error", "skip"]),
        default="error",
        metavar="POLICY",
        help="what to do with samples at fault: error (default) or skip",
    )


def run(args):
    """Trains, or with --dry-run tries everything on one batch."""
    began = time.monotonic()
    try:
        with output.words_on_stderr():
            result = _work(args, began)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"Interrupted. To go on, repeat: {shlex.join(['kit', *args.argv])}") from None
    if args.json:
        output.emit(result)
    else:
        print(_summary(result))
    return 0


def _work(args, began):
    with output.quiet():
        import keras  # noqa: F401 - here: it takes seconds and talks about itself

        import kit
    from kit.cli import dry_run, settings

    flags = {"backbone": args.backbone, "minutes": args.minutes, "epochs": args.epochs}
    given = settings.checked(
        [*args.set, *((name, value) for name, value in flags.items() if value is not None)]
    )
    seed = given.setdefault("seed", args.seed)
    data = kit.load_data(
        args.data, args.task, args.target, ignore=tuple(args.ignore), seed=seed, on_bad=args.on_bad
    )
    announce(data)
    parts = settings.divided(given, data)
    data = dataclasses.replace(
        data,
        task=dataclasses.replace(data.task, **parts["task"]),
        input=dataclasses.replace(data.input, **parts["input"]),
    )
    if args.dry_run:
        return dry_run.tried(data, parts)
    return _train(args, data, parts, given, began)


def _train(args, data, parts, given, began):
    import kit
    from kit.artifact.card import plain, versions
    from kit.artifact.save import check_target

    asked = plain(
        {
            "command": "train",
            **{name: getattr(args, name) for name in ("data", "task", "target", "ignore", "on_bad", "out")},
            "set": given,
            "fingerprint": data.fingerprint,
            "backend": versions()["backend"],
        }
    )
    with runs.held(data.name, asked) as run:
        out = Path(args.out) if args.out else ARTIFACTS / run.path.name
        check_target(out)
        output.say(run.note or f"Run: {run.path}, seed {given['seed']}, kit {kit.__version__}")
        run.describe(parts=plain(parts), versions=versions())
        write_issues(data, run.path)
        run.record("continued" if run.continued else "started", time=time.time())
        model, history = trained(data, parts, run.path)
        run.record("trained", epochs=len(history.epoch))
        return _finish(args, run, out, model, history, data, given, began)


def trained(data, parts, folder=None, **keywords):
    """A model built and trained as the settings say, with its history."""
    import keras

    import kit
    from kit.errors import KitError

    keras.utils.set_random_seed(parts["fit"]["seed"])
    try:
        model = kit.build(data.task, data.input, **parts["builder"])
    except (TypeError, ValueError) as error:
        if isinstance(error, KitError):
            raise
        raise KitError(f"No model can be built with {parts['builder']}. {error}") from None
    return model, kit.fit(model, data, resume=folder, **{**parts["fit"], **keywords})


def _finish(args, run, out, model, history, data, given, began):
    import kit
    from kit.artifact.verify import fingerprint

    split, report, validation = measured(model, data, given["seed"], history)
    sizes = {name: len(part) for name, part in data.parts().items()}
    source = {
        "name": data.name,
        "fingerprint": data.fingerprint,
        "samples": sizes,
        "issues": len(data.issues),
    }
    facts = {
        **given,
        "target": args.target,
        "ignore": args.ignore,
        "on_bad": args.on_bad,
        "run": str(run.path),
    }
    facts |= {"data": source, "validation": validation}
    kit.save(model, out, report=report, history=history, settings=facts)
    result = {
        "artifact": str(out),
        **results(model.kit, split, report, validation),
        "seconds": round(time.monotonic() - began, 2),
        "epochs": len(history.epoch),
        "samples": sizes,
        "seed": given["seed"],
        "run": str(run.path),
        "sha256": fingerprint(out),
    }
    run.record(runs.FINISHED, **result)
    return result


def measured(model, data, seed=0, history=None):
    """(name of the part that judges, its report, metrics on the validation part or None)."""
    import kit

    parts = data.parts()
    split = next(name for name in ("test", "validation", "train") if name in parts)
    report = kit.evaluate(model, parts[split], seed=seed, history=history, findings=data.issues)
    validation = None
    if "validation" in parts:
        validation = kit.evaluate(model, parts["validation"], resamples=0).metrics
    return split, dataclasses.replace(report, split=split), validation


def results(pair, split, report, validation):
    """The part of the JSON that train and evaluate share."""
    from kit.artifact.card import plain

    return plain(
        {
            "task": type(pair.task).__name__,
            "input": type(pair.input).__name__,
            "split": split,
            "metrics": report.metrics,
            "validation": validation,
            "intervals": report.intervals,
        }
    )


def announce(data):
    """Says what was found in the data."""
    output.say(repr(data))
    for issue in data.issues[5:100]:
        output.say(f"    {issue}")


def write_issues(data, folder):
    """data_issues.csv: what was skipped or is worth a look, if there is anything."""
    if not data.issues:
        return
    import pandas as pd

    from kit import storage
    from kit.evaluation.report import as_csv

    frame = pd.DataFrame([dataclasses.asdict(issue) for issue in data.issues])
    storage.write_bytes(folder / "data_issues.csv", as_csv(frame))


def _summary(result):
    if "estimate" in result:
        return output.table(result["estimate"].items())
    return f"{metrics_table(result)}\n{result['artifact']}"


def metrics_table(result):
    """The metrics with their intervals as lines of text."""
    rows = []
    for name, value in result["metrics"].items():
        low, high = result["intervals"].get(name) or (None, None)
        known = [value, low, high, (result["validation"] or {}).get(name)]
        rows.append([name, *("" if each is None else f"{each:.4g}" for each in known)])
    return output.table(rows, head=(f"{result['split']} part", "value", "low", "high", "validation"))
