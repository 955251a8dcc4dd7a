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
    command.add_argument("--key", metavar="FILE", help="public key by which it must be signed")
    command.add_argument(
        "--predict",
        action="store_true",
        help="also open it, in each runtime that is here, and predict the samples stored with it",
    )
    return command


def run(args):
    """Prints the artifact's SHA-256 if all is as it was saved; else an error, with exit status 3."""
    with output.words_on_stderr():
        found = _checked(Path(args.artifact), args.sha256, args.key)
        if args.predict:
            found["runtimes"] = _predicted(Path(args.artifact), found["sha256"])
    if args.json:
        output.emit(found)
        return 0
    print(found["sha256"])
    output.say(f"{args.artifact}: {len(found['members'])} files as they were saved")
    if args.key:
        output.say(f"signed by {args.key}")
    for runtime in found.get("runtimes", ()):
        output.say(f"predicts as when it was saved: {runtime}")
    return 0


def _checked(path, sha256, key):
    from kit import storage
    from kit.artifact.verify import fingerprint, verify

    storage.recover(path)
    members = verify(path, sha256, key)["members"]
    return {"artifact": str(path), "sha256": fingerprint(path), "members": sorted(members)}


def _predicted(path, sha256):
    """What runs the artifact, by name and version, after each has repeated the stored outputs."""
    import importlib.util

    from kit.artifact import load, runtimes
    from kit.quiet import quiet

    found = [name for name in runtimes.exact(path) if name != "keras"]
    if importlib.util.find_spec("keras"):
        found.append("keras")
    with quiet():
        return [load(path, sha256, runtime=name).runtime for name in found]
