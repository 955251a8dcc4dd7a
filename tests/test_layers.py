"""The folder listing is the import order: a module imports only its own layer or lower ones."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

KIT = Path(__file__).parents[1] / "kit"
LAYERS = [
    {"errors", "registry", "storage", "plain", "maps", "quiet"},
    {
        "match",
        "match_text",
        "codecs",
        "decisions",
        "aims",
        "calibration",
        "conformal",
        "biases",
        "activations",
        "flat_adam",
        "frames",
        "gradients",
        "muon",
        "optimizers",
        "schedules",
        "losses",
        "metrics",
        "anchors",
        "boxes",
        "draw",
        "objects",
        "places",
        "regions",
    },
    {"inputs", "blocks"},
    {"backbones", "decoders"},
    {"tasks"},
    {"data", "builders", "registration"},
    {"training", "evaluation", "artifact", "namespace"},
    {"planning", "repeats"},
    {"search", "doctor", "estimators", "serving", "testing"},
    {"cli", "__main__"},
]
LAYER = {name: layer for layer, names in enumerate(LAYERS) for name in names}
MODULES = sorted(KIT.rglob("*.py"))


def part(path):
    """The part of kit that a file belongs to: its folder, or its own name."""
    return path.relative_to(KIT).parts[0].removesuffix(".py")


def imported(path):
    """Parts of kit that a file imports, anywhere in it, with line numbers."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            deep = node.module if node.module != "kit" else None
            names = [deep] if deep else [f"kit.{alias.name}" for alias in node.names]
        for name in names:
            if name.startswith("kit."):
                yield name.split(".")[1], node.lineno


def test_every_part_has_a_layer():
    parts = {part(path) for path in MODULES} - {"__init__"}
    assert parts <= LAYER.keys()


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if path.parent != KIT or path.name != "__init__.py"],
    ids=lambda path: str(path.relative_to(KIT)),
)
def test_a_module_imports_only_its_own_layer_or_lower_ones(path):
    too_high = [
        f"line {line}: kit.{name}"
        for name, line in imported(path)
        if name in LAYER and LAYER[name] > LAYER[part(path)]
    ]
    assert not too_high


HEAVY = ("keras", "tensorflow", "jax", "pandas", "sklearn", "matplotlib", "PIL", "numpy")


@pytest.mark.parametrize(
    "command", ["import kit", "import kit.cli", "from kit.cli import main; main(['list', 'models'])"]
)
def test_starting_up_imports_nothing_heavy(command, tmp_path):
    code = f"import sys; {command}; print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert done.stderr.strip().splitlines()[-1] == "[]"


PREDICTING = ["codecs", "decisions", "inputs", "tasks", "artifact", "data"]


@pytest.mark.parametrize("name", PREDICTING)
def test_what_prediction_needs_imports_no_keras(name):
    code = f"import sys, kit.{name}; print('keras' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
