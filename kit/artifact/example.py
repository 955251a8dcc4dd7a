"""The example that goes along with an exported network: it runs the file without kit."""

_TEMPLATE = '''"""Runs {file} with {runtime}. Needs {package} and numpy; neither kit nor Keras."""

import json
from pathlib import Path

{imports}

HERE = Path(__file__).parent
{open}


def outputs(samples):
    """Outputs (N, ...) for a dict: name of an input -> array (N, ...), coded as input.json says."""
    {run}


if __name__ == "__main__":
    with np.load(HERE / "samples.npz") as stored:
        samples = {{name: stored[name] for name in stored.files if name != "outputs"}}
        want = stored["outputs"]  # what Keras says of these samples
    found = outputs(samples)
    task = json.loads((HERE / "task.json").read_text("utf-8"))  # what the outputs mean
    names = task.get("classes") or task.get("labels") or task.get("targets")
    difference = float(np.abs(found - want).max())
    print(json.dumps({{"names": names, "first": found[0].ravel()[:10].tolist(), "difference": difference}}))
'''


def code(format):
    """The example for a format, as Python source.

    Example:
        >>> from kit.artifact import formats
        >>> "import onnxruntime" in code(formats.get("onnx"))
        True
    """
    package = format.distributions.get(format.needs[-1], format.needs[-1])
    return _TEMPLATE.format(file=format.file, runtime=format.runtime, package=package, **format.use)
