"""What the task that was asked for means to a reader: some folders could be read in several ways."""


def kind_of(task):
    """Name of the kind of a task, in small letters; None where none was asked for.

    Args:
        task: a task, the name of one, or None.

    Example:
        >>> kind_of("denoising"), kind_of(kit.Segmentation(3)), kind_of(None)
        ('denoising', 'segmentation', None)
    """
    return task if task is None or isinstance(task, str) else type(task).__name__.lower()
