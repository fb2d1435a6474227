"""Starts long work of a node as `safelane member work`, in a child process that ends with the parent."""

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

from gateway.errors import SafelaneError
from gateway.member.node.sentences import from_json
from gateway.web.controller.common.shapes import ReportProgress

log = structlog.get_logger()

PATIENCE = 5.0
"""Seconds between asking a child to end and killing it."""


class WorkError(SafelaneError):
    """Work that failed, with the message of the worker."""


class Child:
    """A worker process with one task on standard input, which stays open: the child ends with the parent."""

    def __init__(self, directory: Path, kind: str, body: Mapping[str, Any]) -> None:
        self._kind, self._asked_to_end = kind, False
        self._process = subprocess.Popen(  # noqa: S603 - our own command, no shell
            [sys.executable, "-m", "gateway.cli", "member", "work", "--dir", str(directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Ctrl-C is for the node: it ends its children itself.
            start_new_session=True,
        )
        order = json.dumps({"kind": kind, "body": dict(body)}) + "\n"
        assert self._process.stdin is not None  # noqa: S101 - a pipe, see above
        with suppress(BrokenPipeError):  # it ended at once: its result says so
            self._process.stdin.write(order.encode())
            self._process.stdin.flush()

    def result(self, report: ReportProgress) -> Mapping[str, Any]:
        """Raises WorkError."""
        last: dict[str, Any] = {}
        assert self._process.stdout is not None  # noqa: S101 - a pipe
        with self._process.stdout as said:
            for line in said:
                last = json.loads(line)
                if "step" in last:
                    report(from_json(last["step"]), last["done"])
        self._wait()
        if "error" in last:
            message, remedy = map(from_json, last["error"])
            raise WorkError(message, remedy=remedy)
        if "result" not in last:
            raise self._failed(last)
        result: dict[str, Any] = last["result"]
        return result

    def _failed(self, last: Mapping[str, Any]) -> WorkError:
        """Only class and place of an unexpected error are reported: its message may hold values."""
        if "unforeseen" in last:
            log.error(
                "work failed as nobody foresaw: begin it again; if it fails again, report this line",
                work=self._kind,
                kind=last["unforeseen"],
                at=last["at"],
            )
            return WorkError(
                "The work stopped because of an unexpected error.",
                remedy="Nothing was changed: start the work again. If it fails again, tell the operator.",
            )
        if not self._asked_to_end:
            # The code -9 says that it was killed.
            log.error(
                "work ended before it was done, often for want of memory: begin it again",
                work=self._kind,
                code=self._process.returncode,
            )
        return WorkError("The work stopped before completion.", remedy="Start the work again.")

    def end(self) -> None:
        """Ask the child to end, and kill the child after `PATIENCE` seconds."""
        self._asked_to_end = True
        self._process.terminate()
        self._wait()

    def _wait(self) -> None:
        assert self._process.stdin is not None  # noqa: S101 - a pipe
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
