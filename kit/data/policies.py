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
    names = [field.name for field in dataclasses.fields(default) if field.name != "scale"]
    if not isinstance(choice, dict):
        raise KitError(
            f"augment is 'auto', None or a dict of changes. Received: {choice!r}.\n"
            f"Changes for these data: {', '.join(names)}."
        )
    for name in choice:
        if name not in names:
            raise unknown("change of training inputs", name, names)
    return dataclasses.replace(default, **{name: _alike(name, choice[name], default) for name in choice})


def _alike(name, value, default):
    known = getattr(default, name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (isinstance(value, bool) if isinstance(known, bool) else is_number and value >= 0):
        kind = "true or false" if isinstance(known, bool) else "a number, 0 or more"
        raise KitError(f"augment: {name} is {kind}. Received: {value!r}.")
    return value
