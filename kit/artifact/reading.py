"""Data for a trained model, read as its training read them."""


def as_trained(source, task, input, settings=None, *, target=None, divide=True):
    """The data as a model was trained on them: the same target, the same seed of the split, faults too.

    Args:
        source: what `kit.load_data` takes.
        task: of the model.
        input: of the model.
        settings: of `kit train`, as the card of its artifact knows them; None where they are not known.
        target: the column that was predicted; None for that of the training.
        divide: False to keep all samples in the training part.

    Returns:
        A `Data`.

    Example:
        >>> import kit
        >>> data = kit.load_data("wine")
        >>> len(as_trained("wine", data.task, data.input, divide=False).train)
        178
    """
    from kit.data import load

    known = settings or {}
    if target is None:
        target = getattr(task, "targets", None) or known.get("target")
        target = None if input.rank == 3 and known.get("target") is None else target
    how = {name: known[name] for name in ("seed", "on_bad", "box_format", "groups", "time") if name in known}
    return load.load_data(source, task, target, input=input, divide=divide, **how)
