"""What waits together is predicted together, in bounded number, and nothing that was taken is lost."""

import concurrent.futures
import threading

import pytest

from kit.serving.batching import Batcher
from kit.serving.refusals import Refused


class Gate:
    """A run that waits until it is opened, and remembers its batches."""

    def __init__(self):
        self.batches, self.entered, self.open = [], threading.Event(), threading.Event()

    def __call__(self, works):
        self.batches.append(list(works))
        self.entered.set()
        self.open.wait(30)
        return [-work for work in works]


@pytest.fixture
def gate():
    return Gate()


def held(gate, **bounds):
    """A batcher whose thread is busy with the work 0."""
    batcher = Batcher(gate, **bounds)
    first = batcher.submit(0)
    assert gate.entered.wait(30)
    return batcher, first


def test_what_waits_meanwhile_is_one_batch_and_each_gets_its_own(gate):
    batcher, first = held(gate)
    others = [batcher.submit(work) for work in (1, 2, 3)]
    assert batcher.waiting == 3
    gate.open.set()
    assert [future.result(30) for future in (first, *others)] == [0, -1, -2, -3]
    assert gate.batches == [[0], [1, 2, 3]]
    batcher.close()


def test_a_batch_has_at_most_so_many_samples_but_one_work_goes_whole(gate):
    batcher, _ = held(gate, most=4)
    for work, count in ((1, 3), (2, 1), (3, 9), (4, 1)):
        batcher.submit(work, count)
    gate.open.set()
    batcher.close()
    assert gate.batches == [[0], [1, 2], [3], [4]]


def test_beyond_the_bounds_works_are_refused_with_a_time_to_come_again(gate):
    batcher, _ = held(gate, waiting=2, samples=10)
    batcher.submit(1, 50)  # nothing waits, so it is taken
    with pytest.raises(Refused) as refused:
        batcher.submit(2, 1)
    assert (refused.value.status, refused.value.headers) == (503, {"retry-after": "1"})
    gate.open.set()
    batcher.close()


def test_closing_answers_all_that_was_taken_and_takes_no_more(gate):
    batcher, first = held(gate)
    second = batcher.submit(1)
    closing = threading.Thread(target=batcher.close)
    closing.start()
    gate.open.set()
    closing.join(30)
    assert (first.result(0), second.result(0)) == (0, -1)
    with pytest.raises(Refused, match="too much to do"):
        batcher.submit(2)


def test_what_waited_too_long_or_was_given_up_is_not_begun(gate):
    batcher, _ = held(gate)
    late, given_up, good = batcher.submit(1, seconds=-1), batcher.submit(2), batcher.submit(3)
    given_up.cancel()
    gate.open.set()
    with pytest.raises(Refused, match="waited too long"):
        late.result(30)
    assert good.result(30) == -3
    assert gate.batches == [[0], [3]]
    with pytest.raises(concurrent.futures.CancelledError):
        given_up.result(0)
    batcher.close()


def test_an_error_of_one_is_its_own_and_an_error_of_all_does_not_end_the_thread():
    def run(works):
        if "all" in works:
            raise ZeroDivisionError
        return [ValueError(work) if work == "bad" else work for work in works]

    batcher = Batcher(run)
    with pytest.raises(ZeroDivisionError):
        batcher.submit("all").result(30)
    with pytest.raises(ValueError, match="bad"):
        batcher.submit("bad").result(30)
    assert batcher.submit("good").result(30) == "good"
    batcher.close()
