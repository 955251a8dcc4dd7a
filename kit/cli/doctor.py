"""Find what is wrong with data, a saved model, or both together; without either, with this machine."""

from kit.cli import output
from kit.quiet import quiet


def add_to(commands):
    """Adds this command to the parser."""
    about = f"{__doc__} Exit status 2 where a finding is an error."
    command = commands.add_parser("doctor", help=__doc__, description=about)
    command.add_argument(
        "thing", metavar="THING", nargs="?", help="data, a folder under saved_models/, or a .keras file"
    )
    command.add_argument("data", metavar="DATA", nargs="?", help="data of the model, where THING is a model")
    command.add_argument("--target", metavar="COLUMN", help="column of the labels, by name or position")
    command.add_argument(
        "--selftest", action="store_true", help="plant each fault in a small model or data set and find it"
    )
    return command


def run(args):
    """Examines and prints."""
    from kit.errors import KitError

    if args.selftest:
        return _selftest(args)
    if args.thing is None and args.target is not None:
        raise KitError("--target names a column of data. Give the data, too: kit doctor DATA --target COLUMN")
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
    if args.target is not None:
        given[-1] = kit.load_data(given[-1], target=args.target)
    return kit.doctor(*given)


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
