"""The part of an address that names a model."""

from starlette.convertors import Convertor, register_url_convertor

MODEL = "{name:model}"  # in a route


class _Name(Convertor):
    """Anything but what ends a name: the next part of the address, or a verb."""

    regex = "[^/:]+"

    def convert(self, value):
        return value

    def to_string(self, value):
        return value


register_url_convertor("model", _Name())
