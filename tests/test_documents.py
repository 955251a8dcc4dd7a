"""What the documents say is what the software does."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
PAGES = [  # blocks of the site's own pages; each trains a model
    (path.name, block)
    for path in sorted((ROOT / "docs").glob("*.md"))
    for block in re.findall(r"```python\n(.*?)```", path.read_text("utf-8"), re.DOTALL)
]


def test_the_table_in_the_readme_is_the_table_in_the_code():
    from kit import match

    printed = README.split("<!-- matches -->\n")[1].split("<!-- /matches -->")[0]
    assert printed.strip() == match.markdown().strip()


def test_the_readme_begins_with_two_commands_that_need_nothing_but_python():
    commands = re.findall(r"```sh\n(.*?)\n```", README)
    assert len(commands) == 2
    assert "venv" in commands[0] and commands[0].endswith("kit train digits")
    assert commands[1].endswith("pytest")


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[2][:30])
def test_every_python_block_of_the_readme_runs(block, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(block.replace("epochs=10", "epochs=1"), "README.md", "exec"), {})  # noqa: S102 - our own


@pytest.mark.large
@pytest.mark.parametrize("name, block", PAGES, ids=lambda text: text.splitlines()[-1][-30:])
def test_every_python_block_of_the_site_runs_and_draws(name, block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pictures").mkdir()
    exec(compile(re.sub(r"epochs=\d+", "epochs=1", block), name, "exec"), {})  # noqa: S102 - our own
    assert len(list((tmp_path / "pictures").glob("*.png"))) == 1


def test_requirements_without_tensorflow_follow_from_pyproject():
    spec = importlib.util.spec_from_file_location("make", ROOT / "requirements" / "make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    for name, lines in make.lists().items():
        assert (ROOT / "requirements" / name).read_text("utf-8").splitlines() == lines
        assert not [line for line in lines if line.startswith("tensorflow")]


def test_contributing_fits_on_a_page():
    assert len((ROOT / "CONTRIBUTING.md").read_text("utf-8").splitlines()) <= 40
