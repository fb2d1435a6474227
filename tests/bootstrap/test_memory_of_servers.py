"""Threads of a server take memory from one heap: what one of them frees, another uses."""

import subprocess
import sys

PROGRAM = """
import ctypes, re, threading
from gateway.bootstrap.serving.memory import share_one_heap
{first}
together = threading.Barrier(9)
def use():
    for size in range(600, 60_000, 600):
        bytes(size)
    together.wait(30)
threads = [threading.Thread(target=use) for _ in range(8)]
for thread in threads:
    thread.start()
together.wait(30)
stream = ctypes.c_void_p.in_dll(ctypes.CDLL(None), "stdout")
ctypes.CDLL(None).malloc_info(0, stream)
ctypes.CDLL(None).fflush(stream)
"""


def heaps(first: str) -> int:
    """How many heaps a process with eight threads has."""
    command = [sys.executable, "-c", PROGRAM.format(first=first)]
    written = subprocess.run(command, capture_output=True, check=True, timeout=60, text=True).stdout
    return written.count("<heap ")


def test_threads_share_one_heap() -> None:
    assert heaps("share_one_heap()") == 1
    assert heaps("") > 1
