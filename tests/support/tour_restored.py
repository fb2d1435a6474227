"""Makes the picture of docs/how-to/back-up-and-restore.md again: the page of a node that was restored.

`python tests/support/tour_restored.py DIRECTORY` (of a running demo region) backs Cambodia's node up, asks a
question, ends the node, restores the backup in its place, and serves it until the picture is taken. Then the
node is stopped: start the demo again. Look at what has changed before you keep the picture.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from browsing import View, browsing_at
from command_line import UNENCRYPTED
from small_png import fewer_colours

PICTURE = Path(__file__).parents[2] / "docs" / "how-to" / "pictures" / "controller-restored.png"
LARGEST = 60_000
"""Bytes of the picture: the docs are read on slow lines too."""
WINDOW = View("tour", width=1180, height=460)
COMMAND = (sys.executable, "-m", "gateway.cli")


def safelane(*arguments: str | Path) -> None:
    subprocess.run([*COMMAND, *map(str, arguments)], check=True)


def end_node(node: Path) -> None:
    """End the process that serves a node of this machine, and wait for it."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        words = entry.read_bytes().split(b"\0")
        if b"serve" in words and str(node).encode() in words:
            number = int(entry.parent.name)
            os.kill(number, signal.SIGTERM)
            while (Path("/proc") / str(number) / "cmdline").exists() and b"serve" in entry.read_bytes():
                os.sched_yield()


@contextmanager
def serving(node: Path, hub: str) -> Iterator[None]:
    words = [*COMMAND, "member", "serve", "--dir", str(node), "--hub", hub]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        next(line for line in process.stdout if '"listening"' in line)
        yield
    finally:
        process.terminate()
        process.wait()


def tour(directory: Path) -> None:
    node, hub = directory / "members" / "KH", (directory / "hub" / "address").read_text().strip()
    with TemporaryDirectory() as place:
        backup = Path(place) / "backup"
        safelane("backup", backup, "--dir", node, *UNENCRYPTED)
        question = ("--measure", "casualties", "--by", "country", "--purpose", "regional-reporting")
        safelane("ask", *question, "--dir", directory)
        end_node(node)
        node.rename(node.with_name("KH-lost"))
        safelane("restore", backup, "--dir", node, *UNENCRYPTED)
    with serving(node, hub), browsing_at(directory) as browsing:
        page = browsing.page("controller", "/controller/health", WINDOW)
        while not page.get_by_text("Entries that its log had signed since").count():
            page.wait_for_timeout(2000)
            page.reload()
        taken = page.screenshot(clip={"x": 0, "y": 0, "width": WINDOW.width, "height": WINDOW.height})
        size = PICTURE.write_bytes(fewer_colours(taken))
        sys.stdout.write(f"{PICTURE.name}: {size / 1000:.0f} kB\n")
        assert size <= LARGEST


if __name__ == "__main__":
    tour(Path(sys.argv[1]).resolve())
