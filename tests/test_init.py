"""`import kit`: what it sets before a backend is loaded."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(("asked", "holds"), [(None, "1"), ("0", "0")])
def test_tensorflow_is_asked_for_onednn_unless_the_user_said_otherwise(asked, holds):
    environment = {name: value for name, value in os.environ.items() if name != "TF_ENABLE_ONEDNN_OPTS"}
    environment |= {} if asked is None else {"TF_ENABLE_ONEDNN_OPTS": asked}
    code = "import kit, os; print(os.environ['TF_ENABLE_ONEDNN_OPTS'])"
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert run.stdout.strip() == holds, run.stderr
