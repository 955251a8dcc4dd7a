"""Registry: name -> part. A new part is one new file; nothing else has to learn of it."""

import importlib
import importlib.util
import pkgutil

from kit.errors import KitError, missing_extra, unknown


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

        A part that needs an optional package says so by two facts: `package`, by which it is imported,
        and `extra`, the extra of kit's that brings it. It is listed where the package is installed.

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
            KitError: if there is none; names the nearest one and all of them. Or if the optional
                package that it needs is not installed; says how to install it.
        """
        self._discover()
        if name not in self._parts:
            raise unknown(self.kind, name, self.names())
        package = self._facts[name].get("package")
        if package and not _is_installed(package):
            needed = f"{self.kind.capitalize()} '{name}' needs {package}, which"
            raise missing_extra(needed, self._facts[name]["extra"])
        return self._parts[name]

    def facts(self, name):
        """What was said of the part when it was registered, as a dict."""
        self.get(name)
        return dict(self._facts[name])

    def names(self):
        """All names, sorted; without those whose optional package is not installed."""
        self._discover()
        packages = {facts.get("package") for facts in self._facts.values()} - {None}
        absent = {package for package in packages if not _is_installed(package)}
        return sorted(name for name, facts in self._facts.items() if facts.get("package") not in absent)

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


def _is_installed(package):
    return importlib.util.find_spec(package) is not None
