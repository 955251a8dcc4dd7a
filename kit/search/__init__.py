"""Search: hyperparameters by KerasTuner's oracles, run, stored and resumed by kit.

`kit.search(...)` is this very package, called: a verb and the folder of its parts share the name.
"""

import sys
import types

from kit.search.call import search
from kit.search.space import SearchSpace

__all__ = ["SearchResult", "SearchSpace", "default_space", "search"]
_HOMES = {"SearchResult": "kit.search.result", "default_space": "kit.search.spaces"}


def __getattr__(name):
    import importlib

    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'kit.search' has no attribute '{name}'")


class _Verb(types.ModuleType):
    """A module that can be called."""

    __call__ = staticmethod(search)


sys.modules[__name__].__class__ = _Verb
