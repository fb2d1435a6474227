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

from audit.errors import AuditError
from audit.formats.checkpoint import Checkpoint
from audit.formats.cosignature import Cosigner
from gateway.accounts.model import Account, Role, Scope, Token
from gateway.store.accounts.writing import SqlPeopleWriter
from gateway.store.engine.database import Database
from gateway.store.engine.logs import SqlLogStorage
from gateway.store.engine.migrate import HUB, MEMBER, migrate
from gateway.store.hub.received_bounds import stated_bounds
from gateway.wire.answer_bounds import AnswerBounds, answer_bounds_from_json

ORIGIN = "log.example/hub"
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

QUESTION = (
    'INSERT INTO questions (id, question, "user", organisation, asked_at, deadline, late_until, asked_index, '
    "state) VALUES ('q-1', '{}', 'vera@x.example', 'ARMAC', '2026-03-01 12:00:00', '2026-03-01 12:00:00', "
    "'2026-03-01 12:00:00', 5, 'open')"
)
ROUND_AT_A_HUB = (
    "INSERT INTO enrolments VALUES ('KH', 'answers', 'log', 'witness', 'calls', FALSE, 3)",
    QUESTION,
    "INSERT INTO received_offers VALUES ('q-1', 'KH', :body)",
    "INSERT INTO sum_rounds VALUES ('q-1', '{}', '2026-03-01 12:00:00', 6, NULL)",
    "INSERT INTO received_contributions VALUES ('q-1', 'KH', 'n', 'e', 'r', '2026-03-01 12:00:00')",
)
ROUND_AT_A_NODE = (
    "INSERT INTO sent_answers VALUES ('q-1', 5, 'note', 7, 3, TRUE)",
    "INSERT INTO sum_offers VALUES ('q-1', 5, 3, :body, 'the mask key', FALSE)",
    "INSERT INTO sum_contributions VALUES (8, 'q-1', 6, 'note', FALSE)",
    "INSERT INTO summed_cells VALUES ('[[\"date\",[\"2023\"]]]', 'c', 'b', 8)",
)
TABLES_OF_TOTALS = {
    *("received_offers", "sum_rounds", "received_contributions"),
    *("sum_offers", "sum_contributions", "summed_cells"),
}


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


OFFER = {
    "question_id": "q-1",
    "consent": "a signed note",
    "low": [0],
    "high": [9],
    "cells": [{"cell": ["K"], "low": 0, "high": 9, "component": 1}],
    "threshold": 5,
}
STATED = AnswerBounds("q-1", (0,), (9,))
"""What the offer says of withheld cells."""


def test_rounds_of_totals_go_from_a_hub_and_bounds_stay(database_url: str) -> None:
    with closing(Database(database_url)) as database:
        migrate(database, HUB, to="hub_0003")
        body = json.dumps(OFFER)
        with database.writing() as connection:
            SqlPeopleWriter(connection).add_account(OPERATOR, because=1)
            for statement in ROUND_AT_A_HUB:
                connection.execute(text(statement), {"body": body} if ":body" in statement else {})

        migrate(database, HUB)

        assert not TABLES_OF_TOTALS & set(rows_of(database))
        with database.reading() as connection:
            assert stated_bounds(connection, "q-1") == {"KH": STATED}


def test_mask_keys_go_from_a_node_and_what_entered_a_total_stays_known(database_url: str) -> None:
    with closing(Database(database_url)) as database:
        migrate(database, MEMBER, to="member_0003")
        body = json.dumps(OFFER)
        with database.writing() as connection:
            for statement in ROUND_AT_A_NODE:
                connection.execute(text(statement), {"body": body} if ":body" in statement else {})

        migrate(database, MEMBER)

        rows = rows_of(database)
        assert not TABLES_OF_TOTALS & set(rows)
        assert "the mask key" not in str(rows)
        assert rows["cells_in_totals"] == [{"people": '[["date",["2023"]]]', "because": 8}]
        (kept,) = rows["stated_bounds"]
        assert answer_bounds_from_json(json.loads(kept["body"])) == STATED
        assert (kept["acknowledged"], kept["because"]) == (False, 7)


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


@pytest.mark.parametrize(("side", "before"), [(HUB, "hub_0006"), (MEMBER, "member_0008")])
def test_cosignatures_go_on_under_the_keys_that_made_them(database_url: str, side: str, before: str) -> None:
    """The newest of each key, in their order; a line that is damaged is kept for the check that names it."""
    first, second = Cosigner.generate("kh.example"), Cosigner.generate("la.example")
    seen = [Checkpoint(ORIGIN, size, bytes(32)) for size in (0, 1, 2)]
    lines = [
        (1, first.cosign(seen[1], 1), 0),
        (1, second.cosign(seen[1], 1), 1),
        (1, first.cosign(seen[1], 9), 2),  # two processes wrote at once
        (2, second.cosign(seen[2], 3), 0),
    ]
    with closing(Database(database_url)) as database:
        migrate(database, side, to=before)
        with database.writing() as connection:
            add = text("INSERT INTO log_cosignatures VALUES (:origin, :size, :line, :position)")
            for size, line, position in [*lines, (3, "a damaged line", 0)]:
                row = {"origin": ORIGIN, "size": size, "line": str(line), "position": position}
                connection.execute(add, row)

        migrate(database, side)

        with database.writing() as connection:
            storage = SqlLogStorage(connection, ORIGIN)
            assert storage.cosignatures(1) == [lines[1][1], lines[2][1]]
            again = second.cosign(seen[2], 8)
            storage.add_cosignatures(2, [again, first.cosign(seen[2], 8)])
            assert storage.cosignatures(2) == [again, first.cosign(seen[2], 8)]
            with pytest.raises(AuditError):
                storage.cosignatures(3)
        assert set(rows_of(database)) & {"log_cosignatures_by_line"} == set()


def test_the_names_of_a_migration_are_those_of_its_tables() -> None:
    for side in (HUB, MEMBER):
        copied = import_module(f"{VERSIONS}.{side}.{RENAMING}").COPIED
        assert not set(copied) & set(copied.values())
