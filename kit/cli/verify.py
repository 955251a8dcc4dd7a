"""Check a saved model, file by file, without opening it in Keras or ONNX Runtime."""

from pathlib import Path

from kit.cli import output


def add_to(commands):
    """Adds this command to the parser."""
    command = commands.add_parser("verify", help=__doc__, description=__doc__)
    command.add_argument("artifact", metavar="ARTIFACT", help="folder under saved_models/")
    command.add_argument(
        "--sha256", metavar="HEX", help="what this command printed when the model was trusted"
    )
    return command


def run(args):
    """Prints the artifact's SHA-256 if all is as it was saved; else an error, with exit status 3."""
    with output.words_on_stderr():
        found = _checked(Path(args.artifact), args.sha256)
    if args.json:
        output.emit(found)
    else:
        print(found["sha256"])
        output.say(f"{args.artifact}: {len(found['members'])} files as they were saved")
    return 0


def _checked(path, sha256):
    from kit import storage
    from kit.artifact.verify import fingerprint, verify

    storage.recover(path)
    members = verify(path, sha256)["members"]
    return {"artifact": str(path), "sha256": fingerprint(path), "members": sorted(members)}
