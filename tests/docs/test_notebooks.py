import json
import textwrap

import pytest

SCRIPT = """
    # %% [markdown]
    # # Two cells
    # One draws.

    # %%
    import os
    import sys
    from pathlib import Path

    import numpy as np
    from PIL import Image

    print("seen", 6 * 7)
    print("not shown", file=sys.stderr)

    # %%
    Image.fromarray(np.zeros((4, 4), "uint8")).save("pictures/dot.png")
    "a value"
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "01_two_cells.py"
    path.write_text(textwrap.dedent(SCRIPT).strip(), "utf-8")
    return path


def test_a_page_shows_what_cells_print_and_draw(script):
    from docs import notebooks

    page = notebooks.page(script, "tutorials/01_two_cells.py", "tutorials/01_two_cells.html", execute=True)
    assert page.title == "Two cells"
    assert '<pre class="output">seen 42</pre>' in page.text and "not shown</pre>" not in page.text
    assert "&#x27;a value&#x27;" in page.text
    assert "![dot](01_two_cells_dot.png)" in page.text
    assert page.files["01_two_cells_dot.png"].startswith(b"\x89PNG")
    cells = json.loads(page.files["01_two_cells.ipynb"])["cells"]
    assert [cell["cell_type"] for cell in cells] == ["markdown", "code", "code"]
    assert "image/png" in json.dumps(cells[2]["outputs"])  # the notebook holds its pictures, too


def test_without_running_there_is_code_and_no_output(script):
    from docs import notebooks

    page = notebooks.page(script, "tutorials/01_two_cells.py", "tutorials/01_two_cells.html", execute=False)
    assert "print(" in page.text and "seen 42" not in page.text
    assert set(page.files) == {"01_two_cells.ipynb", "01_two_cells.py"}


@pytest.mark.large  # starts a kernel of its own only to see it fail
def test_a_cell_that_fails_stops_the_build_and_is_named(script):
    from docs import notebooks

    script.write_text("# %%\nassert 1 == 2, 'the claim'\n", "utf-8")
    with pytest.raises(RuntimeError, match="01_two_cells.py: a cell failed") as failed:
        notebooks.page(script, "tutorials/01_two_cells.py", "tutorials/01_two_cells.html", execute=True)
    assert "the claim" in str(failed.value)
