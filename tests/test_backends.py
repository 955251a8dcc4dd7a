"""What does not depend on the backend passes its tests on JAX, where TensorFlow cannot be imported."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PARTS = (
    "data/test_masks.py",
    "data/test_pairs.py",
    "losses/test_assign.py",
    "losses/test_mask_crossentropy.py",
    "losses/test_mask_focal.py",
    "metrics/test_boxes.py",
    "metrics/test_images.py",
    "tasks/test_segmentation.py",
    "test_anchors.py",
    "test_boxes.py",
    "test_frames.py",
    "test_objects.py",
)
RUN = "import sys; sys.modules['tensorflow'] = None; import pytest; sys.exit(pytest.main(sys.argv[1:]))"


@pytest.mark.large
@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs jax")
def test_losses_metrics_and_readers_of_maps_and_boxes_pass_their_tests_on_jax_alone():
    files = [str(TESTS / part) for part in PARTS]
    done = subprocess.run(
        [sys.executable, "-c", RUN, *files, "-n", "0", "-p", "no:cacheprovider", "--tb=short"],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        cwd=TESTS.parent,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
