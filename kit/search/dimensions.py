"""One hyperparameter and the values it may take; what can be wrong with them."""

import dataclasses
import json
import numbers

from kit.errors import KitError, unknown

_LOG = "log"


@dataclasses.dataclass(frozen=True)
class Dimension:
    """One hyperparameter: a range, or a list of choices.

    Args:
        name: as the namespace of settings calls it, such as "learning_rate".
        kind: "float", "int", "choice" or "boolean".
        low: smallest value of a range.
        high: largest value of a range.
        log: whether the range is searched by magnitude.
        step: distance of the values that are tried, or None for any.
        values: the choices, as the user gave them.
        when: name of another hyperparameter -> its values under which this one is searched.
    """

    name: str
    kind: str
    low: float | None = None
    high: float | None = None
    log: bool = False
    step: float | None = None
    values: tuple = ()
    when: tuple = ()

    @property
    def is_coded(self):
        """Whether the choices are of kinds that KerasTuner does not know: it is given them as JSON text."""
        return self.kind == "choice" and not _is_plain(self.values)

    @property
    def samples(self):
        """Values that show of what kind they are: all choices, or both ends of the range."""
        return self.values or (self.low, self.high)

    def decoded(self, value):
        """A value of KerasTuner's as the user wrote it."""
        return json.loads(value) if self.is_coded else value

    def declare(self, hp):
        """Adds this hyperparameter to KerasTuner's; -> nothing."""
        if self.kind == "boolean":
            hp.Boolean(self.name)
        elif self.kind == "choice":
            hp.Choice(self.name, [json.dumps(v) for v in self.values] if self.is_coded else list(self.values))
        else:
            add = hp.Int if self.kind == "int" else hp.Float
            sampling = _LOG if self.log else "linear"
            add(self.name, self.low, self.high, step=self.step, sampling=sampling)


def every(ranges):
    """The dimensions of all ranges, each after those it depends on.

    Args:
        ranges: dict name -> range, as `SearchSpace` takes them.

    Raises:
        KitError: that lists every fault.
    """
    found, faults = [], []
    for name, range in ranges.items():
        try:
            found.append(_dimension(name, range))
        except KitError as fault:
            faults.append(str(fault))
    faults += _unmet({dimension.name: dimension for dimension in found}, ranges)
    if faults:
        raise KitError("\n".join(faults))
    return _sorted(found)


def _dimension(name, range):
    when = ()
    if isinstance(range, dict):
        if not set(range) <= {"values", "when"} or "values" not in range:
            raise KitError(
                f"{name}: a range under a condition is {{'values': ..., 'when': {{name: value}}}}."
            )
        when = tuple((parent, _as_values(values)) for parent, values in range.get("when", {}).items())
        range = range["values"]
    if isinstance(range, tuple):
        return dataclasses.replace(_of_range(name, range), when=when)
    if isinstance(range, list):
        return dataclasses.replace(_of_choices(name, range), when=when)
    raise KitError(
        f"{name}: expected a range (low, high), (low, high, 'log'), (low, high, step) or a list of choices. "
        f"Received: {range!r}."
    )


def _as_values(values):
    return tuple(values) if isinstance(values, list | tuple) else (values,)


def _of_range(name, range):
    if len(range) not in (2, 3) or not all(map(_is_number, range[:2])):
        raise KitError(
            f"{name}: a range is (low, high) of numbers, or with 'log' or a step. Received: {range}."
        )
    low, high, *more = range
    log = more == [_LOG]
    if more and not log and not (_is_number(more[0]) and more[0] > 0):
        raise KitError(f"{name}: the third of a range is 'log' or a step above 0. Received: {more[0]!r}.")
    if not low < high:
        raise KitError(f"{name}: the range from {low} to {high} is empty. Give the lower end first.")
    if log and low <= 0:
        raise KitError(f"{name}: a range by magnitude starts above 0. Received: {low}. Give a small number.")
    step = None if log or not more else more[0]
    whole = all(isinstance(number, numbers.Integral) for number in (low, high, step or 1))
    return Dimension(name, "int" if whole else "float", low, high, log, step)


def _of_choices(name, values):
    if not values:
        raise KitError(f"{name}: no choices. Give at least one.")
    if doubled := [value for place, value in enumerate(values) if repr(value) in map(repr, values[:place])]:
        raise KitError(f"{name}: {doubled[0]!r} is there twice. Give each choice once.")
    kinds = {_kind(value) for value in values} - {"nothing"}
    if len(kinds) > 1:
        raise KitError(
            f"{name}: choices of mixed kinds ({' and '.join(sorted(kinds))}): {values}. Give one kind."
        )
    if kinds == {"boolean"} and len(values) == 2:
        return Dimension(name, "boolean", values=tuple(values))
    if kinds == {"number"} and _is_plain(values):
        values = [float(v) for v in values] if any(isinstance(v, float) for v in values) else values
    return Dimension(name, "choice", values=tuple(values))


def _kind(value):
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "boolean"
    return "number" if _is_number(value) else type(value).__name__.replace("str", "text")


def _is_number(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _is_plain(values):
    """Whether all are numbers, or all are texts."""
    return all(map(_is_number, values)) or all(isinstance(value, str) for value in values)


def _unmet(known, ranges):
    """What is wrong with the conditions, as texts."""
    for dimension in known.values():
        for parent, values in dimension.when:
            if parent not in ranges:
                yield f"{dimension.name}: {unknown('hyperparameter in a condition', parent, ranges)}"
            elif parent in known and not known[parent].values:
                yield f"{dimension.name}: a condition needs choices, and {parent} is a range."
            elif parent in known and (none := [each for each in values if each not in known[parent].values]):
                values = list(known[parent].values)
                yield f"{dimension.name}: {parent} is never {none[0]!r}; it is one of {values}."


def _sorted(dimensions):
    """The dimensions in their order, each after those it depends on.

    Raises:
        KitError: if conditions go round in a circle.
    """
    left, done = list(dimensions), []
    while left:
        names = {dimension.name for dimension in done}
        ready = [each for each in left if {parent for parent, _ in each.when} <= names]
        if not ready:
            raise KitError(f"The conditions of {', '.join(each.name for each in left)} go round in a circle.")
        done.append(ready[0])
        left.remove(ready[0])
    return done
