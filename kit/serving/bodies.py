"""Bodies of requests: bytes of strangers -> values of Python, with every cost limited beforehand."""

import json
import math
import re

import numpy as np

from kit.serving.refusals import Refused

_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)  # also one that does not end
_UNUSUAL = re.compile(rb"[0-9][eE]|[0-9]{19}")  # numbers that may be beyond those of the machine
_STEP = np.zeros(256, "int8")
_STEP[list(b"[{")], _STEP[list(b"]}")] = 1, -1
_JSON = ("application/json", "text/json", "")
_PART_HEADERS = 4_096  # bytes


def as_json(content, limits):
    """JSON as Python's values: at most so deep and so many, each key once, every number finite.

    Args:
        content: bytes of UTF-8.
        limits: `Limits`; `depth` and `numbers` count.

    Raises:
        Refused: 400.

    Example:
        >>> from kit.serving.limits import Limits
        >>> as_json(b'{"instances": [[1, 2.5], null]}', Limits())
        {'instances': [[1, 2.5], None]}
    """
    if not content.strip():
        raise Refused(400, "The body is empty; expected JSON.")
    bare = _TEXT.sub(b"", content)
    _check_size(bare, limits)
    unusual = _UNUSUAL.search(bare) is not None
    try:
        return json.loads(
            content.decode("utf-8"),
            parse_constant=_no_number,
            parse_float=_finite if unusual else None,
            parse_int=_whole if unusual else None,
            object_pairs_hook=_each_once,
        )
    except UnicodeDecodeError:
        raise Refused(400, "The body is not UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise Refused(400, f"The body is not JSON ({str(error)[:200]}).") from None


def kind(content_type):
    """What a Content-Type says of a body: "json", "form" or "image".

    Raises:
        Refused: 415 for anything else.

    Example:
        >>> kind("application/json; charset=utf-8"), kind("image/png")
        ('json', 'image')
    """
    media = content_type.split(";")[0].strip().lower()
    if media in _JSON or media.endswith("+json"):
        return "json"
    if media == "multipart/form-data":
        return "form"
    if media.startswith("image/") or media == "application/octet-stream":
        return "image"
    expected = "application/json, multipart/form-data or image/*"
    raise Refused(415, f"Content-Type is {media[:60]!r}; expected {expected}.")


def as_files(content, content_type, limits):
    """The contents of the files of a form, in order.

    Args:
        content: the body.
        content_type: the header, with its boundary.
        limits: `Limits`; at most `instances` files.

    Returns:
        A list of bytes.

    Raises:
        Refused: 400 if it is no whole form, 422 if it holds no file or something beside files.
    """
    from python_multipart import multipart

    _, options = multipart.parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if not boundary:
        raise Refused(400, "The form's Content-Type names no boundary.")
    if content.count(boundary) > limits.instances + 1:
        raise Refused(413, f"The form has too many parts; at most {limits.instances}.")
    form = _Form()
    try:
        parser = multipart.MultipartParser(boundary, form.callbacks, max_size=limits.body)
        parser.write(content)
        parser.finalize()
    except multipart.FormParserError:
        form.is_whole = False
    if not form.is_whole:
        raise Refused(400, "The form is cut short or damaged.")
    return form.contents()


class _Form:
    """Collects the parts of a form."""

    def __init__(self):
        self.parts, self.is_whole = [], False
        self.callbacks = {
            "on_part_begin": lambda: self.parts.append((bytearray(), bytearray())),
            "on_header_field": self._header,
            "on_header_value": self._header,
            "on_part_data": lambda data, start, end: self.parts[-1][1].extend(data[start:end]),
            "on_end": self._end,
        }

    def contents(self):
        if any(b"filename" not in header for header, _ in self.parts):
            raise Refused(422, "The form has a field that is no file; expected files only.")
        if not self.parts:
            raise Refused(422, "The form holds no file.")
        return [bytes(data) for _, data in self.parts]

    def _header(self, data, start, end):
        header = self.parts[-1][0]
        header += data[start:end]
        if len(header) > _PART_HEADERS:
            raise Refused(400, "A part of the form has headers of more than 4 kB.")

    def _end(self):
        self.is_whole = True


def _check_size(bare, limits):
    """Raises where JSON without its texts is too deep or holds too many values."""
    steps = _STEP[np.frombuffer(bare, "uint8")]
    deepest = int(np.cumsum(steps, dtype="int32").max(initial=0))
    if deepest > limits.depth:
        raise Refused(400, f"The JSON is {deepest} levels deep; at most {limits.depth}.")
    count = bare.count(b",") + bare.count(b"[") + bare.count(b"{")
    if count > limits.numbers:
        raise Refused(413, f"The JSON holds about {count} values; at most {limits.numbers}.")


def _no_number(name):
    raise ValueError(f"{name} is no number of JSON; null stands for a missing one")


def _finite(text):
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:30]} is beyond the largest number")
    return number


def _whole(text):
    return int(text) if len(text) < 19 else _finite(text)


def _each_once(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found
