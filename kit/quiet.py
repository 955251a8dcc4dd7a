"""Silence for libraries that talk about themselves while they are imported."""

import contextlib
import os
import sys
import tempfile


@contextlib.contextmanager
def quiet():
    """A block in which nothing reaches stderr unless it fails: for imports that talk about themselves."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as heard:
        before = os.dup(2)
        os.dup2(heard.fileno(), 2)
        try:
            yield
        except BaseException:
            heard.seek(0)
            os.write(before, heard.read())
            raise
        finally:
            os.dup2(before, 2)
            os.close(before)
