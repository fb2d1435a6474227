"""A single server for a log: a second server on the same database is refused before it can write.

The lock is for servers. A short command beside the server takes its turn in the database instead, and a
writer that comes too late is refused by the log itself (`audit.errors.StaleLogError`).
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from audit.log.file_lock import FileHeldError, held_file
from gateway.errors import SafelaneError

STAND_BY_SECONDS = 1.0
"""How often a process on stand-by checks whether the log is free."""


class LogHeldError(SafelaneError):
    """Another process serves this log already."""

    exit_code = 5


StillHeld = Callable[[], bool]
"""Whether the lock is still held: a restarted database server has forgotten the lock."""


@contextmanager
def hold_log(url: str, origin: str) -> Iterator[StillHeld]:
    """Hold the log of a database until the block ends or the process does. Raises LogHeldError."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        with _lock_file(f"{parsed.database}.lock", origin):
            yield lambda: True
    else:
        with _advisory_lock(url, origin) as still_held:
            yield still_held


@contextmanager
def hold_log_once_free(url: str, origin: str, wait: Callable[[float], bool]) -> Iterator[StillHeld]:
    """As `hold_log`, but stand by while another process serves the log.

    `wait` sleeps for the given seconds and says whether to give up; then LogHeldError is raised.
    """
    with ExitStack() as stack:
        while True:
            try:
                still_held = stack.enter_context(hold_log(url, origin))
                break
            except LogHeldError:
                if wait(STAND_BY_SECONDS):
                    raise
        yield still_held


@contextmanager
def _lock_file(path: str, origin: str) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            stack.enter_context(held_file(path))
        except FileHeldError:
            raise _held(origin, f"the lock on {path}") from None
        yield


@contextmanager
def _advisory_lock(url: str, origin: str) -> Iterator[StillHeld]:
    key = int.from_bytes(sha256(f"safelane log {origin}".encode()).digest()[:8], "big", signed=True)
    engine = create_engine(url)
    try:
        # PostgreSQL keeps it as long as the connection; outside of a transaction, so that none stays open.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            got = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar_one()
            if not got:
                raise _held(origin, "an advisory lock in the database")

            def still_held() -> bool:
                # The lock lives as long as this very connection, which is never made anew.
                try:
                    connection.exec_driver_sql("SELECT 1")
                except DBAPIError:
                    return False
                return True

            yield still_held
    finally:
        engine.dispose()


def _held(origin: str, what: str) -> LogHeldError:
    return LogHeldError(
        f"Another process serves the log {origin}: it holds {what}.",
        remedy="Stop it first. Two servers must never write one log.",
    )
