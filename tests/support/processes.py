"""Finding processes by what started them and by their command line (Linux)."""

import os
import time
from pathlib import Path


def children(parent: int, words: str) -> list[int]:
    """Processes started by `parent` whose command line holds `words`."""
    return [pid for pid, (started_by, command) in _all().items() if started_by == parent and words in command]


def running(words: str) -> list[int]:
    """Processes whose command line holds `words`, the test's own process left out."""
    return [pid for pid, (_, command) in _all().items() if words in command and pid != os.getpid()]


def gone(words: str, seconds: float) -> bool:
    """Whether no such process is left within `seconds`."""
    end = time.monotonic() + seconds
    while running(words):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _all() -> dict[int, tuple[int, str]]:
    found = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
            command = status.with_name("cmdline").read_bytes().decode("utf-8", "replace").replace("\0", " ")
        except OSError:
            continue  # it has just ended
        if not lines["State"].startswith("Z"):
            found[int(status.parent.name)] = (int(lines["PPid"]), command)
    return found
