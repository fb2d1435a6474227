"""What each migration does to the rows that it finds, on both kinds of databases."""

import json
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from former_forms import RENAMING, VERSIONS, former_names, put_in
from sqlalchemy import MetaData, Table, inspect, select, text

from gateway.accounts.model import Account, Role, Scope, Token
from gateway.store.accounts.writing import SqlPeopleWriter
from gateway.store.engine.database import Database
from gateway.store.engine.migrate import HUB, MEMBER, migrate

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
OPERATOR = Account("vera@x.example", "ARMAC", Role.OPERATOR, frozenset(), NOW, 1)
TOKENS = {"only": '["count"]', "both": '["count", "read"]', "other": '["read"]'}
"""By their names, the scopes as they are kept."""
RUN = (
    "INSERT INTO enrolments VALUES ('KH', 'answers', 'log', 'witness', 'calls', FALSE, 3)",
    "INSERT INTO count_runs VALUES ('run', '2026', 'entry', 4, 'open', NULL)",
    "INSERT INTO count_steps VALUES ('run', 'KH', 'join', 'note', '', '2026-03-01 12:00:00')",
    "INSERT INTO count_pieces VALUES ('run', 'KH', 'seal', 0, 'data')",
)


def counting_tables(database: Database) -> set[str]:
    with database.reading() as connection:
        return {name for name in inspect(connection).get_table_names() if name.startswith("count_")}


def test_runs_that_counted_over_borders_go_from_a_hub_and_no_token_begins_one(database_url: str) -> None:
    with closing(Database(database_url)) as database:
        migrate(database, HUB, to="hub_0001")
        with database.writing() as connection:
            people = SqlPeopleWriter(connection)
            people.add_account(OPERATOR, because=1)
            for name, scopes in TOKENS.items():
                until = NOW + timedelta(days=1)
                token = Token(name, OPERATOR.name, name, frozenset({Scope.READ}), NOW, until)
                people.add_token(token, f"hash of {name}", because=2)
                as_kept = text("UPDATE tokens SET scopes = :scopes WHERE id = :name")
                connection.execute(as_kept, {"scopes": scopes, "name": name})
            for statement in RUN:
                connection.execute(text(statement))
        assert counting_tables(database) == {"count_runs", "count_steps", "count_pieces"}

        migrate(database, HUB)

        assert counting_tables(database) == set()
        with database.writing() as connection:
            kept = {token.id: token.scopes for token in SqlPeopleWriter(connection).tokens_of(OPERATOR.name)}
        assert kept == {"only": frozenset(), "both": {Scope.READ}, "other": {Scope.READ}}


def test_the_secrets_of_such_runs_go_from_a_node(database_url: str) -> None:
    with closing(Database(database_url)) as database:
        migrate(database, MEMBER, to="member_0001")
        with database.writing() as connection:
            connection.execute(text("INSERT INTO count_secrets VALUES ('run', 'what blinded it')"))
            connection.execute(text("INSERT INTO count_taken VALUES ('run', 'join', 'note', '', FALSE, 1)"))
        assert counting_tables(database) == {"count_secrets", "count_taken"}

        migrate(database, MEMBER)

        assert counting_tables(database) == set()


def some_value(table: Table, name: str) -> Any:
    """A value of a column: the same in columns that point at each other."""
    kind = table.columns[name].type.python_type
    if (table.name, name) == ("cubes", "plan"):
        return json.dumps({"finest": {}, "mechanism": "cell-key"})
    if name == "field":
        return "fingerprint"
    length = getattr(table.columns[name].type, "length", None) or 20
    values = {bytes: b"some", datetime: NOW.replace(tzinfo=None), date: NOW.date(), bool: True, int: 7}
    return values.get(kind, "some"[:length])


def a_row_each(database: Database) -> dict[str, list[dict[str, Any]]]:
    """A row for every table of a database."""
    with database.reading() as connection:
        metadata = MetaData()
        metadata.reflect(connection)
    return {
        table.name: [{column.name: some_value(table, column.name) for column in table.columns}]
        for table in metadata.sorted_tables
        if table.name != "alembic_version"
    }


def rows_of(database: Database) -> Mapping[str, list[dict[str, Any]]]:
    with database.reading() as connection:
        metadata = MetaData()
        metadata.reflect(connection)
        return {
            table.name: [dict(row._mapping) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
            if table.name != "alembic_version"
        }


@pytest.mark.parametrize(("side", "newest"), [(HUB, "hub_0003"), (MEMBER, "member_0003")])
def test_every_row_is_kept_under_the_present_names(database_url: str, side: str, newest: str) -> None:
    with closing(Database(f"{database_url}")) as database:
        migrate(database, side, to=newest)
        wanted = a_row_each(database)
        with database.writing() as connection:
            metadata = MetaData()
            metadata.reflect(connection)
            metadata.drop_all(connection)
        migrate(database, side, to=f"{side}_0002")
        put_in(database, side, wanted)
        before = set(rows_of(database))

        migrate(database, side, to=newest)

        found = rows_of(database)
    renamed = former_names(side)
    assert before - set(found) == set(renamed)
    assert set(found) - before == set(renamed.values())
    if side == HUB:
        assert found["sharing_statements"] == []
        wanted["sharing_statements"] = []
    assert found == wanted


def test_the_names_of_a_migration_are_those_of_its_tables() -> None:
    for side in (HUB, MEMBER):
        copied = import_module(f"{VERSIONS}.{side}.{RENAMING}").COPIED
        assert not set(copied) & set(copied.values())
