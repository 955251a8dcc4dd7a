"""Series of arrays and tables: wide and long, and the dirt in them."""

import numpy as np
import pandas as pd
import pytest

import kit
from kit.errors import DataError, KitError


def arrays(count=12, steps=6, channels=2, seed=0):
    return np.random.default_rng(seed).normal(size=(count, steps, channels))


def long_table(count=8):
    """Series 0, 1, ... of 3 to 5 steps, last step first; odd ones are "high"."""
    rows = []
    for name in range(count):
        for step in reversed(range(3 + name % 3)):
            rows.append(
                {"id": f"s{name}", "t": step, "v": 10.0 * name + step, "kind": ["low", "high"][name % 2]}
            )
    return pd.DataFrame(rows)


def everything(data):
    parts = list(data.parts().values())
    return [one for part in parts for one in part.inputs], [y for part in parts for y in part.labels]


def test_floats_of_rank_three_are_series():
    data = kit.load_data((arrays(), [0, 1] * 6))
    assert data.input.shape == (6, 2) and data.task.classes == (0, 1)
    assert data.train.arrays()[0].shape == (len(data.train), 6, 2)


def test_arrays_of_several_lengths_are_padded():
    each = [np.arange(1.0 + i % 3) + i for i in range(12)]
    data = kit.load_data((each, [0, 1] * 6))
    assert data.input.variable and data.input.shape == (3, 1)
    assert any("3 steps" in note and "mask" in note for note in data.notes)


def test_the_statistics_are_those_of_the_training_part():
    x = arrays()
    data = kit.load_data(((x[:6], [0, 1] * 3), (x[6:9] + 100, [0, 1, 0]), (x[9:] + 100, [0, 1, 0])))
    np.testing.assert_allclose(data.input.mean, x[:6].reshape(-1, 2).mean(axis=0))


def test_a_row_is_a_series_where_the_user_says_so():
    frame = pd.DataFrame(arrays(12, 5, 1)[..., 0], columns=list("abcde")).assign(label=["x", "y"] * 6)
    frame.loc[3, ["d", "e"]] = np.nan
    data = kit.load_data(frame, target="label", input="series")
    assert data.input.shape == (5, 1) and data.input.variable  # row 3 ends after its third step
    inputs, labels = everything(data)
    assert sorted(map(len, inputs)) == [3, *[5] * 11] and sorted(labels) == ["x"] * 6 + ["y"] * 6


def test_a_row_is_a_step_where_groups_are_named():
    data = kit.load_data(long_table(), target="kind", input="series", groups="id", time="t")
    inputs, labels = everything(data)
    for one, label in zip(inputs, labels, strict=True):
        number = int(one[0, 0] // 10)
        assert one[:, 0].tolist() == [10 * number + step for step in range(3 + number % 3)]
        assert label == ["low", "high"][number % 2]


def test_a_series_with_several_labels_is_named():
    table = long_table()
    table.loc[0, "kind"] = "high"
    with pytest.raises(DataError, match="series 's0': several values of 'kind'"):
        kit.load_data(table, target="kind", input="series", groups="id", time="t")


def test_text_among_the_steps_is_named():
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": ["1", "x", "3", "4"], "label": list("uvuv")})
    with pytest.raises(DataError, match="column 'b', row 1: 'x'; expected a number"):
        kit.load_data(frame, target="label", input="series")


def test_a_class_of_two_is_split_and_told():
    labels = ["usual"] * 18 + ["rare"] * 2
    data = kit.load_data((arrays(20), labels))
    assert "rare" in set(data.train.labels)
    assert any("no samples of rare" in str(issue) for issue in data.issues)


def test_series_with_other_channels_are_named():
    each = [*arrays(6), np.zeros((6, 3))]
    with pytest.raises(DataError, match=r"row 6: shape \(6, 3\); expected \(steps, 2\)"):
        kit.load_data((each, [0, 1, 0, 1, 0, 1, 0]))


def test_faulty_series_are_left_out_where_the_user_says_so():
    each = [*arrays(12), np.zeros((0, 2)), np.full((6, 2), np.inf)]
    data = kit.load_data((each, [0, 1] * 7), on_bad="skip")
    assert sum(map(len, data.parts().values())) == 12 and len(data.issues) >= 2


def test_identical_series_stay_in_one_part():
    x = arrays(10)
    data = kit.load_data((np.concatenate([x, x]), [0, 1] * 10))
    part_of = {}
    for name, part in data.parts().items():
        for one in part.inputs:
            part_of.setdefault(one.tobytes(), set()).add(name)
    assert all(len(names) == 1 for names in part_of.values())


def test_columns_are_named_of_tables_only():
    with pytest.raises(KitError, match="target names a column of a table, and arrays holds series"):
        kit.load_data((arrays(), [0, 1] * 6), target="label")
    with pytest.raises(KitError, match="cannot be read as"):
        kit.load_data((arrays(), [0, 1] * 6), input=kit.Images((6, 2)))


def test_folds_learn_their_statistics_anew():
    from kit.data.folds import folded

    data = kit.load_data((arrays(20), [0, 1] * 10))
    first, second = (folded(data, fold, 4) for fold in (0, 1))
    assert first.input.mean != second.input.mean
    np.testing.assert_allclose(first.input.mean, np.concatenate(list(first.train.inputs)).mean(axis=0))
