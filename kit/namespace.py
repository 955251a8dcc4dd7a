"""One namespace over the fields of task and input and the arguments of builder and fit.

What `--set` and a search space address.
"""

import dataclasses
import inspect
import numbers

from kit.errors import KitError, unknown

OWNERS = ("task", "input", "builder", "fit")
# what the data decide, and what belongs to the run itself
_FROM_DATA = {
    "classes",
    "labels",
    "targets",
    "columns",
    "column",
    "words",
    "tail",
    "missing",
    "naive_error",
    "prior",
    "calibration",
    "turned",
    "offset",
    "mean",
    "std",
    "scale",
    "white",
    "values",
    "usual",
    "image_size",
    "strides",
    "sides",
    "anchors",
    "numbers",
    "padding",
}
_FROM_RUN = {"resume", "callbacks", "verbose"}
_TEXT_OR_NONE = {
    "activation",
    "normalization",
    "tensorboard",
    "weights",
}  # arguments whose default None does not show their kind
_ANY = {
    "class_weight",
    "nesterov",
    "augment",
    "stem",
    "strides",
    "patch",
    "fine_tune",
}  # they check it themselves


def claims():
    """Every (name, owner) of the namespace; no name may have two owners."""
    import kit
    from kit import builders, inputs, tasks

    found = set()
    for owner, registry in (("task", tasks.TASKS), ("input", inputs.INPUTS)):
        for name in registry.names():
            found |= {(field, owner) for field in fields_of(registry.get(name))}
    for verb in builders.every():
        found |= {(name, "builder") for name in arguments_of(verb)}
    return found | {(name, "fit") for name in arguments_of(kit.fit)}


def fields_of(part):
    """name -> default of the fields of a task or input that a user can set."""
    fields = {field.name: field.default for field in dataclasses.fields(part)}
    return {name: default for name, default in fields.items() if name not in _FROM_DATA}


def arguments_of(verb):
    """name -> default of the keyword-only arguments that a user can set."""
    arguments = inspect.signature(verb).parameters.values()
    keyword = {each.name: each.default for each in arguments if each.kind is each.KEYWORD_ONLY}
    return {name: default for name, default in keyword.items() if name not in _FROM_RUN}


def checked(pairs):
    """(name, value) pairs as a dict.

    Raises:
        KitError: if a name is unknown in the whole namespace (names the nearest) or is there twice.
    """
    known = {name for name, _ in claims()}
    given = {}
    for name, value in pairs:
        if name not in known:
            raise unknown("setting", name, known)
        if name in given and given[name] != value:
            raise KitError(f"{name} is given twice, as {given[name]!r} and as {value!r}. Give it once.")
        given[name] = value
    return given


def changed(data, task_fields, input_fields):
    """The data under a task and an input of which some fields are others."""
    if "void" in task_fields:
        task_fields = {**task_fields, "void": data.task.void_of(task_fields["void"])}
    task = dataclasses.replace(data.task, **task_fields)
    if task_fields and task.is_dense:  # shares of other classes
        task = task.fitted(data.train.labels)
    input, stale = dataclasses.replace(data.input, **input_fields), {}
    if input != data.input:  # statistics and decoded samples are those of the other input
        input, stale = input.fitted(data.train.inputs), {"encoded": None}
    fields = {"task": task, "input": input}
    parts = {name: dataclasses.replace(part, **fields, **stale) for name, part in data.parts().items()}
    return dataclasses.replace(data, **fields, **parts)


def resolved(parts, data):
    """The arguments of the builder, those included that the user left to it."""
    from kit import builders

    return {**arguments_of(builders.builder_for(data.task)), **parts["builder"]}


def divided(given, data, builder=None):
    """The settings by owner, for this task and input.

    Args:
        given: dict name -> value.
        data: a `Data`.
        builder: the function whose keyword arguments count; None takes the task's own builder.

    Returns:
        A dict with a dict under each of `OWNERS`.

    Raises:
        KitError: if a name does not belong to this task and input, or a value is of another kind.
    """
    from kit import training

    known = {
        "task": fields_of(data.task),
        "input": fields_of(data.input),
        "builder": arguments_of(_builder(builder, data.task)),
        "fit": arguments_of(training.fit),
    }
    every = {name for names in known.values() for name in names}
    divided = {owner: {} for owner in OWNERS}
    for name, value in given.items():
        if name not in every:
            raise unknown(f"setting for {data.task.describe()}", name, every)
        owner = next(owner for owner in OWNERS if name in known[owner])
        divided[owner][name] = _of_kind(name, value, known[owner][name], owner)
    return divided


def _builder(builder, task):
    """The function whose arguments are meant: `kit.build` takes those of the task's own builder."""
    from kit import builders

    return builders.builder_for(task) if builder in (None, builders.build) else builder


def _of_kind(name, value, default, owner):
    """The value, if it is of the kind that the argument takes."""
    if owner in ("task", "input"):
        value = tuple(value) if isinstance(value, list) else value
    if isinstance(default, bool):
        fits, kind = isinstance(value, bool), "true or false"
    elif isinstance(default, numbers.Real) or (default is None and _is_number(name, owner)):
        fits, kind = isinstance(value, numbers.Real) and not isinstance(value, bool), "a number"
        fits = fits or (value is None and default is None)
    elif isinstance(default, str) or name in _TEXT_OR_NONE:
        fits, kind = value is None or isinstance(value, str), "text"
    else:
        return value
    if not fits and name not in _ANY:
        raise KitError(f"Setting {name} takes {kind}. Received: {value!r}.")
    return value


def _is_number(name, owner):
    return owner in ("builder", "fit") and name not in _TEXT_OR_NONE | _ANY
