"""Arguments of commands: argparse with errors that say what was meant."""

import argparse
import ast
import contextlib
import json

from kit.errors import KitError, unknown


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are `KitError`s; options must be written out."""

    def __init__(self, **keywords):
        super().__init__(**{"allow_abbrev": False, **keywords})

    def error(self, message):
        """Raises instead of printing the usage and ending the process."""
        message = message.removeprefix("argument ").rstrip(".")
        raise KitError(f"{message}. See: {self.prog} --help")


def one_of(kind, names):
    """An argument's type: one of `names`, with "did you mean".

    Example:
        >>> one_of("policy", ["error", "skip"])("skip")
        'skip'
    """

    def checked(text):
        if text not in names:
            raise argparse.ArgumentTypeError(str(unknown(kind, text, names)))
        return text

    return checked


def number(kind, above=None, least=None):
    """An argument's type: a number of type `kind` above or at least some value.

    Example:
        >>> number(int, least=1)("3")
        3
    """

    def checked(text):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if (
            value is None
            or (above is not None and not value > above)
            or (least is not None and not value >= least)
        ):
            limit = f"above {above}" if above is not None else f"from {least}"
            whole = "whole number" if kind is int else "number"
            raise argparse.ArgumentTypeError(f"'{text}' is no {whole} {limit}")
        return value

    return checked


def setting(text):
    """An argument's type: NAME=VALUE, the value as JSON or, as plans print it, as Python; else as text.

    Example:
        >>> setting("width=64"), setting("activation=swish"), setting("bounds=[0, 1]")
        (('width', 64), ('activation', 'swish'), ('bounds', [0, 1]))
        >>> setting("deep_supervision=True"), setting("patch=(160, 128)")
        (('deep_supervision', True), ('patch', (160, 128)))
    """
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form NAME=VALUE")
    for read in (json.loads, ast.literal_eval):
        with contextlib.suppress(ValueError, SyntaxError, RecursionError):
            return name, read(value)
    return name, value
