import textwrap

import pytest

INIT = '''
    """A package in little."""

    _HOMES = {"kit.part": ("Thing", "make")}
    _MODULES = ("tools",)
'''
PART = '''
    """Parts. More of it."""


    class Thing:
        """A thing.

        Args:
            size: in pixels,
                at least 1.

        Raises:
            KitError: if it is 0.
        """

        def __init__(self, size):
            self.size = size

        def twice(self):
            """The size, twice."""

        def _hidden(self):
            """Not shown."""


    def make(size, *, color="red"):
        """Makes one.

        Source: Smith 2001.

        Returns:
            A `Thing`.

        Example:
            >>> make(3).size
            3
        """
'''
TOOLS = '''
    """Tools."""


    def cut(x):
        """Cuts."""


    def _private(x):
        """Not shown."""
'''


@pytest.fixture
def pages(tmp_path, monkeypatch):
    from docs import reference

    (tmp_path / "kit").mkdir()
    for name, text in (("__init__", INIT), ("part", PART), ("tools", TOOLS)):
        (tmp_path / "kit" / f"{name}.py").write_text(textwrap.dedent(text).strip() + "\n", "utf-8")
    return {page.source: page.text for page in reference.pages(tmp_path)}


def test_a_name_is_called_as_users_call_it_with_signature_and_sections(pages):
    part = pages["reference/kit.part.md"]
    assert "## kit.Thing {#kit.thing}" in part and "```python\nThing(size)\n```" in part
    assert "- `size`: in pixels, at least 1." in part and "- `KitError`: if it is 0." in part
    assert "### Thing.twice" in part and "Not shown" not in part
    assert "make(size, *, color='red')" in part
    assert "**Source**: Smith 2001." in part and "A `Thing`." in part
    assert "```pycon\n>>> make(3).size\n3\n```" in part


def test_modules_show_what_they_define(pages):
    assert "## kit.tools.cut" in pages["reference/kit.tools.md"]
    assert "_private" not in pages["reference/kit.tools.md"]


def test_the_list_leads_to_every_entry(pages):
    index = pages["reference/README.md"]
    assert "[`kit.make`](kit.part.md#kit.make): Makes one." in index
    assert "[`kit.tools.cut`](kit.tools.md#kit.tools.cut): Cuts." in index
