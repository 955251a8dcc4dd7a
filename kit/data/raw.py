"""Raw: what a reader found in a source, before anything is decided about it."""

import dataclasses

import numpy as np

PARTS = ("train", "validation", "test")


@dataclasses.dataclass
class Raw:
    """Samples as they were found. A reader makes one; `load_data` turns it into `Data`.

    Args:
        name: short name of the source, for file names and headings.
        inputs: DataFrame (with the targets' columns, where `labels` is None), array of
            images, or list of paths.
        labels: array (N,) or (N, T), or None where they are columns of `inputs`; boxes: object array
            (N,) of pairs (boxes_xyxy float32 (M, 4) in pixels of the image, names object (M,)).
        names: what each sample is called in messages, such as "row 17" or "cat/3.jpg".
        target: names of the targets' columns, where the source knows them.
        parts: indices of the parts that the source itself has, by name; None if it has none.
        input: the `Images` that the source asks for; None to find out.
        notes: what was found and why it was taken for that.
        issues: faults that do no harm, to be listed.
        faults: faults with which nothing can be made of the source.
        findings: faults of single samples, which may be skipped; without rows: already left out.
        groups: array (N,); samples of one group stay in one part.
        times: array (N,) of dates or numbers; parts follow one another in time.
        encoded: array of the decoded images, once they are decoded.
        places: array (N,), where each sample lies in `encoded`.
        keys: array (N,) of numbers that are equal where encoded images are.
        dense: "mask" or "image" where each label is a map as large as its image, "boxes" where it is
            the objects in it, else None.
        classes: dense "mask": the name of each value of the masks; boxes: the classes of the objects.
        numbers: boxes: the number of each class in the files, by its name, where they have some.
        void: dense "mask": the value that is no class, where the source says so.
        sizes: boxes: (height, width) in pixels of each image as it is shown; None where unreadable.
        series: whether inputs are series: an array (N, steps, channels), or an object array (N,) of
            arrays (steps, channels).
        form: name of the task that the source itself says, or None.
        ignored: boxes: object array (N,) of what `kit.data.ignored` holds of each image; None if nothing.
    """

    name: str
    inputs: object
    labels: object = None
    names: list = dataclasses.field(default_factory=list)
    target: tuple = ()
    parts: dict | None = None
    input: object = None
    notes: list = dataclasses.field(default_factory=list)
    issues: list = dataclasses.field(default_factory=list)
    faults: list = dataclasses.field(default_factory=list)
    findings: list = dataclasses.field(default_factory=list)
    groups: object = None
    times: object = None
    encoded: object = None
    places: object = None
    keys: object = None
    dense: str | None = None
    classes: tuple = ()
    numbers: dict = dataclasses.field(default_factory=dict)
    void: int | None = None
    sizes: list | None = None
    series: bool = False
    form: str | None = None
    ignored: object = None

    def __len__(self):
        return len(self.inputs)

    @property
    def is_table(self):
        """Whether the inputs are rows of columns."""
        return hasattr(self.inputs, "columns")

    def keep(self, rows):
        """Drops all samples but these, in place. `encoded` stays whole; `places` says who lies where."""
        self.parts = renumbered(self.parts, rows, len(self))
        for field in ("inputs", "labels", "names", "groups", "times", "places", "keys", "sizes", "ignored"):
            values = getattr(self, field)
            setattr(self, field, None if values is None else rows_of(values, rows))


def rows_of(values, rows):
    """The given rows of a DataFrame, an array or a list.

    Example:
        >>> rows_of(["a", "b", "c"], [2, 0])
        ['c', 'a']
    """
    if hasattr(values, "iloc"):
        return values.iloc[rows].reset_index(drop=True)
    if isinstance(values, np.ndarray):
        return values[rows]
    return [values[row] for row in rows]


def renumbered(parts, kept, count):
    """Parts as indices among the kept samples; those that were dropped vanish from them.

    Args:
        parts: indices by name of part, or None.
        kept: indices that stay, rising.
        count: how many samples there were.

    Example:
        >>> renumbered({"train": np.array([0, 1]), "test": np.array([2])}, np.array([1, 2]), 3)["train"]
        array([0])
    """
    if parts is None:
        return None
    place = np.full(count, -1)
    place[kept] = np.arange(len(kept))
    return {part: place[rows][place[rows] >= 0] for part, rows in parts.items()}
