"""kit.data.sampling: how often classes and samples come in an epoch."""

import numpy as np
import pytest

from kit.data.sampling import balanced

CLASSES = np.repeat([0, 1, 4], [70, 25, 5])  # classes 2 and 3 have no samples


@pytest.mark.parametrize("epoch", [0, 1, 5])
def test_classes_come_equally_often_and_their_samples_too(epoch):
    picked = balanced(CLASSES, seed=0, epoch=epoch)
    assert len(picked) == 100
    assert sorted(np.bincount(CLASSES[picked])[[0, 1, 4]]) == [33, 33, 34]
    for kind in (0, 1, 4):
        times = np.bincount(picked, minlength=100)[kind == CLASSES]
        assert np.ptp(times) <= 1


def test_large_classes_are_seen_whole_in_a_few_epochs():
    seen = np.unique(np.concatenate([balanced(CLASSES, seed=0, epoch=epoch) for epoch in range(12)]))
    assert len(seen) > 95


def test_seed_and_epoch_decide():
    first = balanced(CLASSES, seed=0, epoch=0)
    assert (first == balanced(CLASSES, seed=0, epoch=0)).all()
    assert (first != balanced(CLASSES, seed=0, epoch=1)).any()
    assert (first != balanced(CLASSES, seed=1, epoch=0)).any()


def test_more_classes_than_a_class_has_samples():
    assert sorted(balanced(np.arange(5), seed=0, epoch=0)) == [0, 1, 2, 3, 4]
