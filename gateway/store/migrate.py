"""Brings a database to the present schema."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from gateway.store.database import Database, StorageError

HUB = "hub"
MEMBER = "member"

HEAD = "head"
_HERE = Path(__file__).parent / "migrations"
_VERSIONS = _HERE / "versions"


def migrate(
    database: Database, side: str, *, to: str = HEAD, before: Callable[[str], None] = lambda _: None
) -> None:
    """Apply what is missing, all of it or nothing.

    `before` is told the form of a database of an older Safelane, and may raise: then nothing was changed.
    Raises StorageError for a database of a newer Safelane.
    """
    older = older_form(database, side)
    if older is not None:
        before(older)
    config = _config(side)
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def older_form(database: Database, side: str) -> str | None:
    """The form of a database of an older Safelane; None for one that is empty, or in the present form.

    Raises StorageError for a database of a newer Safelane.
    """
    scripts = ScriptDirectory.from_config(_config(side))
    with database.reading() as connection:
        present = _form(connection)
    if present is not None and present not in {script.revision for script in scripts.walk_revisions()}:
        raise StorageError(
            "This database was written by a newer Safelane.",
            remedy="Install that version; nothing was changed.",
        )
    return None if present == scripts.get_current_head() else present


def _form(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(side: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("version_locations", str(_VERSIONS / side))
    config.set_main_option("path_separator", "os")
    return config
