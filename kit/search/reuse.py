"""Models that are trained again and again: a trial of the same shape needs no new model and no new trace.

Building takes a tenth of a second and tracing more than one, as long as many a small trial itself.
Trials that differ in learning rate, weight decay, batch size or epochs only are given the same model,
as good as new.
"""

import collections

from kit.artifact import runtime
from kit.training import engines, initial, rates

MOST = 4  # models that are kept
_VARIABLE = ("learning_rate", "weight_decay")  # arguments of builders that a compiled step reads anew


class Models:
    """The models of one trainer.

    Args:
        work: a `Work`.
    """

    def __init__(self, work):
        self.work, self._kept = work, collections.OrderedDict()

    def get(self, assignment, parts, data, seed):
        """(a compiled model as good as new, config of what its builder declared on `hp`, or None).

        Args:
            assignment: an `Assignment`.
            parts: its settings by owner.
            data: the `Data` under them.
            seed: of the weights.
        """
        if self.work.takes_hp:
            return self.work.built(assignment, parts, data)
        wanted = parts["builder"]
        varied = {name: wanted.get(name) for name in _VARIABLE}
        same = {name: value for name, value in wanted.items() if name not in _VARIABLE}
        key = repr((sorted(same.items()), varied["weight_decay"] in (0, None), data.input, data.task))
        if key not in self._kept:
            self._kept[key] = self._made(assignment, parts, data)
        self._kept.move_to_end(key)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        model, usual = self._kept[key]
        if usual is None or not _set(model, {**usual, **_known(varied)}):
            del self._kept[key]
            model = self.work.built(assignment, parts, data)[0]
            if usual is not None:
                initial.reset(model, seed)
            return model, None
        initial.reset(model, seed)
        return model, None

    def _made(self, assignment, parts, data):
        """(model, what it has for learning rate and weight decay by itself; None if it cannot be renewed)."""
        model, _ = self.work.built(assignment, parts, data)
        if not initial.can_reset(model):
            return model, None
        engines.keep(model)
        runtime.keep(model)
        usual = {
            "learning_rate": rates.peak_of(model.optimizer),
            "weight_decay": model.optimizer.weight_decay,
        }
        return model, usual


def _known(values):
    return {name: value for name, value in values.items() if value is not None}


def _set(model, values):
    """Sets learning rate and weight decay; -> whether that was possible."""
    optimizer, share = model.optimizer, values["weight_decay"]
    rates.set_peak(optimizer, values["learning_rate"])
    if share == optimizer.weight_decay:
        return True
    if not hasattr(optimizer, "set_weight_decay") or not optimizer.weight_decay or not share:
        return False
    optimizer.set_weight_decay(share)
    return True
