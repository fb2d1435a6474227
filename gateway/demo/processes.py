"""The demo's hub and members as child processes, which never outlive the parent process."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from gateway.errors import SafelaneError

START_SECONDS = 120.0
STOP_SECONDS = 10.0


class ProcessError(SafelaneError):
    """A process of the demo did not start, or ended early."""

    exit_code = 6


@dataclass(frozen=True)
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None


class Processes:
    """Starts `safelane` commands and stops all of them at the end, whatever happens in between.

    Each child holds the reading end of a pipe with the writing end in the parent: when the parent dies, even
    killed, the pipe closes and the child stops by itself (`--with-parent`).
    """

    def __init__(self, check: Callable[[], None] = lambda: None) -> None:
        """`check` is called repeatedly during each wait; an exception from `check` ends the wait."""
        self._children: list[Child] = []
        self._check = check

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, arguments: Sequence[str], log: Path) -> Child:
        """Start `safelane <arguments> --with-parent`; the output is appended to `log`."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own command, no shell
                [sys.executable, "-m", "gateway.cli", *arguments, "--with-parent"],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                # Ctrl-C is for the parent: it stops the children in order.
                start_new_session=True,
            )
        child = Child(name, process, log)
        self._children.append(child)
        return child

    def wait_until(self, ready: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> None:
        """Wait for `ready`. Raises ProcessError when a child ends meanwhile or time runs out."""
        end = time.monotonic() + seconds
        while not ready():
            for child in self._children:
                if child.ended:
                    raise ProcessError(
                        f"{child.name} stopped while {what} was awaited.",
                        remedy=f"The last lines of {child.log} say why.",
                    )
            if time.monotonic() > end:
                logs = ", ".join(str(child.log) for child in self._children)
                raise ProcessError(f"{what} did not happen within {seconds:.0f} s.", remedy=f"See {logs}.")
            self.pause()

    def pause(self) -> None:
        """Wait a moment while the children work."""
        self._check()
        time.sleep(0.05)

    def ended(self) -> list[Child]:
        return [child for child in self._children if child.ended]

    def stop(self) -> None:
        """Ask every child to stop; kill children that go on."""
        for child in self._children:
            _close(child.process.stdin)
            if not child.ended:
                child.process.terminate()
        end = time.monotonic() + STOP_SECONDS
        for child in self._children:
            try:
                child.process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        self._children.clear()


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        pipe.close()
