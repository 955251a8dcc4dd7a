"""The space that is searched where the user names none: what pays most, for each kind of task."""

from kit.search.space import SearchSpace

# the learning rates around those that the builders take by themselves
_RATES = {"boxes": (1e-3, 3e-2, "log"), "image": (1e-4, 1e-2, "log")}
_RATE = (3e-4, 3e-2, "log")
_TABLE = {"dropout": (0.0, 0.5), "width": [64, 128, 256, 512], "activation": ["relu", "swish", "gelu"]}
_IMAGES = {"dropout": (0.0, 0.5), "activation": ["relu", "swish"]}


def default_space(data, builder=None, settings=()):
    """Learning rate, batch size and epochs; for classification and regression, a few more.

    Args:
        data: a `Data`.
        builder: the builder whose arguments are searched; None takes the task's own.
        settings: names that are set already, and are left out.

    Example:
        >>> default_space(kit.load_data("wine")).names[:3]
        ('learning_rate', 'batch_size', 'epochs')
    """
    from kit import builders, namespace
    from kit.training import plan

    task, count = data.task, len(data.train)
    usual = plan.batch_size(count)
    epochs = plan.epochs(-(-count // usual))
    sizes = [size for size in (usual // 2, usual, usual * 2) if size <= max(8, count // 4)] or [usual // 2]
    if task.is_dense or task.form == "boxes":
        sizes, epochs = [2, 4, 8], max(8, min(40, epochs))
    ranges = {
        "learning_rate": _RATES.get(task.form, _RATE),
        "batch_size": sizes,
        "epochs": sorted({max(2, epochs // 2), epochs, epochs * 2}),
    }
    if not (task.is_dense or task.form == "boxes"):
        ranges |= _IMAGES if getattr(data.input, "rank", 2) == 4 else _TABLE
    takes = builder if builder not in (None, builders.build) else builders.builder_for(task)
    known = namespace.arguments_of(takes) | {"batch_size": 0, "epochs": 0}
    return SearchSpace(
        {name: range for name, range in ranges.items() if name in known and name not in settings}
    )
