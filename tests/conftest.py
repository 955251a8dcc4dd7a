"""What all tests share: quiet backends, small data, and the folder of real data where there is one."""

import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "agg")
os.environ.setdefault("KIT_ONNX", "0")  # seconds for each saved model: tests of the twin ask for it
if "PYTEST_XDIST_WORKER" in os.environ:  # the cores are taken by workers already
    for threads in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(threads, "1")

import numpy as np  # noqa: E402
import pytest  # noqa: E402


@pytest.fixture(scope="session")
def real_data():
    """The folder of real data: KIT_DATA, else ../shared/data; tests that need it are skipped without."""
    folder = Path(os.environ.get("KIT_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("real data: set KIT_DATA to their folder")
    return folder


@pytest.fixture
def rng():
    """A seeded generator."""
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def toys():
    """Small data and helpers: tests/toys.py."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("toys", Path(__file__).with_name("toys.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
