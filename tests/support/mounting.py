"""Whether this machine lets a program mount a file system of its own, as an encrypted directory needs."""

import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

DEVICE = "/dev/fuse"


@cache
def can_mount() -> bool:
    """Tried with gocryptfs itself: most containers have its device, and forbid to mount."""
    if shutil.which("gocryptfs") is None or not os.access(DEVICE, os.W_OK):
        return False
    with tempfile.TemporaryDirectory() as folder:
        cipher, plain, word = (Path(folder) / name for name in ("cipher", "plain", "word"))
        cipher.mkdir()
        plain.mkdir()
        word.write_text("only to try\n", encoding="utf-8")
        quick = ["gocryptfs", "-q", "-passfile", str(word)]
        made = subprocess.run(
            [*quick, "-init", "-scryptn", "10", str(cipher)], capture_output=True, check=False
        )
        done = subprocess.run([*quick, str(cipher), str(plain)], capture_output=True, check=False)
        if made.returncode or done.returncode:
            return False
        unmounted = ["/usr/bin/env", "fusermount3", "-u", str(plain)]
        return subprocess.run(unmounted, capture_output=True, check=False).returncode == 0
