"""The logs of a search, read by TensorBoard's own reader and its HParams plugin."""

import pytest

from kit.search import tensorboard


def events(path):
    """The events of a file; the reader checks every sum."""
    from tensorboard.compat.proto import event_pb2
    from tensorboard.compat.tensorflow_stub import errors, pywrap_tensorflow

    reader = pywrap_tensorflow.PyRecordReader_New(str(path).encode())
    while True:
        try:
            reader.GetNext()
        except errors.OutOfRangeError:
            return
        yield event_pb2.Event.FromString(reader.record())


def values(folder):
    """(step, tag, value) of all summaries in a folder's own event file."""
    (path,) = folder.glob("events.out.tfevents.*")
    return [(event.step, each.tag, each) for event in events(path) for each in event.summary.value]


def contents(folder, tag):
    (found,) = (each.metadata.plugin_data.content for _, name, each in values(folder) if name == tag)
    return found


@pytest.fixture(scope="module")
def logs(boards, tmp_path_factory):
    folder = tmp_path_factory.mktemp("logs")
    table, facts = boards.board(9, failed=[1], running=[2])
    return tensorboard.write(folder, table, {**facts, "watched": "val_accuracy"}), table, facts


def test_each_trial_that_ended_has_a_log(logs):
    assert sorted(path.name for path in logs[0].iterdir() if path.is_dir()) == [
        f"{number:04d}" for number in (0, 1, 3, 4, 5, 6, 7, 8)
    ]


def test_the_plugin_reads_the_values_of_a_trial(logs):
    from tensorboard.plugins.hparams import metadata

    folder, table, _ = logs
    row = table.iloc[0]
    content = contents(folder / row["trial"], metadata.SESSION_START_INFO_TAG)
    found = metadata.parse_session_start_info_plugin_data(content)
    assert found.group_name == row["trial"]
    assert found.hparams["learning_rate"].number_value == row["learning_rate"]
    assert found.hparams["optimizer"].string_value == row["optimizer"]
    assert found.hparams["augment"].bool_value == row["augment"]
    assert ("momentum" in found.hparams) == (row["optimizer"] == "sgd")


def test_the_plugin_reads_what_was_searched(logs):
    from tensorboard.plugins.hparams import metadata

    found = metadata.parse_experiment_plugin_data(contents(logs[0], metadata.EXPERIMENT_TAG))
    infos = {each.name: each for each in found.hparam_infos}
    assert set(infos) == set(logs[2]["hyperparameters"])
    assert [each.number_value for each in infos["batch_size"].domain_discrete.values] == sorted(
        set(logs[1]["batch_size"])
    )
    rates = logs[1]["learning_rate"]
    assert infos["learning_rate"].domain_interval.min_value == rates.min()
    assert found.metric_infos[0].name.tag == "accuracy"


def test_score_metrics_and_curve_are_scalars(logs):
    from tensorboard.util import tensor_util

    folder, table, facts = logs
    row = table.iloc[0]
    found = {
        (tag, step): float(tensor_util.make_ndarray(each.tensor))
        for step, tag, each in values(folder / row["trial"])
        if each.metadata.plugin_data.plugin_name == "scalars"
    }
    assert found["accuracy", row["epochs"]] == pytest.approx(row["score"])
    assert found["val_loss", row["epochs"]] == pytest.approx(row["val_loss"])
    curve = [found["epoch/val_accuracy", epoch] for epoch in range(1, row["epochs"] + 1)]
    assert curve == pytest.approx(facts["curves"][row["trial"]])


def test_the_plugin_tells_failed_trials_from_others(logs):
    from tensorboard.plugins.hparams import api_pb2, metadata

    def status(trial):
        content = contents(logs[0] / trial, metadata.SESSION_END_INFO_TAG)
        return metadata.parse_session_end_info_plugin_data(content).status

    assert status("0001") == api_pb2.STATUS_FAILURE and status("0003") == api_pb2.STATUS_SUCCESS


def test_writing_again_replaces_and_strange_names_stay_in_the_folder(boards, tmp_path):
    for _ in range(2):
        tensorboard.write(tmp_path / "logs", *boards.dirty(8))
    assert [path.name for path in tmp_path.iterdir()] == ["logs"]
    assert len(list((tmp_path / "logs").glob("*/events*"))) == 8
