"""selftest: each rule's planted faults are found, and its healthy examples are left alone."""

import time

from kit.doctor import rule as rules_of
from kit.doctor.call import doctor


def selftest(rules=None):
    """Plants each fault and looks whether it is found.

    Args:
        rules: names of rules; None for all.

    Returns:
        A list of dicts with the keys rule, title, planted (whether there is a fault), right (whether the
        doctor says so) and seconds.

    Example:
        >>> [(each["planted"], each["right"]) for each in selftest(["softmax_of_one"])][0]
        (True, True)
    """
    return [
        _tried(name, case, planted)
        for name in (rules_of.names() if rules is None else rules)
        for planted, cases in zip((True, False), rules_of.examples(name), strict=True)
        for case in cases
    ]


def _tried(name, case, planted):
    began = time.perf_counter()
    found = doctor(case.thing, case.data, rules=[name], **case.options)
    severity = rules_of.RULES.facts(name)["severity"]
    right = any(each.severity == severity for each in found) if planted else not found
    seconds = round(time.perf_counter() - began, 3)
    return {"rule": name, "title": case.title, "planted": planted, "right": right, "seconds": seconds}
