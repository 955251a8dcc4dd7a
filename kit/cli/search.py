"""Search for good hyperparameters, report them and save the winner."""

import shlex
import time
from pathlib import Path

from kit.cli import output
from kit.cli.arguments import number, one_of, setting
from kit.cli.train import add_data_arguments, add_settings
from kit.quiet import quiet

ALGORITHMS = ("random", "bayesian", "hyperband", "grid")


def add_to(commands):
    """Adds this command to the parser."""
    command = commands.add_parser("search", help=__doc__, description=__doc__)
    add_data_arguments(command)
    command.add_argument(
        "--space",
        action="extend",
        nargs="+",
        default=[],
        metavar="NAME=RANGE",
        help="LOW:HIGH, LOW:HIGH:log, LOW:HIGH:STEP or A,B,C; @OTHER=VALUE: only where another has it",
    )
    _add_budget(command)
    _add_ranking(command)
    _add_place(command)
    return command


def _add_budget(command):
    whole = number(int, least=1)
    command.add_argument("--trials", type=whole, metavar="N", help="of the whole search (default: 30)")
    command.add_argument(
        "--minutes", type=number(float, above=0), metavar="M", help="wall time of this command"
    )
    command.add_argument(
        "--engine", default="auto", metavar="E", help="auto, inline, process, ray or vectorized"
    )
    command.add_argument("--workers", type=whole, default=1, metavar="N", help="processes that train at once")
    command.add_argument(
        "--no-default",
        dest="default",
        action="store_false",
        help="leave out the builder's own settings, which are trained first to compare with",
    )
    command.add_argument("--keep", type=whole, default=3, metavar="N", help="trials whose weights are kept")
    command.add_argument(
        "--disk", type=number(float, above=0), metavar="MB", help="most that the folder holds"
    )


def _add_ranking(command):
    command.add_argument(
        "--algorithm",
        type=one_of("algorithm", ALGORITHMS),
        default="random",
        metavar="A",
        help=", ".join(ALGORITHMS),
    )
    command.add_argument("--objective", nargs="+", metavar="NAME", help="metric to rank by, and further ones")
    command.add_argument(
        "--pruning",
        type=one_of("pruning", ["median", "halving"]),
        metavar="P",
        help="median or halving: stops trials that fall behind",
    )
    command.add_argument(
        "--folds", type=number(int, least=1), default=1, metavar="K", help="of cross-validation"
    )
    command.add_argument(
        "--seeds", type=number(int, least=1), default=1, metavar="N", help="trainings of a trial"
    )
    command.add_argument(
        "--limit",
        action="extend",
        nargs="+",
        type=setting,
        default=[],
        metavar="NAME=MOST",
        help="largest parameters= or latency= (milliseconds) of a model",
    )
    command.add_argument("--backbone", metavar="B", help="see: kit list backbones")
    add_settings(command, "what is the same in all trials, as in kit train")


def _add_place(command):
    command.add_argument("--seed", type=number(int, least=0), default=0, metavar="S", help="default: 0")
    command.add_argument("--out", metavar="DIR", help="folder of the search (default: runs/search-<data>)")
    command.add_argument(
        "--tensorboard", metavar="DIR", help="write logs for TensorBoard's HParams tab there"
    )
    choice = command.add_mutually_exclusive_group()
    choice.add_argument("--fork", action="store_true", help="begin a new search beside the one that is there")
    choice.add_argument(
        "--join", action="store_true", help="take part in a search that another process drives"
    )


def run(args):
    """Searches, or goes on with the search that is there."""
    from kit.search.journal import check_alone

    began = time.monotonic()
    if not args.fork:  # before seconds are spent on Keras and the data
        check_alone(Path(args.out or Path("runs", f"search-{Path(args.data).stem}")), args.join)
    try:
        with output.words_on_stderr():
            result = _work(args, began)
    except KeyboardInterrupt:
        again = shlex.join(["kit", *args.argv])
        raise KeyboardInterrupt(f"Interrupted. To go on from there, repeat: {again}") from None
    if args.json:
        output.emit(result)
    else:
        print(_shown(result))
    return 0


def _work(args, began):
    with quiet():
        import keras  # noqa: F401 - first, and silently: it takes seconds and talks about itself

    from kit import namespace
    from kit.cli import settings
    from kit.cli.winner import searched

    flags = {"backbone": args.backbone} if args.backbone else {}
    given = namespace.checked([*args.set, *flags.items()])
    data, parts = settings.loaded(args, {**given, "seed": args.seed})
    fixed = {**parts["builder"], **parts["fit"]}
    return searched(args, data, {name: value for name, value in fixed.items() if name != "seed"}, began)


def _shown(result):
    from kit.cli import scores

    best = ", ".join(f"{name}={value}" for name, value in result["best"]["values"].items())
    lines = [scores.table(result), f"best of {result['trials']} trials: {best}"]
    return "\n".join([*lines, result["leaderboard"], result["report"], result["artifact"]])
