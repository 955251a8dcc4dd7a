"""Class names: the name of each value of the masks, where a file beside the images tells it."""

import json
import re

from kit.errors import DataError, Fault

FILES = (
    "classes.txt",
    "codes.txt",
    "labels.txt",
    "classes.json",
    "class_dict.csv",
    "label_colors.txt",
    "config.yaml",
    "data.yaml",
    "dataset.yaml",
)
_MOST = 256  # values of a mask; a longer file lists something else
_COLOUR_FIRST = re.compile(r"(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\S.*)")
_COLOUR_LAST = re.compile(r"(.*\S)[\s,]+(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})")
_NUMBERED = re.compile(r"(\d{1,5})\s*[:=,\s]\s*(\S.*)")
_INLINE = re.compile(r"(?:\d+\s*:\s*)?(?:'[^']*'|\"[^\"]*\"|[^,]+)")  # an item between brackets
_ITEM = re.compile(r"-\s+(\S.*)")


def class_names(folder):
    """Names of the classes from the first of `FILES` that holds some.

    Text files hold a name a line, or a number and a name, or a colour (red, green, blue) and a
    name. JSON holds a list, or an object of numbers and names. Of YAML the top-level key `names`
    or `classes` is read, a list or numbered.

    Args:
        folder: path of the folder they are looked for in.

    Returns:
        (names, path): names by value, or by colour as "#rrggbb"; ({}, None) if there are none.

    Raises:
        DataError: if a JSON file cannot be read.

    Example:
        >>> _ = (folder / "classes.txt").write_text("sky\\nroad\\n")
        >>> class_names(folder)[0]
        {0: 'sky', 1: 'road'}
    """
    for path in (folder / name for name in FILES):
        names = _read(path) if path.is_file() else {}
        if names:
            return names, path
    return {}, None


def _read(path):
    text = path.read_text("utf-8-sig", errors="replace")
    if path.suffix == ".json":
        return _of_json(text, path)
    if path.suffix == ".yaml":
        return of_yaml(text)
    lines = [line.strip() for line in text.splitlines()]
    return _of_lines([line for line in lines if line and not line.startswith("#")])


def _of_lines(lines, most=_MOST):
    if not lines or (most and len(lines) > most):
        return {}
    first, last = (_matches(pattern, lines[-1:]) for pattern in (_COLOUR_FIRST, _COLOUR_LAST))
    if first:
        found = [match.groups() for match in _matches(_COLOUR_FIRST, lines)]
        return {_hex(colour): name.strip() for *colour, name in found}
    if last:
        found = [match.groups() for match in _matches(_COLOUR_LAST, lines)]  # a header has no numbers
        return {_hex(colour): name.strip(" ,") for name, *colour in found}
    numbered = _matches(_NUMBERED, lines)
    if len(numbered) == len(lines):
        return {int(match[1]): _unquoted(match[2]) for match in numbered}
    return dict(enumerate(lines))


def of_yaml(text):
    """The names under the key `names` or `classes`, by value; only what data sets write there, which needs
    no YAML package.

    Example:
        >>> of_yaml("nc: 2\\nnames:\\n  0: cat\\n  3: dog")
        {0: 'cat', 3: 'dog'}
        >>> of_yaml("names: ['cat, big', dog]"), of_yaml("names: {0: cat, 3: dog}")
        ({0: 'cat, big', 1: 'dog'}, {0: 'cat', 3: 'dog'})
    """
    text = "\n".join(map(_without_comment, text.splitlines()))
    start = re.search(r"^(?:names|classes):[ \t]*(.*)$", text, re.MULTILINE)
    if not start:
        return {}
    if start[1].startswith(("[", "{")):
        inline = re.split(r"[\]}]", text[start.start(1) + 1 :])[0]
        items = [_unquoted(item) for item in re.findall(_INLINE, inline) if item.strip()]
        return _of_lines(items, most=None) if start[1].startswith("{") else dict(enumerate(items))
    lines = []
    for line in text[start.end() :].splitlines()[1:]:
        if line and not line.startswith((" ", "-")):
            break  # the next key
        lines += [line.strip()] if line.strip() else []
    items = _matches(_ITEM, lines)
    return {value: _unquoted(match[1]) for value, match in enumerate(items)} or _of_lines(lines, most=None)


def _without_comment(line):
    """A line of YAML up to a # that begins it or follows a space, outside of quotes."""
    for match in re.finditer(r"(?:^|(?<=\s))#", line):
        before = line[: match.start()]
        if before.count("'") % 2 == 0 and before.count('"') % 2 == 0:
            return before.rstrip()
    return line.rstrip()


def _of_json(text, path):
    try:
        found = json.loads(text)
    except ValueError as error:
        raise DataError([Fault(str(path), f"not readable as JSON ({error})", "names of classes")]) from error
    if isinstance(found, list):
        return {value: name for value, name in enumerate(found) if isinstance(name, str)}
    pairs = found.items() if isinstance(found, dict) else ()
    pairs = [pair if isinstance(pair[1], str) else pair[::-1] for pair in pairs]
    return {int(value): name for value, name in pairs if str(value).isdigit()}


def _matches(pattern, lines):
    return [match for match in map(pattern.fullmatch, lines) if match]


def _hex(colour):
    return "#" + "".join(f"{min(255, int(channel)):02x}" for channel in colour)


def _unquoted(name):
    return name.strip().strip("'\"")
