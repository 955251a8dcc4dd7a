"""Reference pages from docstrings; nothing is imported but the parser of the command line."""

import ast
import dataclasses
import re

import griffe

from docs.pages import Page

_BLOCK = re.compile(r"(?:^ *>>> .*(?:\n(?! *$).+)*)", re.MULTILINE)
_WIDEST = 96  # characters of a signature on one line
_SOURCE = re.compile(r"^(Sources?):", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Entry:
    """A public function or class under the name by which it is reached."""

    name: str
    member: object

    @property
    def anchor(self):
        """Where it stands on its page."""
        return self.name.lower()


def pages(root):
    """The reference: one page for each part of kit with public names, one for commands, and their list.

    Args:
        root: of the repository.
    """
    found = {"search_paths": [str(root)], "try_relative_path": False, "allow_inspection": False}
    package = griffe.load("kit", docstring_parser="google", **found)
    lines = ["# Reference", "", _text(package.docstring.value), ""]
    for part, entries in _parts(package).items():
        first = _summary(package[part.removeprefix("kit.")])
        lines += [f"## [`{part}`]({part}.md)", "", first, ""]
        for entry in entries:
            lines.append(f"- [`{entry.name}`]({part}.md#{entry.anchor}): {_summary(entry.member)}")
        lines.append("")
        yield Page(f"reference/{part}.md", f"reference/{part}.html", _page(part, entries, first))
    yield Page("reference/README.md", "reference/index.html", "\n".join(lines))
    yield Page("reference/commands.md", "reference/commands.html", _commands())


def _parts(package):
    """Name of a part -> its entries, in the order in which they are listed."""
    homes = ast.literal_eval(str(package["_HOMES"].value))
    parts = {
        home: [Entry(f"kit.{name}", _object(package, home, name)) for name in names]
        for home, names in homes.items()
    }
    for name in ast.literal_eval(str(package["_MODULES"].value)):
        entries = parts.setdefault(f"kit.{name}", [])
        known = {entry.member.path for entry in entries}
        entries += [each for each in _public(package[name]) if each.member.path not in known]
    return dict(sorted((name, entries) for name, entries in parts.items() if entries))


def _object(package, home, name):
    """What a part offers: its own, or, where it loads names on first use, that of one of its files."""
    module = package[home.removeprefix("kit.")]
    found = module.members.get(name) or next(each for each in _defined(module) if each.name == name)
    if not found.is_alias and found.is_module:  # a function that has the name of its file
        found = found.members[name]
    return _final(found)


def _final(found):
    """The function or class behind a name; None for a constant, which may have no place of its own."""
    try:
        found = found.final_target if found.is_alias else found
    except griffe.AliasResolutionError:
        return None
    return found if found.is_function or found.is_class else None


def _public(module):
    """Entries of a module: those that it exports, else all that its files define."""
    if not module.exports:
        return [Entry(each.path, each) for each in _defined(module)]
    found = {str(name): module.members.get(str(name)) for name in module.exports}
    found = {name: _final(each) for name, each in found.items() if each is not None}
    return [Entry(f"{module.path}.{name}", each) for name, each in found.items() if each is not None]


def _defined(module):
    """Public functions and classes that a module and its files define."""
    own = [
        each
        for name, each in module.members.items()
        if not name.startswith("_") and not each.is_alias and (each.is_function or each.is_class)
    ]
    below = [each for each in module.members.values() if not each.is_alias and each.is_module]
    return [*own, *(found for each in sorted(below, key=lambda each: each.name) for found in _defined(each))]


def _page(part, entries, first):
    parts = [f"# `{part}`", first]
    for entry in entries:
        member = entry.member
        parts += [f"## {entry.name} {{#{entry.anchor}}}", _signature(member), _described(member)]
        for method in _methods(member):
            parts += [f"### {member.name}.{method.name}", _signature(method), _described(method)]
    return "\n\n".join(filter(None, parts))


def _methods(member):
    """Public methods and properties of a class that have a docstring."""
    if not member.is_class:
        return []
    return [
        each
        for name, each in member.members.items()
        if not name.startswith("_") and not each.is_alias and each.docstring
    ]


def _signature(member):
    if not (member.is_function or member.is_class):
        return ""
    written = str(member.signature() if member.is_function else _constructor(member))
    if len(written) > _WIDEST and written.endswith(")"):
        inside = re.sub(r", (?=[*\w]+(?:[,=:]|$))", ",\n    ", written[:-1].replace("(", "(\n    ", 1))
        written = f"{inside},\n)"
    return f"```python\n{written}\n```"


def _constructor(member):
    found = member.members.get("__init__")
    if found is None or found.is_alias:
        names = [
            name for name, each in member.members.items() if each.is_attribute and not name.startswith("_")
        ]
        return f"{member.name}({', '.join(names)})" if "dataclass" in str(member.decorators) else member.name
    return re.sub(r"^__init__\((self, )?(self)?", f"{member.name}(", str(found.signature()))


def _described(member):
    if member.docstring is None:
        return ""
    sections = member.docstring.parse("google", warnings=False)
    return "\n\n".join(filter(None, map(_section, sections)))


def _section(section):
    kind, value = section.kind.value, section.value
    if kind == "text":
        return _text(value)
    if kind in ("parameters", "attributes"):
        return "**Arguments**\n\n" + "\n".join(
            f"- `{each.name}`: {_flat(each.description)}" for each in value
        )
    if kind in ("returns", "yields"):
        return f"**{kind.capitalize()}** " + " ".join(_flat(_named(each)) for each in value)
    if kind == "raises":
        return "**Raises**\n\n" + "\n".join(
            f"- `{each.annotation}`: {_flat(each.description)}" for each in value
        )
    if kind == "admonition":
        return f"**{section.title}**\n\n{_text(value.description)}"
    return ""


def _named(returned):
    """A line "x: what it is" is taken for a type by the parser; here it is a name."""
    before = returned.name or (str(returned.annotation) if returned.annotation else "")
    return f"`{before}`: {returned.description}" if before else returned.description


def _text(text):
    """Docstring text as Markdown: sessions as code, the source marked."""
    text = _BLOCK.sub(lambda found: f"```pycon\n{_left(found.group())}\n```", text.strip())
    return _SOURCE.sub(r"**\1**:", text)


def _left(block):
    lines = block.strip("\n").splitlines()
    indent = min(len(line) - len(line.lstrip()) for line in lines)
    return "\n".join(line[indent:] for line in lines)


def _flat(text):
    return " ".join(text.split())


def _summary(member):
    """The first paragraph of a docstring, on one line."""
    return _flat(member.docstring.value.split("\n\n")[0]) if member.docstring else ""


def _commands():
    from kit.cli import commands, parser

    top = parser()
    helps = next(action for action in top._actions if action.choices and action.dest != "help").choices
    parts = ["# Commands", "What a command prints with `--help`."]
    for name in commands():
        parts += [f"## kit {name}", f"```text\n{helps[name].format_help().strip()}\n```"]
    return "\n\n".join(parts)
