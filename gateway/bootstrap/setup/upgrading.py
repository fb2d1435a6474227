"""A database is tested before its use, and a database of an older Safelane backed up before its migration."""

import shutil
import time
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog

from gateway.bootstrap.setup.backup import BEFORE_UPGRADES, back_up
from gateway.bootstrap.setup.layout import NotEmptyError, database_url, is_hub, own_config
from gateway.store.engine.database import Database, StorageError
from gateway.store.engine.logs import logs_in
from gateway.store.engine.migrate import HUB, MEMBER, migrate, older_form

log = structlog.get_logger()

ABANDONED = 600.0
"""Seconds after the last write, from which nobody goes on with a half-made backup."""


def upgraded(directory: Path, database: Database, side: str) -> None:
    """Migrate the database of a hub or a node to the present schema, with a backup before any change.

    Raises StorageError or BackupError; then the database is unchanged.
    """
    _forget_half_made(directory / BEFORE_UPGRADES)
    migrate(database, side, before=partial(_keep, directory))


def try_first(url: str, side: str) -> None:
    """Test that a database answers, before keys and settings of a hub or a node are made for the database.

    Without a URL, the database is a file in the directory. Raises StorageError, or NotEmptyError where a hub
    or a node keeps its log in the database already.
    """
    if not url:
        return
    with closing(Database(url)) as database:
        with database.reading() as connection:
            kept = logs_in(connection)
        if kept:
            raise NotEmptyError(
                f"The database holds the log {kept[0]} already.",
                remedy="Nothing was changed. Name an empty database with --database. "
                "To go on with what is in this one, bring its directory back: safelane restore.",
            )
        older_form(database, side)


def behind(directory: Path) -> bool:
    """Return whether the database has the schema of an older Safelane.

    Raises StorageError for a newer schema.
    """
    url = database_url(directory, own_config(directory))
    with closing(Database(url)) as database:
        return older_form(database, HUB if is_hub(directory) else MEMBER) is not None


def _forget_half_made(backups: Path) -> None:
    """Remove what an upgrade left that was killed while it made its backup: there are keys in it.

    Another process may be making one now: that writes all the time.
    """
    for half_made in backups.glob(".*"):
        with suppress(OSError):
            newest = max(path.stat().st_mtime for path in (half_made, *half_made.rglob("*")))
            if time.time() - newest > ABANDONED:
                shutil.rmtree(half_made, ignore_errors=True)


def _keep(directory: Path, form: str) -> None:
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%S")
    place = directory / BEFORE_UPGRADES / f"{form}-{moment}"
    try:
        back_up(directory, place)
    except OSError as error:
        raise StorageError(
            f"No backup could be made before the upgrade: {error.strerror}.",
            remedy=f"Nothing was changed. Make room in {directory}, then start again.",
        ) from None
    log.info("backed up before the upgrade", place=str(place))
