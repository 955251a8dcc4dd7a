"""Whether everything that a page points at is there."""

import html.parser
import urllib.parse

_POINTERS = {"a": "href", "img": "src", "link": "href"}


class _Reader(html.parser.HTMLParser):
    """Collects where a page points, and the places that can be pointed at."""

    def __init__(self):
        super().__init__()
        self.pointers, self.places = [], set()

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if "id" in found:
            self.places.add(found["id"])
        if found.get(_POINTERS.get(tag)):
            self.pointers.append(found[_POINTERS[tag]])


def broken(folder):
    """Lines that say which page of a built site points at what is not there.

    Args:
        folder: of the site.

    Returns:
        A sorted list of lines; addresses outside of the site are not looked at.
    """
    pages = {path.resolve(): _read(path) for path in folder.rglob("*.html")}
    faults = []
    for path, page in pages.items():
        for pointer in page.pointers:
            if not urllib.parse.urlsplit(pointer).scheme and not _is_there(path, pointer, pages):
                faults.append(
                    f"{path.relative_to(folder.resolve())} points at '{pointer}', which is not there"
                )
    return sorted(faults)


def _read(path):
    reader = _Reader()
    reader.feed(path.read_text("utf-8"))
    return reader


def _is_there(path, pointer, pages):
    name, _, place = urllib.parse.unquote(pointer).partition("#")
    target = (path.parent / name).resolve() if name else path
    if not target.is_file():
        return False
    return not place or target not in pages or place in pages[target].places
