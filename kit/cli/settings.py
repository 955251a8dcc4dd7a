"""The data of a command, under the settings it was given."""

from kit import namespace
from kit.cli import output

SHOWN = 20  # issues said; data_issues.csv of the run holds all


def loaded(args, given):
    """Loads the data and applies the settings to them.

    Args:
        args: the parsed command line: data, task, target, input, groups, time, ignore, on_bad, box_format.
        given: dict name -> value, with "seed".

    Returns:
        (`Data` whose task and input are as the settings say, the settings by owner).
    """
    import kit

    task, input = _forecast(args, given)
    size = given.get("size")
    if isinstance(size, int):
        size = given["size"] = [size, size]
    data = kit.load_data(
        args.data,
        task or ("denoising" if "noise" in given else None),  # what else could be done with noise
        args.target,
        input=input,
        groups=args.groups,
        time=args.time,
        ignore=tuple(args.ignore),
        seed=given["seed"],
        on_bad=args.on_bad,
        image_size=size and tuple(size),
        box_format=args.box_format,
    )
    announce(data)
    parts = namespace.divided(given, data)
    if data.task.form == "image" and "noise" in given and not data.train.is_clean:
        output.say(f"noise={given['noise']} is laid on nothing: the noisy images are there.")
        parts["task"] = {name: value for name, value in parts["task"].items() if name != "noise"}
    data = namespace.changed(data, parts["task"], parts["input"])
    if getattr(data.task, "loss", None) == "ordinal" and any(isinstance(c, str) for c in data.task.classes):
        order = " < ".join(map(str, data.task.classes))
        output.say(
            f"The order of the classes is {order}. Another: task=kit.Classification((...), loss='ordinal')."
        )
    return data, parts


def _forecast(args, given):
    """(the task, the input) as asked; those of a forecast decide how windows are cut, so they come first.

    Raises:
        KitError: if a value is of another kind.
    """
    asked = args.task or ("forecasting" if "horizon" in given else None)
    if asked != "forecasting":
        return args.task, args.input
    from kit.errors import KitError
    from kit.inputs import Series
    from kit.tasks import Forecasting

    fields = {name: given[name] for name in namespace.fields_of(Forecasting) if name in given}
    try:
        return Forecasting(**fields), Series(length=given.get("length"))
    except (TypeError, ValueError) as error:
        raise (
            error if isinstance(error, KitError) else KitError(f"--set {fields} does not fit. {error}")
        ) from None


def announce(data):
    """Says what was found in the data."""
    output.say(repr(data))
    shown = data.issues[5:SHOWN]  # the first five stand in the text above
    for issue in shown:
        output.say(f"    {issue}")
    if len(data.issues) > SHOWN:
        output.say(f"    ... and {len(data.issues) - SHOWN} more")
