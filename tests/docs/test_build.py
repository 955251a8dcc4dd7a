import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built without running anything."""
    from docs import build

    folder = tmp_path_factory.mktemp("site")
    assert build.main([str(folder), "--no-execute"]) == 0  # also: no page points at what is not there
    return folder


def read(site, name):
    return (site / name).read_text("utf-8")


def test_every_tutorial_has_a_page_a_notebook_and_its_script(site):
    tutorials = sorted((ROOT / "tutorials").rglob("[0-9][0-9]_*.py"))
    assert tutorials
    for path in tutorials:
        place = site / path.relative_to(ROOT)
        assert place.read_bytes() == path.read_bytes()
        assert place.with_suffix(".html").is_file() and place.with_suffix(".ipynb").is_file()


def test_a_source_that_fails_is_named_and_the_others_are_kept(tmp_path, monkeypatch, capsys):
    from docs import build, notebooks

    plain = notebooks.page

    def page(path, source, target, execute):
        if execute:
            raise RuntimeError(f"{path}: a cell failed.\nthe claim")
        return plain(path, source, target, execute)

    monkeypatch.setattr(notebooks, "page", page)
    assert build.main([str(tmp_path), "--only", "docs/gallery.md"]) == 1
    assert "gallery.md: a cell failed.\nthe claim" in capsys.readouterr().err
    assert "<pre" in (tmp_path / "gallery.html").read_text("utf-8")


def test_links_to_sources_lead_to_pages(site):
    assert 'href="concepts/index.html"' in read(site, "tutorials/index.html")
    assert 'href="09_overfitting_and_what_helps.html"' in read(site, "tutorials/concepts/index.html")
    assert '<a href="13_attention_and_transformers.html"><code>' in read(
        site, "tutorials/concepts/12_recurrent_networks.html"
    )  # a tutorial that is named in the text


def test_every_public_name_of_kit_is_in_the_reference(site):
    import kit

    index = read(site, "reference/index.html")
    assert [name for name in kit.__all__ if f"<code>kit.{name}</code>" not in index] == []
    assert [name for name in kit._MODULES if f"<code>kit.{name}</code>" not in index] == []


def test_every_command_has_its_help(site):
    from kit.cli import commands

    page = read(site, "reference/commands.html")
    assert [name for name in commands() if f"usage: kit {name}" not in page] == []


def test_the_gallery_has_a_picture_for_every_task(site):
    from kit import tasks

    text = (ROOT / "docs" / "gallery.md").read_text("utf-8")
    assert [name for name in tasks.names() if f'savefig("pictures/{name}.png")' not in text] == []
    assert "Gallery" in read(site, "gallery.html")


def test_the_site_is_written_through_storage_alone():
    for path in (ROOT / "docs").glob("*.py"):
        lines = re.findall(r".*(?:\bopen\(|\.write_text\(|\.write_bytes\().*", path.read_text("utf-8"))
        assert all("storage." in line for line in lines), path.name


def test_a_pattern_that_fits_nothing_is_refused_with_one_that_does(tmp_path, capsys):
    from docs import build

    with pytest.raises(SystemExit):
        build.main([str(tmp_path / "site"), "--only", "concepts"])
    assert "fits no source. Try 'tutorials/concepts/*'" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()
