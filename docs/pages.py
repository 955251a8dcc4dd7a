"""Markdown pages -> HTML, with links that lead to pages of the site."""

import dataclasses
import html
import posixpath
import re
import string
from pathlib import Path

import markdown
from markdown.extensions.codehilite import CodeHiliteExtension
from markdown.extensions.toc import TocExtension
from markdown.treeprocessors import Treeprocessor
from pygments.formatters import HtmlFormatter

HERE = Path(__file__).parent
_MENU = {  # what stands at the top of each page
    "kit": "README.md",
    "Concepts": "tutorials/concepts/README.md",
    "Tutorials": "tutorials/README.md",
    "Gallery": "docs/gallery.md",
    "Reference": "reference/README.md",
    "Commands": "reference/commands.md",
}
_LESSON = re.compile(r"(\.\./)?\d\d_\w+\.py")


@dataclasses.dataclass(frozen=True)
class Page:
    """One page of the site.

    Args:
        source: place in the repository, from which its links are read.
        target: place in the site.
        text: Markdown; the first heading is the title.
        files: name -> bytes of what lies beside it.
    """

    source: str
    target: str
    text: str
    files: dict = dataclasses.field(default_factory=dict)

    @property
    def title(self):
        """The first heading, without marks."""
        found = re.search(r"^# (.+)$", self.text, re.MULTILINE)
        return found.group(1).replace("`", "") if found else self.source


class Site:
    """Pages that link to each other.

    Args:
        pages: all of them.
    """

    def __init__(self, pages):
        self.targets = {page.source: page.target for page in pages}
        self.template = string.Template((HERE / "page.html").read_text("utf-8"))

    def html(self, page):
        """A page as HTML.

        Raises:
            ValueError: if a link of it leads to a file that is no page.
        """
        converter = markdown.Markdown(
            extensions=[
                "extra",
                "sane_lists",
                CodeHiliteExtension(guess_lang=False),
                TocExtension(permalink="#", toc_depth="2-3"),
            ]
        )
        converter.treeprocessors.register(_Links(converter, self, page), "site_links", 5)
        content = converter.convert(page.text)
        contents = converter.toc if len(converter.toc_tokens) > 2 else ""
        return self.template.substitute(
            title=html.escape(page.title),
            root=posixpath.relpath("site.css", posixpath.dirname(page.target) or "."),
            menu=self._menu(page),
            contents=contents,
            content=content,
        )

    def css(self):
        """The style of all pages, with the colours of code in the light and in the dark."""
        light = HtmlFormatter(style="default").get_style_defs(".codehilite")
        dark = HtmlFormatter(style="github-dark").get_style_defs(".codehilite")
        own = (HERE / "site.css").read_text("utf-8")
        return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n{own}"

    def link(self, page, address):
        """A link of a page as the site has it: to the page of a source, else as it is.

        Raises:
            ValueError: if it leads to a file that is no page.
        """
        path, mark, place = address.partition("#")
        if not path or re.match(r"[a-z]+:", address) or path in page.files:
            return address
        source = posixpath.normpath(posixpath.join(posixpath.dirname(page.source), path))
        if source not in self.targets:
            raise ValueError(f"{page.source}: the link '{address}' leads to no page.")
        return self._to(page, source) + mark + place

    def lesson(self, page, name):
        """The link to a tutorial that a page names, None if there is none of that name."""
        source = posixpath.normpath(posixpath.join(posixpath.dirname(page.source), name))
        return self._to(page, source) if source in self.targets and source != page.source else None

    def _to(self, page, source):
        return posixpath.relpath(self.targets[source], posixpath.dirname(page.target) or ".")

    def _menu(self, page):
        lines = []
        for name, source in _MENU.items():
            if source in self.targets:
                here = ' aria-current="page"' if source == page.source else ""
                lines.append(f'<a href="{self._to(page, source)}"{here}>{name}</a>')
        return "\n".join(lines)


class _Links(Treeprocessor):
    """Turns links to sources into links to pages, and names of tutorials into links."""

    def __init__(self, converter, site, page):
        super().__init__(converter)
        self.site, self.page = site, page

    def run(self, root):
        for parent in list(root.iter()):
            if parent.tag == "a" and parent.get("class") != "headerlink":
                parent.set("href", self.site.link(self.page, parent.get("href", "")))
            for place, child in enumerate(list(parent)):
                if child.tag == "code" and parent.tag not in ("a", "pre"):
                    self._named(parent, place, child)

    def _named(self, parent, place, child):
        """A tutorial's file name in the text becomes a link to its page."""
        name = html.unescape(child.text or "")
        href = self.site.lesson(self.page, name) if _LESSON.fullmatch(name) else None
        if href:
            link = child.makeelement("a", {"href": href})
            link.tail, child.tail = child.tail, None
            link.append(child)
            parent[place] = link
