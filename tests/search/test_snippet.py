import ast

import numpy as np
import pytest

from kit.search.snippet import divided, snippet


def calls(code):
    """(function, keyword arguments) of the calls in a text of Python."""
    found = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    return {
        ast.unparse(node.func): {each.arg: ast.literal_eval(each.value) for each in node.keywords if each.arg}
        for node in found
    }


def test_the_code_builds_and_fits_with_every_value_as_it_was():
    build = {"learning_rate": 0.00012345678901234567, "widths": [8, 16], "activation": "it's"}
    found = calls(snippet({"builder": build, "fit": {"epochs": np.int64(3)}}, "kit.build_classifier"))
    assert found == {"kit.build_classifier": build, "kit.fit": {"epochs": 3}}


def test_long_calls_have_a_line_an_argument():
    code = snippet({"builder": {f"argument_{place}": "x" * 20 for place in range(9)}})
    assert max(map(len, code.splitlines())) < 60 and len(calls(code)["kit.build"]) == 9


def test_fields_of_task_and_input_are_changed_in_the_data():
    code = snippet({"task": {"loss": "focal"}, "fit": {}})
    assert "data = namespace.changed(data, {'loss': 'focal'}, {})" in code and ast.parse(code)


@pytest.mark.parametrize("name", ["<b>", "no name", "class", "ü-1"])
def test_names_that_python_does_not_take_are_handed_over_in_a_dict(name):
    assert f"**{{{name!r}: 1}}" in snippet({"builder": {name: 1}})


def test_settings_go_to_whom_they_belong():
    found = divided({"width": 8, "epochs": 3, "loss": "hinge", "mine": 1})
    assert found == {
        "task": {"loss": "hinge"},
        "input": {},
        "builder": {"width": 8, "mine": 1},
        "fit": {"epochs": 3},
    }
