"""Measure a saved model on data."""

import dataclasses
import time

from kit.cli import output, scores
from kit.cli.arguments import one_of
from kit.quiet import quiet

ALL = "all"
SPLITS = ("train", "validation", "test", ALL)


def add_to(commands):
    """Adds this command to the parser."""
    command = commands.add_parser("evaluate", help=__doc__, description=__doc__)
    command.add_argument("artifact", metavar="ARTIFACT", help="folder under saved_models/")
    command.add_argument("data", metavar="DATA", help="a file, a folder or a built-in name")
    command.add_argument(
        "--split",
        type=one_of("part", SPLITS),
        default="test",
        metavar="PART",
        help="train, validation or test (default), split as in training; all, for data that are new",
    )
    command.add_argument(
        "--target", metavar="COLUMN", help="column that was predicted (default: as in training)"
    )
    command.add_argument("--report", metavar="DIR", help="folder for report.html, figures and tables")
    command.add_argument(
        "--mirror",
        action="store_true",
        help="masks and images: mean over the ways an image may lie, for 2 to 8 times the time",
    )
    return command


def run(args):
    """Measures and prints."""
    with output.words_on_stderr():
        result = _measured(args, time.monotonic())
    if args.json:
        output.emit(result)
    else:
        print(scores.table(result))
    return 0


def _measured(args, began):
    with quiet():
        import keras  # noqa: F401 - here: it takes seconds and talks about itself

        import kit
    from kit.artifact import reading
    from kit.cli.settings import announce
    from kit.errors import KitError

    predictor = kit.load(args.artifact, runtime="keras")
    is_whole = args.split == ALL
    known = predictor.card.get("settings")
    data = reading.as_trained(
        args.data, predictor.task, predictor.input, known, target=args.target, divide=not is_whole
    )
    announce(data)
    parts = {ALL: data.train} if is_whole else data.parts()
    if args.split not in parts:
        raise KitError(f"{args.data} has no {args.split} part. There are: {', '.join(parts)}. Use --split.")
    if not is_whole and _is_new(data, predictor):
        output.say("These are not the data of the training. To measure all of them: --split all")
    findings = kit.doctor(predictor, data, steps=0) if args.report else data.issues
    asked = {"explain": bool(args.report), "mirror": args.mirror}
    report = kit.evaluate(predictor, parts[args.split], findings=findings, **asked)
    scores.say_noisy(report)
    report = dataclasses.replace(report, split=args.split)
    if args.report:
        output.say(f"Report: {report.save(args.report)}")
    return {
        "artifact": args.artifact,
        **scores.result(predictor, args.split, report, scores.validation(predictor, parts)),
        "seconds": round(time.monotonic() - began, 2),
        "epochs": (predictor.card.get("training") or {}).get("epochs"),
        "samples": {name: len(part) for name, part in parts.items()},
    }


def _is_new(data, predictor):
    """Whether the data are others than those of the training, as far as the artifact knows."""
    known = (predictor.card.get("data") or {}).get("fingerprint")
    return known is not None and known != data.fingerprint
