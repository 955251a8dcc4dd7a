"""Rules: one small file each, with an example that fails and one that passes."""

import dataclasses
import sys
import warnings

from kit.doctor.finding import Finding
from kit.errors import KitError
from kit.registry import Registry

RULES = Registry("rule of the doctor", "kit.doctor.rules")


@dataclasses.dataclass(frozen=True)
class Case:
    """An example of a rule: what the doctor is given.

    Args:
        title: what is right or wrong with it.
        thing: model, data or path, as `kit.doctor` takes it.
        data: data of the model, or None.
        options: further arguments of `kit.doctor`, a dict.
    """

    title: str
    thing: object
    data: object = None
    options: dict = dataclasses.field(default_factory=dict)


def rule(name, severity, needs):
    """Decorator of a rule: a generator that takes a `Patient` and yields (where, evidence, cure).

    The rule's file also has `failing()` and `passing()`, generators of `Case`.

    Args:
        name: of the rule; the file has the same.
        severity: of what it finds.
        needs: names of the attributes of `Patient` that must be there.
    """
    return RULES.register(name, severity=severity, needs=tuple(needs))


def names():
    """Names of all rules.

    Example:
        >>> "softmax_of_one" in names()
        True
    """
    return RULES.names()


def source(name):
    """What a rule looks for and where that is known from: its docstring."""
    return RULES.get(name).__doc__


def examples(name):
    """(cases that fail, cases that pass) of a rule, two lists of `Case`."""
    module = sys.modules[RULES.get(name).__module__]
    return list(module.failing()), list(module.passing())


def applied(name, patient):
    """The findings of one rule; a rule that fails itself says so in a note.

    Args:
        name: of the rule.
        patient: a `Patient`.
    """
    facts = RULES.facts(name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a sick model: what matters of it is a finding
            if any(getattr(patient, need) is None for need in facts["needs"]):
                return []
            return [Finding(name, facts["severity"], *found) for found in RULES.get(name)(patient)]
    except MemoryError:
        raise
    except Exception as error:  # a sick patient may break any rule: the others go on
        kind = "" if isinstance(error, KitError) else f"{type(error).__name__}: "
        text = f"{kind}{' '.join(str(error).split())[:200]}"
        return [Finding(name, "note", "this rule", f"could not run ({text})", "The other rules did.")]
