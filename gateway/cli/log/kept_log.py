"""Common parts of commands on a kept log: opening the log, and logging the reading."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from audit.errors import AuditError, DamagedEntryError
from audit.events.event_values import ReadAction
from audit.log.checked_reading import damaged_in
from gateway.auditing.damage import damaged
from gateway.auditing.ports import View
from gateway.auditing.reading_log import note
from gateway.bootstrap.upkeep.log_opening import demo_hub
from gateway.bootstrap.upkeep.log_reading import OpenedLog, keeper, open_kept
from gateway.errors import SafelaneError
from gateway.keys.files import KeyFileError
from gateway.store.engine.database import StorageError
from gateway.watching.recovering import RecoveringError


class LogCommandError(SafelaneError):
    """The log could not be read, or does not have the requested entry."""

    exit_code = 6


@contextmanager
def opened(directory: Path) -> Iterator[OpenedLog]:
    """Open the log of a hub, a node, or of the hub of a demo region. Raises LogCommandError."""
    own = demo_hub(directory)
    try:
        with open_kept(own) as found:
            yield found
    except DamagedEntryError as error:
        raise damaged([error.number]) from None
    except AuditError as error:
        raise LogCommandError(f"{own}: {error}.") from None
    except OSError as error:
        raise LogCommandError(
            f"{error.filename} cannot be written: {error.strerror}.",
            remedy="Name another place, or make room.",
        ) from None


def log_reading(found: OpenedLog, action: ReadAction, search: dict[str, Any]) -> None:
    """Log the reading before anything is shown; if that fails, report the failure and go on.

    An owner of the directory could read its database anyway: a refusal would protect nobody.
    """
    if not found.writable:
        click.echo("This reading is not logged: the disk is read-only.", err=True)
        return
    try:
        note(found.kept, keeper(), action, search)
    except (RecoveringError, StorageError, KeyFileError, AuditError) as error:
        reason = str(error) if isinstance(error, AuditError) else error.message
        click.echo(f"This reading is not logged, since the log cannot be written now: {reason}", err=True)


def fail_if_damaged(view: View) -> None:
    """At the end of a reading: raise DamagedError that names the damaged entries which were left out."""
    if numbers := damaged_in(view.log):
        raise damaged(numbers)
