"""Registry: name -> part. A new part is one new file; nothing else has to learn of it."""

import importlib
import pkgutil

from kit.errors import KitError, unknown


class Registry:
    """Named parts of one kind, found by importing the modules of one package on first use.

    Args:
        kind: what the parts are called in messages, such as "backbone".
        package: the package whose modules register parts when imported; None where all
            are registered by the module that holds the registry.

    Example:
        >>> colours = Registry("colour")
        >>> @colours.register("red", warm=True)
        ... def red():
        ...     return 0xFF0000
        >>> colours.get("red")() == 0xFF0000, colours.facts("red")
        (True, {'warm': True})
    """

    def __init__(self, kind, package=None):
        self.kind, self.package = kind, package
        self._parts, self._facts = {}, {}
        self._discovered = package is None

    def register(self, name, **facts):
        """Decorator: adds a part under `name`, with facts that lists and checks can read.

        Raises:
            KitError: if the name is taken.
        """

        def add(part):
            if name in self._parts:
                raise KitError(f"The {self.kind} '{name}' is registered twice. Choose another name.")
            self._parts[name], self._facts[name] = part, facts
            return part

        return add

    def get(self, name):
        """The part called `name`.

        Raises:
            KitError: if there is none; names the nearest one and all of them.
        """
        self._discover()
        if name not in self._parts:
            raise unknown(self.kind, name, self._parts)
        return self._parts[name]

    def facts(self, name):
        """What was said of the part when it was registered, as a dict."""
        self.get(name)
        return dict(self._facts[name])

    def names(self):
        """All names, sorted."""
        self._discover()
        return sorted(self._parts)

    def __contains__(self, name):
        self._discover()
        return name in self._parts

    def _discover(self):
        if self._discovered:
            return
        self._discovered = True  # first: a part may ask for a name while it is imported
        try:
            package = importlib.import_module(self.package)
            for module in pkgutil.iter_modules(package.__path__):
                importlib.import_module(f"{self.package}.{module.name}")
        except BaseException:
            self._discovered = False  # else the next asker would take half of the parts for all
            raise
