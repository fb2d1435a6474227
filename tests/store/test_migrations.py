"""What each migration does to the rows that it finds, on both kinds of databases."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

from sqlalchemy import inspect, text

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
