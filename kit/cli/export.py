"""Write a saved model for another runtime, and prove there that it predicts the same."""

from kit.cli import output
from kit.quiet import quiet


def add_to(commands):
    """Adds this command to the parser."""
    command = commands.add_parser("export", help=__doc__, description=__doc__)
    command.add_argument("artifact", metavar="ARTIFACT", help="folder under saved_models/")
    command.add_argument(
        "--format", default="onnx", metavar="FORMAT", help="a name in `kit list formats` (default: onnx)"
    )
    command.add_argument(
        "--out", metavar="DIR", help="folder to write (default: exports/<artifact>-<format>)"
    )
    command.add_argument(
        "--samples",
        nargs="+",
        metavar="INPUT",
        help="images, folders of images, tables, or series, as for `kit predict`: both sides are compared on "
        "them, at most 256, instead of on made-up ones; formats in 8 bits need them",
    )
    return command


def run(args):
    """Exports and prints what was measured."""
    with output.words_on_stderr():
        with quiet():
            import keras  # noqa: F401 - first, and silently: it takes seconds and talks about itself

            import kit

        facts = kit.export(args.artifact, args.format, out=args.out, samples=_samples(args))
    if args.json:
        output.emit(facts)
        return 0
    print(output.table(list(_rows(facts))))
    output.say(f"{facts['path']} holds {facts['file']} and use.py, which runs it without kit")
    return 0


def _samples(args):
    """What --samples names, read as `kit predict` reads its inputs; None without it."""
    if not args.samples:
        return None
    from kit.artifact import formats
    from kit.artifact.load import described
    from kit.artifact.verify import read_member
    from kit.cli.predict import collected

    formats.check(args.format)  # before anything is read
    input, _ = described(args.artifact)
    return collected(args.samples, input, read_member(args.artifact, "card.json").get("settings"))[1]


def _rows(facts):
    yield "file", f"{facts['path']}/{facts['file']}"
    yield "runtime", facts["runtime"]
    allowed = f" (allowed {facts['tolerance']:g})" if facts["tolerance"] else ""
    yield "difference", f"{facts['difference']:.2g} of the largest output{allowed}"
    if facts["agreement"] is not None:
        kappa = "" if facts["kappa"] is None else f", kappa {facts['kappa']:.3f}"
        yield "decisions", f"{facts['agreement']:.1%} equal{kappa}"
    else:
        yield "error", f"{facts['error']:.2g} of the spread of what Keras says"
    yield "samples", _of_samples(facts)
    exact = facts.get("exact")
    for name, milliseconds in facts["milliseconds"].items():
        yield f"one sample, {name}", f"{milliseconds:.3g} ms"
    if exact:
        yield f"one sample, {exact['format']}", f"{exact['milliseconds']:.3g} ms"
    beside = f" ({exact['format']}: {exact['bytes'] / 1e6:.3g} MB)" if exact else ""
    yield "size", f"{facts['bytes'] / 1e6:.3g} MB{beside}"


def _of_samples(facts):
    measured = f"; values measured on {facts['calibrated']} others" if "calibrated" in facts else ""
    return f"{facts['samples']}, {facts['source']}{measured}"
