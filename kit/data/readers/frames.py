"""DataFrames."""

from kit.data.raw import Raw
from kit.data.readers import READERS
from kit.errors import DataError, Fault


def _takes(source):
    return hasattr(source, "iloc") and hasattr(source, "columns")


@READERS.register("DataFrame", takes=_takes, order=2)
def read(request):
    """A DataFrame; its index is not used."""
    frame = request.source.reset_index(drop=True)
    note = f"Took the DataFrame for a table of {len(frame)} rows and {len(frame.columns)} columns."
    return Raw("frame", with_text_names(frame), notes=[note])


def with_text_names(frame):
    """The frame with its columns' names as text.

    Raises:
        DataError: if two columns have one name.
    """
    names = [str(name) for name in frame.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError([Fault(f"column {n!r}", "there more than once", "each name once") for n in twice])
    return frame.set_axis(names, axis=1)
