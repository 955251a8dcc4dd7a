"""Builds the site into a folder: `python -m docs.build site/`.

The tutorials and the gallery are executed, with their pictures; that takes about twenty minutes on two
cores. `--no-execute` leaves that out, `--only 'tutorials/concepts/*'` executes some of them.
"""

import argparse
import fnmatch
import sys
import time
from pathlib import Path

from docs import links, notebooks, reference
from docs.pages import Page, Site
from kit import storage

ROOT = Path(__file__).parents[1]
_DOCUMENTS = {  # source -> place in the site
    "README.md": "index.html",
    "CHANGELOG.md": "changelog.html",
    "CONTRIBUTING.md": "contributing.html",
    "tutorials/README.md": "tutorials/index.html",
    "tutorials/concepts/README.md": "tutorials/concepts/index.html",
}


def main(argv=None):
    """Builds the site; returns the exit status."""
    command = argparse.ArgumentParser(prog="python -m docs.build", description=__doc__.splitlines()[0])
    command.add_argument("folder", type=Path, help="where the site goes; made if it is not there")
    command.add_argument("--no-execute", action="store_true", help="show code without running it")
    command.add_argument("--only", default="*", metavar="PATTERN", help="execute these sources only")
    asked = command.parse_args(argv)
    if not fnmatch.filter(map(_source, _executable()), asked.only):
        command.error(f"--only {asked.only!r} fits no source. Try 'tutorials/concepts/*'.")
    faults = build(asked.folder, "" if asked.no_execute else asked.only)
    faults += links.broken(asked.folder)
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(list(asked.folder.rglob('*.html')))} pages in {asked.folder}")
    return 1 if faults else 0


def build(folder, execute="*"):
    """Writes the site.

    Args:
        folder: where to; files of an earlier build are replaced.
        execute: pattern of the sources that are run, such as "tutorials/concepts/*"; "" for none.

    Returns:
        A list of texts: each source of which a cell fails, with the error. Its page shows code alone.
    """
    lessons = list(_lessons(execute))
    pages = [*_documents(), *(page for page, _ in lessons), *reference.pages(ROOT)]
    site = Site(pages)
    for page in pages:
        storage.write_text(folder / page.target, site.html(page))
        for name, content in page.files.items():
            storage.write_bytes((folder / page.target).parent / name, content)
    storage.write_text(folder / "site.css", site.css())
    return [fault for _, fault in lessons if fault]


def _documents():
    return [Page(source, target, (ROOT / source).read_text("utf-8")) for source, target in _DOCUMENTS.items()]


def _lessons(execute):
    """(page, what failed in it or None) of what has cells: the Markdown of this folder, and the tutorials."""
    for path in _executable():
        source, target = _source(path), _target(path)
        began, runs = time.monotonic(), bool(execute) and fnmatch.fnmatch(source, execute)
        try:
            page, fault = notebooks.page(path, source, target, runs), None
        except RuntimeError as error:  # the others may have taken minutes: their pages are kept
            page, fault = notebooks.page(path, source, target, execute=False), str(error)
        if runs:
            state = "failed after " if fault else ""
            print(f"{source}: {state}{time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        yield page, fault


def _executable():
    return sorted([*(ROOT / "docs").glob("*.md"), *(ROOT / "tutorials").rglob("[0-9][0-9]_*.py")])


def _source(path):
    return path.relative_to(ROOT).as_posix()


def _target(path):
    below = path.relative_to(ROOT / "docs" if path.suffix == ".md" else ROOT)
    return below.with_suffix(".html").as_posix()


if __name__ == "__main__":
    sys.exit(main())
