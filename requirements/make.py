"""Writes the lists of requirements for environments without TensorFlow, from pyproject.toml.

python requirements/make.py
"""

import tomllib
from pathlib import Path

HERE = Path(__file__).parent
PREDICTING = ("numpy", "pandas", "pillow")  # all that saved models with a twin need, beside what runs it


def lists():
    """Name of each file -> its lines."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    runs = [line for line in extras["onnx"] if name(line) == "onnxruntime"]
    core = [line for line in project["dependencies"] if name(line) != "tensorflow"]
    return {
        "jax.txt": core + extras["jax"],
        "runtime.txt": [line for line in core if name(line) in PREDICTING] + runs,
        "test.txt": [line for line in extras["test"] if name(line) != "jax"],
    }


def name(requirement):
    """The package that a line asks for."""
    return requirement.split(">")[0].split("=")[0].split("[")[0].strip()


def main():
    """Writes them."""
    for file, lines in lists().items():
        (HERE / file).write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
