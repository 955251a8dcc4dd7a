"""Write a saved model for another runtime, and prove there that it predicts the same."""

from kit.cli import output


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
    return command


def run(args):
    """Exports and prints what was measured."""
    with output.words_on_stderr():
        import kit

        facts = kit.export(args.artifact, args.format, out=args.out)
    if args.json:
        output.emit(facts)
        return 0
    print(output.table(list(_rows(facts))))
    output.say(f"{facts['path']} holds {facts['file']} and use.py, which runs it without kit")
    return 0


def _rows(facts):
    yield "file", f"{facts['path']}/{facts['file']}"
    yield "runtime", facts["runtime"]
    yield "difference", f"{facts['difference']:.2g} of the largest output (allowed {facts['tolerance']:g})"
    if facts["agreement"] is not None:
        yield "decisions", f"{facts['agreement']:.1%} equal, {facts['samples']} samples"
    for name, milliseconds in facts["milliseconds"].items():
        yield f"one sample, {name}", f"{milliseconds:.3g} ms"
    yield "size", f"{facts['bytes'] / 1e6:.3g} MB"
