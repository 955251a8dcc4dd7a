"""The winner's settings as code that can be pasted."""

import keyword

from kit.plain import scalar

_WIDTH = 100


def snippet(parts, builder="kit.build"):
    """Code that builds and trains a model with some settings.

    Args:
        parts: dict with a dict name -> value under "task", "input", "builder" and "fit", as
            `kit.namespace.divided` gives them; what is left out counts as empty.
        builder: the builder as one writes it.

    Returns:
        Text of Python; `data` is the `Data` of the search.

    Example:
        >>> print(snippet({"builder": {"width": 64}, "fit": {"batch_size": 32, "epochs": 20}}))
        import kit
        <BLANKLINE>
        model = kit.build(data.task, data.input, width=64)
        kit.fit(model, data, batch_size=32, epochs=20)
    """
    task, input, build, fit = (parts.get(name) or {} for name in ("task", "input", "builder", "fit"))
    lines = ["import kit", ""]
    if task or input:
        lines = ["import kit", "from kit import namespace", ""]
        lines.append(f"data = namespace.changed(data, {_plain(task)!r}, {_plain(input)!r})")
    lines.append(f"model = {_call(builder, ['data.task', 'data.input', *_keywords(build)])}")
    lines.append(_call("kit.fit", ["model", "data", *_keywords(fit)]))
    return "\n".join(lines)


def divided(values):
    """Settings by owner: "task", "input", "builder", "fit"; names that kit does not know are the builder's.

    Args:
        values: name -> value.
    """
    from kit import namespace

    owners = dict(namespace.claims())
    parts = {owner: {} for owner in namespace.OWNERS}
    for name, value in values.items():
        parts[owners.get(name, "builder")][name] = value
    return parts


def _keywords(values):
    """Keyword arguments as texts; names that Python does not take as such in one dict."""
    plain = _plain(values)
    found = [f"{name}={value!r}" for name, value in plain.items() if _is_name(name)]
    others = {name: value for name, value in plain.items() if not _is_name(name)}
    return found + ([f"**{others!r}"] if others else [])


def _call(function, arguments):
    """A call on one line, or with a line an argument where that would be long."""
    line = f"{function}({', '.join(arguments)})"
    if len(line) <= _WIDTH:
        return line
    return "\n".join([f"{function}(", *(f"    {argument}," for argument in arguments), ")"])


def _plain(values):
    return {name: scalar(value) for name, value in values.items()}


def _is_name(name):
    return name.isidentifier() and not keyword.iskeyword(name)
