"""Train a model on data, measure it and save it."""

import shlex
import time

from kit.cli import output, scores
from kit.cli.arguments import number, one_of, setting
from kit.quiet import quiet


def add_to(commands):
    """Adds this command to the parser."""
    command = commands.add_parser("train", help=__doc__, description=__doc__)
    add_data_arguments(command)
    add_settings(command, "any field of task and input, or argument of kit.build_* and kit.fit")
    command.add_argument("--backbone", metavar="B", help="see: kit list backbones")
    command.add_argument("--minutes", type=number(float, above=0), metavar="M", help="wall time to train for")
    command.add_argument("--epochs", type=number(int, least=1), metavar="N", help="times each sample is seen")
    command.add_argument("--seed", type=number(int, least=0), metavar="S", help="default: 0")
    command.add_argument("--out", metavar="DIR", help="the artifact (default: saved_models/<data>)")
    command.add_argument(
        "--dry-run",
        action="store_true",
        help="one batch through fit, save, load and predict; says what time and memory all would take",
    )
    return command


def add_data_arguments(command):
    """Adds what says which data are meant and how they are read."""
    command.add_argument("data", metavar="DATA", help="a file, a folder or a built-in name such as digits")
    add_reading(command)


def add_settings(command, help):
    """Adds `--set`, which takes any number of NAME=VALUE."""
    command.add_argument(
        "--set", action="extend", nargs="+", type=setting, default=[], metavar="NAME=VALUE", help=help
    )


def add_reading(command):
    """Adds what says how data are read."""
    command.add_argument("--task", metavar="T", help="see: kit list tasks (default: found in the data)")
    command.add_argument("--target", metavar="COLUMN", help="column to predict; -1 is the last one")
    command.add_argument(
        "--ignore", action="extend", nargs="+", default=[], metavar="COLUMN", help="columns to leave out"
    )
    command.add_argument(
        "--input", metavar="I", help="series or texts, for tables (default: found in the data)"
    )
    command.add_argument(
        "--groups", metavar="COLUMN", help="rows that belong together; of series: a series each"
    )
    command.add_argument("--time", metavar="COLUMN", help="order of rows: the test part is the latest")
    command.add_argument(
        "--on-bad",
        type=one_of("policy", ["error", "skip"]),
        default="error",
        metavar="POLICY",
        help="what to do with samples at fault: error (default) or skip",
    )
    command.add_argument(
        "--box-format",
        metavar="F",
        help="format of boxes, where it is not that of their files: xyxy, xywh, cxcywh, rel_xyxy, ..., voc",
    )


def run(args):
    """Trains, or with --dry-run tries everything on one batch."""
    began = time.monotonic()
    try:
        with output.words_on_stderr():
            result = _work(args, began)
    except KeyboardInterrupt:
        again = shlex.join(["kit", *args.argv])
        raise KeyboardInterrupt(f"Interrupted. To go on from there, repeat: {again}") from None
    if args.json:
        output.emit(result)
    elif args.dry_run:
        print(output.table(result["estimate"].items()))
    else:
        print(f"{scores.table(result)}\n{result['artifact']}")
    return 0


def _work(args, began):
    with quiet():
        import keras  # noqa: F401 - first, and silently: it takes seconds and talks about itself

    from kit import namespace
    from kit.cli import dry_run, settings
    from kit.cli.job import Job

    flags = {"backbone": args.backbone, "minutes": args.minutes, "epochs": args.epochs, "seed": args.seed}
    flags = {name: value for name, value in flags.items() if value is not None}
    given = {"seed": 0, **namespace.checked([*args.set, *flags.items()])}
    data, parts = settings.loaded(args, given)
    job = Job(args, data, given, parts, began)
    return dry_run.tried(job) if args.dry_run else job.done()
