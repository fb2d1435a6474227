"""Brings a database to the present schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from gateway.store.database import Database, StorageError

HUB = "hub"
MEMBER = "member"

_HERE = Path(__file__).parent / "migrations"


def migrate(database: Database, side: str) -> None:
    """Apply what is missing, all of it or nothing. Raises StorageError for a database of a newer Safelane."""
    config = _config(side)
    with database.writing() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if present is not None and present not in known:
            raise StorageError(
                "This database was written by a newer Safelane.",
                remedy="Install that version; nothing was changed.",
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _config(side: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("version_locations", str(_HERE / "versions" / side))
    config.set_main_option("path_separator", "os")
    return config
