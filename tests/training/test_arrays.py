"""What the engines are given: how long to wait where few validation samples judge."""

import numpy as np
import pytest

import kit
from kit.builders import Kit
from kit.training import arrays


@pytest.mark.parametrize(("validation", "left_out"), [(8, False), (arrays.FEW, True)])
def test_few_validation_series_do_not_end_the_training(validation, left_out, rng):
    def part(count):
        return rng.normal(size=(count, 4, 1)), [0, 1] * (count // 2)

    data = kit.load_data((part(10), part(validation)))
    feed, _ = arrays.prepare(Kit(data.input, data.task), data, seed=0, class_weight=None, augment=None)
    assert (feed.patience is None) is left_out  # None: as the number of epochs says


def test_rows_of_a_table_are_trained_as_ever(rng):
    x = rng.normal(size=(20, 3))
    data = kit.load_data(((x, [0, 1] * 10), (np.copy(x[:8]) + 1, [0, 1] * 4)))
    feed, _ = arrays.prepare(Kit(data.input, data.task), data, seed=0, class_weight=None, augment=None)
    assert feed.patience is None
