"""Brings a database back to a former form, with its rows under their former names, for tests of upgrades."""

import json
from collections.abc import Mapping
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, insert, select

from gateway.bootstrap.setup.layout import database_url, own_config
from gateway.store.engine.database import Database
from gateway.store.engine.migrate import FORM, HUB, MEMBER, migrate

VERSIONS = "gateway.store.engine.migrations.versions"
RENAMING = "0003_terms_of_the_field"


def bring_back(directory: Path, side: str, form: str) -> None:
    """Give the database of a hub or a node a form from before tables were renamed."""
    with closing(Database(database_url(directory, own_config(directory)))) as database:
        rows = take_out(database)
        migrate(database, side, to=form)
        put_in(database, side, rows)


def take_out(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row by the name of its table; the database is empty afterwards."""
    with database.writing() as connection:
        present = MetaData()
        present.reflect(connection)
        rows = {
            table.name: [dict(row._mapping) for row in connection.execute(select(table))]
            for table in present.sorted_tables
            if table.name != FORM
        }
        present.drop_all(connection)
    return rows


def put_in(database: Database, side: str, rows: Mapping[str, list[dict[str, Any]]]) -> None:
    """Write rows of the present form into the tables of a former one.

    Tables of regional totals, which are withdrawn, stay empty.
    """
    names = former_names(side)
    with database.writing() as connection:
        former = MetaData()
        former.reflect(connection)
        for table in former.sorted_tables:
            kept = rows.get(names.get(table.name, table.name), [])
            if kept:
                connection.execute(insert(table), [_as_before(table.name, side, row) for row in kept])


def former_names(side: str) -> dict[str, str]:
    """Former and present names of tables."""
    copied: dict[str, str] = import_module(f"{VERSIONS}.{side}.{RENAMING}").COPIED
    return {**copied, "sharings": "sharing_statements"} if side == HUB else copied


def _as_before(table: str, side: str, row: Mapping[str, Any]) -> dict[str, Any]:
    columns = getattr(import_module(f"{VERSIONS}.{side}.{RENAMING}"), "COLUMNS", ())
    former = {present: old for of, old, present in columns if of == table}
    if (side, table) == (HUB, "presence"):
        former["checkpoint"] = "log_head"
    before = {former.get(name, name): value for name, value in row.items()}
    if (side, table) == (MEMBER, "openings") and before["field"] == "fingerprint":
        before["field"] = "canary"
    if table == "log_cosignatures":
        before.pop("signer", None)
    if table == "cubes":
        plan = json.loads(before["plan"])
        plan["changed"] = plan.pop("mechanism")
        before["plan"] = json.dumps(plan)
    return before
