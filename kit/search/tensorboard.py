"""A search for TensorBoard: its HParams tab shows the table, parallel coordinates and scatter plots of it.

Written with the `tensorboard` package alone; TensorFlow is not needed.
"""

import io
import re
import time
from pathlib import Path

from kit import storage
from kit.plain import scalar, writable
from kit.search import scales
from kit.search.board import Board

_FILE = "events.out.tfevents.0.kit"  # always the same: writing again replaces, and does not add
_VERSION = "brain.Event:2"


def write(folder, leaderboard, facts):
    """Writes a log a trial, and one that says what was searched.

    Args:
        folder: for `tensorboard --logdir`; is made if it is not there.
        leaderboard: DataFrame as `SearchResult.leaderboard`.
        facts: dict as `kit.search.report.write` takes it.

    Returns:
        The folder, as a `Path`.

    Raises:
        KitError: if the folder cannot be written to.

    Example:
        >>> table = pd.DataFrame({"trial": ["0"], "status": ["completed"], "score": [0.9], "width": [8]})
        >>> logs = write(folder / "logs", table, {"objectives": ["accuracy"]})
        >>> sorted(path.parent.name for path in logs.rglob("events*"))
        ['0', 'logs']
    """
    folder, board = Path(folder), Board(leaderboard, facts)
    metrics = _metrics(board)
    storage.write_bytes(folder / _FILE, _records([(0, _experiment(board, metrics))]))
    for _, row in board.trials.iterrows():
        if row["status"] != "running":
            storage.write_bytes(folder / _safe(row["trial"]) / _FILE, _records(_session(board, row, metrics)))
    return folder


def _metrics(board):
    """Name of a metric -> column of the leaderboard; the first objective comes first."""
    others = [name for name in board.frame if name.startswith("val_")]
    costs = [name for name in (*board.objectives[1:], "parameters", "seconds") if name in board.frame]
    return {board.objectives[0]: "score", **{name: name for name in (*costs, *others)}}


def _experiment(board, metrics):
    """What was searched."""
    from tensorboard.plugins.hparams import summary_v2 as hparams

    return hparams.hparams_config_pb(
        hparams=[hparams.HParam(writable(name), _domain(board, name)) for name in board.names],
        metrics=[hparams.Metric(writable(name), display_name=writable(name)) for name in metrics],
    )


def _domain(board, name):
    """The values of a hyperparameter that were tried."""
    from tensorboard.plugins.hparams import summary_v2 as hparams

    values = [_value(value) for value in board.trials[name] if not scales.is_missing(value)]
    kinds = {type(value) for value in values}
    if kinds <= {int, float} and not board.scale(name).choices:
        return hparams.RealInterval(float(min(values)), float(max(values))) if values else None
    values = sorted({value if len(kinds) == 1 else str(value) for value in values})
    return hparams.Discrete(values)


def _session(board, row, metrics):
    """(epoch, summary) of everything there is to tell of a trial."""
    from tensorboard.plugins.hparams import plugin_data_pb2 as data
    from tensorboard.plugins.hparams import summary_v2 as hparams
    from tensorboard.plugins.scalar.summary_v2 import scalar_pb

    values = {writable(name): _value(row[name]) for name in board.names if not scales.is_missing(row[name])}
    mixed = {name for name in values if len({type(_value(each)) for each in board.trials[name].dropna()}) > 1}
    values = {name: str(value) if name in mixed else value for name, value in values.items()}
    yield 0, hparams.hparams_pb(values, trial_id=writable(row["trial"]), start_time_secs=0)
    watched = board.facts.get("watched") or "watched number"
    for epoch, number in enumerate((board.facts.get("curves") or {}).get(row["trial"], ()), start=1):
        yield epoch, scalar_pb(f"epoch/{writable(watched)}", float(number))
    last = 0 if scales.is_missing(row["epochs"]) else int(row["epochs"])
    for name, column in metrics.items():
        if not scales.is_missing(row[column]):
            yield last, scalar_pb(writable(name), float(row[column]))
    status = "STATUS_SUCCESS" if row["status"] in ("completed", "pruned") else "STATUS_FAILURE"
    end = data.SessionEndInfo(status=_status(status), end_time_secs=float(row["seconds"]))
    yield last, _summary("_hparams_/session_end_info", data.HParamsPluginData(session_end_info=end))


def _status(name):
    from tensorboard.plugins.hparams import api_pb2

    return api_pb2.Status.Value(name)


def _summary(tag, content):
    from tensorboard.compat.proto import summary_pb2
    from tensorboard.plugins.hparams import metadata

    summary = summary_pb2.Summary()
    about = metadata.create_summary_metadata(content)
    summary.value.add(tag=tag, metadata=about, tensor=metadata.NULL_TENSOR)
    return summary


def _records(summaries):
    """The bytes of an event file."""
    from tensorboard.compat.proto import event_pb2
    from tensorboard.summary.writer.record_writer import RecordWriter

    now, content = time.time(), io.BytesIO()
    writer = RecordWriter(content)
    writer.write(event_pb2.Event(wall_time=now, file_version=_VERSION).SerializeToString())
    for step, summary in summaries:
        writer.write(event_pb2.Event(wall_time=now, step=step, summary=summary).SerializeToString())
    return content.getvalue()


def _value(value):
    """A value as TensorBoard knows it: a number, a boolean or text."""
    value = scalar(value)
    return value if isinstance(value, bool | int | float) else writable(str(value))


def _safe(trial):
    """A trial's id as the name of a folder."""
    return re.sub(r"[^\w-]", "_", writable(trial)) or "_"
