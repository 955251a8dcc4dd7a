"""What train and evaluate show."""

import dataclasses

from kit.cli import scores


@dataclasses.dataclass
class Report:
    """Stands for what kit.evaluate returns."""

    split: str = "test"
    metrics: dict = dataclasses.field(default_factory=lambda: {"accuracy": 0.9876, "auc": float("nan")})
    intervals: dict = dataclasses.field(default_factory=lambda: {"accuracy": (0.9, 1.0)})


class Pair:
    """Stands for a model's input and task."""

    input, task = (1, 2), {"kind": "x"}


def test_the_result_is_plain_and_names_classes_and_part():
    assert scores.result(Pair, "test", Report(), {"accuracy": 0.5}) == {
        "task": "dict",
        "input": "tuple",
        "split": "test",
        "metrics": {"accuracy": 0.9876, "auc": None},
        "validation": {"accuracy": 0.5},
        "intervals": {"accuracy": [0.9, 1.0]},
    }


def test_the_table_has_a_line_a_metric_and_blanks_for_what_is_not_known():
    text = scores.table(scores.result(Pair, "validation", Report(), None))
    assert text.splitlines() == [
        "validation part  value   low  high  validation",
        "accuracy         0.9876  0.9  1",
        "auc",
    ]
