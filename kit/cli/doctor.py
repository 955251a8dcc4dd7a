"""Find what is wrong with data, a saved model, or both together; without either, with this machine."""

import argparse

from kit.cli import output
from kit.cli.train import add_reading, add_settings
from kit.quiet import quiet


def add_to(commands):
    """Adds this command to the parser."""
    about = f"{__doc__} Exit status 2 where a finding is an error."
    command = commands.add_parser("doctor", help=__doc__, description=about)
    command.add_argument(
        "thing", metavar="THING", nargs="?", help="data, a folder under saved_models/, or a .keras file"
    )
    command.add_argument("data", metavar="DATA", nargs="?", help="data of the model, where THING is a model")
    add_reading(command)
    add_settings(command, "any field of task and input, as in kit train: void=11")
    command.add_argument(
        "--selftest", action="store_true", help="plant each fault in a small model or data set and find it"
    )
    return command


def run(args):
    """Examines and prints."""
    from kit.errors import KitError

    if args.selftest:
        return _selftest(args)
    asked = _reading(args)
    if args.thing is None and asked:
        raise KitError(
            f"{asked[0]} says how data are read. Give the data, too: kit doctor DATA {asked[0]} ..."
        )
    with output.words_on_stderr():
        found = _examined(args)
    if args.json:
        output.emit({"thing": args.thing, "data": args.data, "findings": found.to_dicts()})
    else:
        print(found)
    return 2 if found.errors else 0


def _examined(args):
    with quiet():
        import keras  # noqa: F401 - here: it takes seconds and talks about itself

        import kit

    if args.thing is None:
        return kit.doctor.environment()
    given = [args.thing] if args.data is None else [args.thing, args.data]
    if _reading(args):
        given[-1] = _read(args, given[-1])
    return kit.doctor(*given)


def _reading(args):
    """The options of this command line that say how data are read."""
    words = ("task", "target", "ignore", "input", "groups", "time", "box_format", "set")
    asked = [name for name in words if getattr(args, name)] + ["on_bad"] * (args.on_bad != "error")
    return [f"--{name.replace('_', '-')}" for name in asked]


def _read(args, source):
    """The data, as `kit train` would read them.

    Raises:
        KitError: if a setting is not about data.
    """
    from kit import namespace
    from kit.cli import settings
    from kit.errors import KitError

    given = {"seed": 0, **namespace.checked(args.set)}
    data, parts = settings.loaded(argparse.Namespace(**{**vars(args), "data": source}), given)
    for name in (*parts["builder"], *parts["fit"]):
        if name != "seed":
            raise KitError(
                f"Setting {name} is of models or training. --set of kit doctor says how data are read."
            )
    return data


def _selftest(args):
    with output.words_on_stderr():
        with quiet():
            import keras  # noqa: F401 - as above
        from kit.doctor.selftest import selftest

        tried = selftest()
    planted = [each for each in tried if each["planted"]]
    found = sum(each["right"] for each in planted)
    wrong = [each for each in tried if not each["right"]]
    if args.json:
        output.emit({"planted": len(planted), "found": found, "cases": tried})
    else:
        print(output.table([_row(each) for each in tried], head=("rule", "case", "expected", "result")))
        alarms = len(wrong) - len(planted) + found
        print(f"{found} of {len(planted)} planted faults found, {alarms} false alarms")
    return 1 if wrong else 0


def _row(tried):
    expected = "found" if tried["planted"] else "nothing"
    return tried["rule"], tried["title"], expected, "right" if tried["right"] else "WRONG"
