"""Policies: by how much training inputs are varied, as `kit.fit(augment=...)` says it."""

import dataclasses

from kit.errors import KitError, unknown


def chosen(choice, default):
    """The policy that a choice means.

    Args:
        choice: "auto" for the default; None to vary nothing; a dict name -> value of what differs from the
            default; or a policy of the default's own kind.
        default: the policy, a dataclass, that suits the data.

    Raises:
        KitError: if the choice is none of these; names what can be changed.

    Example:
        >>> from kit.data.box_feed import Policy
        >>> chosen({"mosaic": 0.5}, Policy()).mosaic, chosen("auto", Policy()).mosaic
        (0.5, 0.0)
    """
    if choice is None or type(choice) is type(default):
        return choice
    if choice == "auto":
        return default
    fields = {field.name: field for field in dataclasses.fields(default) if field.name != "scale"}
    names = list(fields)
    if not isinstance(choice, dict):
        raise KitError(
            f"augment is 'auto', None or a dict of changes. Received: {choice!r}.\n"
            f"Changes for these data: {', '.join(names)}."
        )
    for name in choice:
        if name not in names:
            raise unknown("change of training inputs", name, names)
    return dataclasses.replace(
        default, **{name: _alike(fields[name], value, default) for name, value in choice.items()}
    )


def _alike(field, value, default):
    known, most = getattr(default, field.name), field.metadata.get("most", float("inf"))
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(known, bool):
        fits, kind = isinstance(value, bool), "true or false"
    elif isinstance(known, int):
        fits, kind = is_number and value >= 0 and value == int(value), "a whole number, 0 or more"
    else:
        fits = is_number and 0 <= value <= most
        kind = "a number, 0 or more" if most == float("inf") else f"a number, 0 to {most}"
    if not fits:
        raise KitError(f"augment: {field.name} is {kind}. Received: {value!r}.")
    return int(value) if isinstance(known, int) and not isinstance(known, bool) else value
