"""Brings a database to the present schema."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from gateway.store.engine.database import Database, StorageError

HUB = "hub"
MEMBER = "member"

HEAD = "head"
FORM = "alembic_version"
"""The table with the form of a database."""
_HERE = Path(__file__).parent / "migrations"
_VERSIONS = _HERE / "versions"


def migrate(
    database: Database, side: str, *, to: str = HEAD, before: Callable[[str], None] = lambda _: None
) -> None:
    """Apply the missing migrations, all or nothing; a database in the wanted form is only read.

    `before` gets the form of a database of an older Safelane, and may raise: then nothing was changed. Raises
    StorageError for a database of a newer Safelane.
    """
    present = _checked_form(database, side)
    if present == (_forms(side)[-1] if to == HEAD else to):
        return
    if present is not None:
        before(present)
    _apply(database, side, to)


def older_form(database: Database, side: str) -> str | None:
    """The form of a database of an older Safelane; None for an empty database, or in the present form.

    Raises StorageError for a database of a newer Safelane.
    """
    present = _checked_form(database, side)
    return None if present == _forms(side)[-1] else present


def _checked_form(database: Database, side: str) -> str | None:
    with database.reading() as connection:
        present = _form(connection)
    if present is not None and present not in _forms(side):
        raise StorageError(
            "This database was written by a newer Safelane.",
            remedy="Install that version; nothing was changed.",
        )
    return present


def _form(connection: Connection) -> str | None:
    if not inspect(connection).has_table(FORM):
        return None
    found: str | None = connection.execute(select(column("version_num")).select_from(table(FORM))).scalar()
    return found


def _forms(side: str) -> list[str]:
    """Every form that a side has had, the present form last: as the files of the migrations are numbered."""
    return [f"{side}_{path.name[:4]}" for path in sorted((_VERSIONS / side).glob("[0-9]*.py"))]


def _apply(database: Database, side: str, to: str) -> None:
    # Here, because a database in its present form, as nearly always, is opened sooner without it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("version_locations", str(_VERSIONS / side))
    config.set_main_option("path_separator", "os")
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)
