"""Logs of serving commands: one JSON object a line, on standard output, without personal data."""

import structlog


def log_to_output() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ]
    )
