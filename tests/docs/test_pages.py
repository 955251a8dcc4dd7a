import pytest


@pytest.fixture
def pages():
    from docs.pages import Page

    return [
        Page("README.md", "index.html", "# Top\n\nSee [lessons](tutorials/README.md) and [here](#top).\n"),
        Page(
            "tutorials/README.md",
            "tutorials/index.html",
            "# `Lessons`\n\n[up](../README.md), `01_first.py`\n",
        ),
        Page(
            "tutorials/01_first.py", "tutorials/01_first.html", "# First\n\n```python\n'[no](link.md)'\n```\n"
        ),
    ]


def test_links_are_read_from_the_source_and_written_for_the_site(pages):
    from docs.pages import Site

    site = Site(pages)
    assert 'href="tutorials/index.html"' in site.html(pages[0]) and 'href="#top"' in site.html(pages[0])
    lessons = site.html(pages[1])
    assert (
        'href="../index.html"' in lessons
        and '<a href="01_first.html"><code>01_first.py</code></a>, ' not in lessons
    )
    assert '<a href="01_first.html"><code>01_first.py</code></a>' in lessons
    assert "<title>Lessons</title>" in lessons and 'href="../site.css"' in lessons


def test_a_link_to_a_file_that_is_no_page_is_refused(pages):
    from docs.pages import Page, Site

    lost = Page("docs/lost.md", "lost.html", "# Lost\n\n[gone](../gone.md)\n")
    with pytest.raises(ValueError, match=r"docs/lost.md: the link '../gone.md' leads to no page"):
        Site([*pages, lost]).html(lost)


def test_code_is_shown_as_it_is(pages):
    from docs.pages import Site

    assert "[no](link.md)" in Site(pages).html(pages[2])


def test_the_style_has_colours_for_the_light_and_for_the_dark(pages):
    from docs.pages import Site

    assert Site(pages).css().count(".codehilite .k ") == 2
