"""A database is tried before it is used, and one of an older Safelane backed up before it is changed."""

from contextlib import closing
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


def upgraded(directory: Path, database: Database, side: str) -> None:
    """Bring the database of a hub or a node to the present form, with a backup first if that changes it.

    Raises StorageError or BackupError; then it is as it was.
    """
    migrate(database, side, before=partial(_keep, directory))


def try_first(url: str, side: str) -> None:
    """See that a database answers, before keys and settings of a hub or a node are made for it.

    Without a URL it is a file in the directory, made with it. Raises StorageError, or NotEmptyError where a
    hub or a node keeps its log in it already.
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
    """Whether the database has the form of an older Safelane. Raises StorageError for one of a newer."""
    url = database_url(directory, own_config(directory))
    with closing(Database(url)) as database:
        return older_form(database, HUB if is_hub(directory) else MEMBER) is not None


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
