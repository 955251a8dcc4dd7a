"""Large blocks that are freed leave the process, though small ones were made after them."""

import platform
import subprocess
import sys

import pytest

SCRIPT = """
import os, sys
from kit.serving.memory import give_large_blocks_back

def megabytes():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

assert sys.argv[1] == "as it is" or give_large_blocks_back()
bytearray(8_000_000)  # freed at once: from now on glibc keeps blocks of this size
before, blocks, small = megabytes(), [], []
for _ in range(20):
    blocks.append(bytearray(4_000_000))
    blocks[-1][::1000] = bytes(4_000)  # now the system has to give it
    small.append(bytearray(9_000))
del blocks
print(megabytes() - before)
"""


def kept(how):
    done = subprocess.run([sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, check=True)
    return float(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_freed_blocks_go_back_to_the_system():
    assert kept("as it is") > 40
    assert kept("given back") < 5
