"""Logs of serving commands: one JSON object a line, on standard output, without personal data."""

import contextlib
import sys
from typing import Any

import structlog


class _Output:
    """Writes a line; on a full disk the line is lost and the service goes on."""

    def msg(self, message: str) -> None:
        with contextlib.suppress(OSError):
            sys.stdout.write(message + "\n")
            sys.stdout.flush()

    log = debug = info = warning = warn = error = critical = fatal = exception = msg


def _output(*_: Any) -> _Output:
    return _Output()


def log_to_output() -> None:
    structlog.configure(
        logger_factory=_output,
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
    )
