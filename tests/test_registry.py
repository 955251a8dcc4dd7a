"""Registry: parts by name, found in their package."""

import sys

import pytest

from kit.errors import KitError
from kit.registry import Registry


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of two parts whose registry lies in the package itself."""
    folder = tmp_path / "shapes_for_test"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from kit.registry import Registry\nSHAPES = Registry('shape', 'shapes_for_test')\n"
    )
    for name in ("circle", "square"):
        (folder / f"{name}.py").write_text(
            "from shapes_for_test import SHAPES\n"
            f"@SHAPES.register('{name}', sides={len(name)})\n"
            f"def {name}():\n    return '{name}'\n"
        )
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.startswith("shapes_for_test")]:
        del sys.modules[name]


def test_parts_are_found_by_looking_through_the_package(package):
    from shapes_for_test import SHAPES

    assert SHAPES.names() == ["circle", "square"]
    assert SHAPES.get("circle")() == "circle"
    assert SHAPES.facts("square") == {"sides": 6}


def test_a_new_part_is_one_new_file(package):
    (package / "oval.py").write_text(
        "from shapes_for_test import SHAPES\nSHAPES.register('oval')(lambda: 'oval')\n"
    )
    from shapes_for_test import SHAPES

    assert "oval" in SHAPES


def test_a_part_without_its_optional_package_is_not_listed_and_says_what_to_install(package):
    (package / "hexagon.py").write_text(
        "from shapes_for_test import SHAPES\n"
        "SHAPES.register('hexagon', package='no_such_package', extra='six')(lambda: 6)\n"
        "SHAPES.register('cube', package='json', extra='none')(lambda: 6)\n"
    )
    from shapes_for_test import SHAPES

    assert SHAPES.names() == ["circle", "cube", "square"]
    assert SHAPES.get("cube")() == 6
    message = r"Shape 'hexagon' needs no_such_package, which is not .* pip install 'keras-kit\[six\]'"
    with pytest.raises(KitError, match=message):
        SHAPES.get("hexagon")


def test_nothing_is_imported_before_a_name_is_asked_for(package):
    import shapes_for_test

    assert "shapes_for_test.circle" not in sys.modules
    assert "circle" in shapes_for_test.SHAPES
    assert "shapes_for_test.circle" in sys.modules


def test_a_part_may_ask_for_a_name_while_it_is_imported(package):
    (package / "apple.py").write_text(
        "from shapes_for_test import SHAPES\nknown = SHAPES.names()\nSHAPES.register('apple')(known)\n"
    )
    from shapes_for_test import SHAPES

    assert SHAPES.names() == ["apple", "circle", "square"]


def test_a_part_that_cannot_be_imported_is_not_hidden_on_the_second_try(package):
    (package / "broken.py").write_text("raise ImportError('no such library')\n")
    from shapes_for_test import SHAPES

    for _ in range(2):
        with pytest.raises(ImportError, match="no such library"):
            SHAPES.names()


def test_an_unknown_name_is_told_with_the_nearest_one():
    colours = Registry("colour")
    colours.register("red")(1)
    with pytest.raises(KitError, match="Unknown colour 'rde'. Did you mean 'red'\\? Known: red."):
        colours.get("rde")


def test_a_name_is_taken_only_once():
    colours = Registry("colour")
    colours.register("red")(1)
    with pytest.raises(KitError, match="'red' is registered twice"):
        colours.register("red")(2)
    assert colours.get("red") == 1


def test_the_facts_that_are_given_out_are_a_copy():
    colours = Registry("colour")
    colours.register("red", warm=True)(1)
    colours.facts("red")["warm"] = False
    assert colours.facts("red") == {"warm": True}
