"""Sign a saved model, so that others can know who made it. Needs the extra keras-kit[sign]."""

from pathlib import Path

from kit.cli import output


def add_to(commands):
    """Adds this command to the parser."""
    command = commands.add_parser("sign", help=__doc__, description=__doc__)
    command.add_argument("artifact", metavar="ARTIFACT", help="folder under saved_models/")
    command.add_argument(
        "--key",
        metavar="FILE",
        required=True,
        help="your private key; where there is no such file, a new pair FILE and FILE.pub is made",
    )
    return command


def run(args):
    """Writes the signature and prints its path."""
    with output.words_on_stderr():
        found = _signed(Path(args.artifact), Path(args.key))
    if args.json:
        output.emit(found)
    else:
        print(found["signature"])
        output.say(f"Others check it by: kit verify {args.artifact} --key {found['public_key']}")
    return 0


def _signed(path, key):
    from kit.artifact import signature
    from kit.artifact.verify import fingerprint, verify

    verify(path)  # before a key is made for nothing
    public = key.with_name(key.name + ".pub")
    if not key.exists():
        signature.make_keys(key)
        output.say(f"New keys: {key}, which is yours alone, and {public}, which is for everybody.")
    written = signature.sign(path, key)
    found = {"artifact": str(path), "sha256": fingerprint(path)}
    return {**found, "signature": str(written), "public_key": str(public)}
