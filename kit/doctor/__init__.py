"""The doctor: what is wrong with a model, with data, or with the two together, and what cures it.

`kit.doctor(...)` is this very package, called: a verb and the folder of its parts share the name.
A rule is one small file in `kit/doctor/rules/`; this package finds it, and its examples test it.
"""

import sys
import types

from kit.doctor.call import doctor
from kit.doctor.finding import Finding, Findings

__all__ = ["Finding", "Findings", "Watch", "doctor", "environment", "names", "selftest"]
_HOMES = {
    "Watch": "kit.doctor.watch",
    "environment": "kit.doctor.environment",
    "names": "kit.doctor.rule",
    "selftest": "kit.doctor.selftest",
}


def __getattr__(name):
    import importlib

    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'kit.doctor' has no attribute '{name}'")


class _Verb(types.ModuleType):
    """A module that can be called; importing a part does not hide the function of its name."""

    __call__ = staticmethod(doctor)

    def __setattr__(self, name, value):
        if not (isinstance(value, types.ModuleType) and name in _HOMES):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Verb
