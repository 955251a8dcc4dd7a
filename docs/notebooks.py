"""Sources with cells -> notebooks, run from top to bottom -> Markdown with what they print and draw."""

import base64
import html
import os
import subprocess
import tempfile
from pathlib import Path

import jupytext
import nbformat

from docs.pages import Page

ROOT = Path(__file__).parents[1]
_SECONDS = 900  # a cell that takes longer hangs
_WIDEST = 4000  # characters of what one cell prints that are shown
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "MPLBACKEND": "agg", "PYTHONUTF8": "1"}
_FORMATS = {".py": "py:percent", ".md": "md"}


def page(path, source, target, execute):
    """The page of a tutorial, with its notebook and its pictures beside it.

    Args:
        path: a `.py` with `# %%` cells, or Markdown with Python blocks.
        source: the same relative to the repository.
        target: place in the site.
        execute: whether its cells are run; else it shows code alone.

    Raises:
        RuntimeError: if a cell fails.
    """
    notebook = jupytext.reads(path.read_text("utf-8"), fmt=_FORMATS[path.suffix])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    if execute:
        _run(notebook, path)
    stem = Path(target).stem
    text, files = _markdown(notebook, stem)
    if path.suffix == ".py":
        files[f"{stem}.ipynb"] = nbformat.writes(notebook).encode()
        files[path.name] = path.read_bytes()
        text += f"\n\n[This page as a notebook]({stem}.ipynb) · [as a script]({path.name})\n"
    return Page(source, target, text, files)


def _run(notebook, path):
    """Runs all cells in an empty folder; pictures that a cell writes become outputs of it."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures"
        pictures.mkdir()
        collect = _Collector(pictures)
        client = NotebookClient(
            notebook,
            timeout=_SECONDS,
            startup_timeout=_SECONDS,
            resources={"metadata": {"path": folder}},
            on_cell_executed=collect,
        )
        env = {**os.environ, **_QUIET, "PYTHONPATH": paths}
        try:
            client.execute(env=env, stderr=subprocess.DEVNULL)  # notes of TensorFlow and the kernel
        except CellExecutionError as error:
            raise RuntimeError(f"{path}: a cell failed.\n{error}") from None


class _Collector:
    """Called after each cell: puts the pictures that are new behind the cell."""

    def __init__(self, pictures):
        self.pictures, self.seen = pictures, set()

    def __call__(self, cell, cell_index, execute_reply):
        for path in sorted(self.pictures.glob("*.png"), key=lambda path: path.stat().st_mtime_ns):
            if path.name not in self.seen:
                self.seen.add(path.name)
                data = {"image/png": base64.b64encode(path.read_bytes()).decode()}
                shown = nbformat.v4.new_output("display_data", data, metadata={"name": path.stem})
                cell.outputs.append(shown)


def _markdown(notebook, stem):
    """(text, files beside it) of a notebook."""
    parts, files = [], {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            parts.append(cell.source)
            continue
        parts.append(f"```python\n{cell.source}\n```")
        for output in cell.get("outputs", ()):
            parts.append(_shown(output, stem, files))
    return "\n\n".join(filter(None, parts)), files


def _shown(output, stem, files):
    """An output as Markdown; what goes to stderr is left out."""
    if output.output_type == "stream":
        text = output.text if output.name == "stdout" else ""
    else:
        data = output.get("data", {})
        if "image/png" in data:
            name = f"{stem}_{output.metadata.get('name', len(files))}.png"
            files[name] = base64.b64decode(data["image/png"])
            return f"![{output.metadata.get('name', 'picture').replace('_', ' ')}]({name})"
        text = data.get("text/plain", "")
    text = text.rstrip()[:_WIDEST]
    return f'<pre class="output">{html.escape(text)}</pre>' if text else ""
