"""The data of a command, under the settings it was given."""

from kit import namespace
from kit.cli import output

SHOWN = 20  # issues said; data_issues.csv of the run holds all


def loaded(args, given):
    """Loads the data and applies the settings to them.

    Args:
        args: the parsed command line: data, task, target, ignore, on_bad, box_format.
        given: dict name -> value, with "seed".

    Returns:
        (`Data` whose task and input are as the settings say, the settings by owner).
    """
    import kit

    size = given.get("size")
    if isinstance(size, int):
        size = given["size"] = [size, size]
    data = kit.load_data(
        args.data,
        args.task or ("denoising" if "noise" in given else None),  # what else could be done with noise
        args.target,
        ignore=tuple(args.ignore),
        seed=given["seed"],
        on_bad=args.on_bad,
        image_size=size and tuple(size),
        box_format=args.box_format,
    )
    announce(data)
    parts = namespace.divided(given, data)
    return namespace.changed(data, parts["task"], parts["input"]), parts


def announce(data):
    """Says what was found in the data."""
    output.say(repr(data))
    shown = data.issues[5:SHOWN]  # the first five stand in the text above
    for issue in shown:
        output.say(f"    {issue}")
    if len(data.issues) > SHOWN:
        output.say(f"    ... and {len(data.issues) - SHOWN} more")
