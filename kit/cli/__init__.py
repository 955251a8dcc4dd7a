"""The command line. A command is one file here, with `add_to(commands)` and `run(args)`.

Keras, pandas and NumPy are imported inside `run` only, so that `kit --help` is instant.
Exit status: 0 done, 2 usage or data, 3 artifact, 4 search state, 5 resources, 130 interrupted;
1 is a fault of kit itself.
"""

import importlib
import logging
import os
import pkgutil
import re
import sys
import warnings

from kit import __version__
from kit.cli import output
from kit.cli.arguments import Parser
from kit.errors import KitError, as_kit_error, unknown

INTERRUPTED = 130


def main(argv=None):
    """Runs one command.

    Args:
        argv: words after `kit`; None takes the process's own.

    Returns:
        The exit status.

    Example:
        >>> main(["list", "tasks"])
        classification
        denoising
        detection
        forecasting
        multilabel
        regression
        segmentation
        0
    """
    argv = [*(sys.argv[1:] if argv is None else argv)]  # `list` is a command here
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's notes on itself
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("default", UserWarning)
            warnings.showwarning = _show_warning
            return _run(argv)
    except SystemExit as done:  # argparse after --help and --version
        return done.code
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt as stopped:
        return _failed(argv, "Interrupted", " ".join(map(str, stopped.args)) or "Interrupted.", INTERRUPTED)
    except Exception as error:
        if "--debug" in argv:
            raise
        known = as_kit_error(error)
        return _failed(
            argv, type(known or error).__name__, _told(known, error), getattr(known, "exit_code", 1)
        )


def commands():
    """name -> module of every command, found by looking through this folder."""
    modules = [importlib.import_module(f"{__name__}.{info.name}") for info in pkgutil.iter_modules(__path__)]
    found = {module.__name__.rsplit(".", 1)[1]: module for module in modules if hasattr(module, "add_to")}
    return dict(sorted(found.items()))


def parser():
    """The parser of all commands."""
    top = Parser(prog="kit", description="Build, train, save and serve Keras models that match.")
    top.add_argument("--version", action="version", version=f"kit {__version__}")
    top.add_argument("--debug", action="store_true", help="show where an error comes from")
    subparsers = top.add_subparsers(metavar="COMMAND", parser_class=Parser)
    for name, module in commands().items():
        command = module.add_to(subparsers)
        command.add_argument("--json", action="store_true", help="print exactly one JSON object on stdout")
        command.add_argument("--debug", action="store_true", help="show where an error comes from")
        command.set_defaults(run=module.run, parser=command, command=name)
    return top


def _run(argv):
    top = parser()
    named = next((word for word in argv if not word.startswith("-")), None)
    if named is not None and named not in commands():
        raise unknown("command", named, commands())
    args, left = top.parse_known_args(argv)
    args.argv = argv
    if named is None:
        raise KitError(f"Which command? Known: {', '.join(commands())}. See: kit --help")
    if left:
        raise _unexpected(left, args.parser)
    status = args.run(args)
    sys.stdout.flush()
    return status


def _show_warning(message, category, filename, lineno, file=None, line=None):
    output.say(f"warning: {message}")


def _unexpected(words, command):
    option = next((word for word in words if word.startswith("-")), None)
    if option is None:
        return KitError(f"Unexpected argument '{words[0]}'. See: {command.prog} --help")
    known = re.findall(r"--[a-z][a-z-]*", command.format_help())
    return unknown("option", option.split("=")[0], dict.fromkeys(known))


def _told(known, error):
    if known is not None:
        return str(known)
    text = " ".join(str(error).split())[:500]
    return f"{type(error).__name__}: {text}\nThis is a fault of kit. Repeat with --debug and report it."


def _failed(argv, kind, message, status):
    """Says on stderr what went wrong; with --json also on stdout, as the one JSON object."""
    command = next((f" {word}" for word in argv if not word.startswith("-")), "")
    output.say(f"kit{command if command.strip() in commands() else ''}: {message}")
    if "--json" in argv:
        output.emit({"error": {"kind": kind, "message": message, "status": status}})
    return status
