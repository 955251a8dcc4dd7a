"""Habits that are checked: budgets of size, and things that have one home."""

import ast
import re
from pathlib import Path

import pytest

KIT = Path(__file__).parents[1] / "kit"
FILES = sorted(KIT.rglob("*.py"))
NAMES = [str(path.relative_to(KIT)) for path in FILES]
LONGEST_FILE, LONGEST_FUNCTION, MOST_ARGUMENTS = 360, 45, 8
BUILDERS = {"build_classifier", "build_denoiser", "build_detector", "build_regressor", "build_segmenter"}
ESTIMATORS = KIT / "estimators"  # scikit-learn reads their settings from the constructor
VERBS = {*BUILDERS, "fit", "evaluate", "load_data", "search"}  # keyword-only arguments

tree = pytest.mark.parametrize("path", FILES, ids=NAMES)


def functions(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node


def code_lines(node):
    """Lines of a function's body without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


@tree
def test_a_file_is_short(path):
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_FILE


@tree
def test_a_function_is_short(path):
    long = {node.name: code_lines(node) for node in functions(path) if code_lines(node) > LONGEST_FUNCTION}
    assert not long


@tree
def test_a_function_takes_few_arguments(path):
    def count(node):
        names = [argument.arg for argument in node.args.args + node.args.kwonlyargs]
        return len(names) - (names[:1] in (["self"], ["cls"]))

    many = {
        node.name: count(node)
        for node in functions(path)
        if count(node) > MOST_ARGUMENTS and node.name not in VERBS and ESTIMATORS not in path.parents
    }
    assert not many


@tree
def test_every_public_name_has_a_docstring(path):
    module = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(module)
    kinds = (ast.FunctionDef, ast.ClassDef)
    bare = [
        node.name
        for node in module.body
        if isinstance(node, kinds) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert not bare


def test_half_of_the_functions_are_at_most_ten_lines():
    lengths = sorted(code_lines(node) for path in FILES for node in functions(path))
    assert lengths[len(lengths) // 2] <= 10


ONE_HOME = {
    "from_logits": ("match.py", "losses/", "metrics/", "doctor/"),  # the doctor reads what others wrote
    r"\bpickle\b|\bmarshal\b|(?<!\.)joblib|\beval\(|\bexec\(|yaml\.load": (),
    r"os\.replace|os\.rename|os\.fsync": ("storage.py",),
    r"^import tensorflow|^\s+import tensorflow": (
        "artifact/formats/",
        "artifact/runtime.py",
        "training/engines/fused.py",
        "training/engines/tensorflow.py",
    ),
    r"^import jax|^\s+import jax": (
        "artifact/runtime.py",
        "search/knobs.py",
        "search/population.py",
        "training/engines/jax.py",
    ),
    r"metrics=\[['\"]": (),
}


@pytest.mark.parametrize("pattern", ONE_HOME)
def test_some_things_have_one_home(pattern):
    homes = ONE_HOME[pattern]
    found = [
        name
        for path, name in zip(FILES, NAMES, strict=True)
        if not name.startswith(homes or ("-",)) and re.search(pattern, path.read_text("utf-8"), re.MULTILINE)
    ]
    assert not found


def test_nothing_but_storage_opens_a_file_for_writing():
    pattern = r"open\([^)]*['\"][wax]b?\+?['\"]|\.write_text\(|\.write_bytes\(|\.mkdir\("
    found = [
        name
        for path, name in zip(FILES, NAMES, strict=True)
        if name != "storage.py" and re.search(pattern, path.read_text("utf-8"))
    ]
    writes = {
        name: [line for line in (KIT / name).read_text("utf-8").splitlines() if re.search(pattern, line)]
        for name in found
    }
    through_storage = {
        name: [
            line for line in lines if "storage." not in line and "temporary" not in line and ">>>" not in line
        ]
        for name, lines in writes.items()
    }
    assert not {name: lines for name, lines in through_storage.items() if lines}
