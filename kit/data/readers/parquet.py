"""Parquet files."""

from kit.data import parts
from kit.data.raw import Raw
from kit.data.readers import READERS, existing
from kit.data.readers.frames import with_text_names
from kit.errors import DataError, missing_extra


def _takes(source):
    path = existing(source)
    return path is not None and path.is_file() and path.suffix.lower() in (".parquet", ".pq")


@READERS.register("Parquet", takes=_takes, order=10)
def read(request):
    """A Parquet file."""
    frame, names, own, notes = parts.of_table(request.path, _frame)
    what = f"Took {request.path.name} for a Parquet table of {len(frame)} rows."
    return Raw(request.path.stem, frame, names=names, parts=own, notes=[what, *notes])


def _frame(path):
    import pandas as pd

    try:
        frame = with_text_names(pd.read_parquet(path, engine="pyarrow").reset_index(drop=True))
        return frame, range(len(frame)), len(frame)
    except ImportError:
        raise missing_extra("pyarrow", "parquet") from None
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not readable as Parquet ({error})") from error
