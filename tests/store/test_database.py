"""A database: durable, one writer at a time, and a failure takes everything back and says so."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from gateway.store.engine.database import Database, StorageError, sqlite_url
from gateway.store.engine.migrate import HUB, MEMBER, migrate, older_form
from gateway.store.sides import tables_of


@pytest.fixture
def database(tmp_path: Path):
    made = Database(sqlite_url(tmp_path / "test.sqlite"))
    with made.writing() as connection:
        connection.execute(text("CREATE TABLE numbers (n INTEGER PRIMARY KEY)"))
    yield made
    made.close()


def numbers(database: Database) -> list[int]:
    with database.reading() as connection:
        return [row.n for row in connection.execute(text("SELECT n FROM numbers ORDER BY n"))]


def test_what_is_committed_must_survive_a_power_cut(synced: None, database: Database) -> None:
    with database.writing() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2  # FULL
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_an_exception_takes_everything_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.writing() as connection:
        connection.execute(text("INSERT INTO numbers VALUES (1)"))
        _ = 1 / 0

    assert numbers(database) == []


def test_writers_take_turns_and_lose_nothing(database: Database) -> None:
    def write() -> None:
        for _ in range(25):
            with database.writing() as connection:
                most = connection.execute(text("SELECT coalesce(max(n), 0) FROM numbers")).scalar_one()
                connection.execute(text("INSERT INTO numbers VALUES (:n)"), {"n": most + 1})

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert numbers(database) == list(range(1, 101))


def test_readers_see_one_state_while_others_write(database: Database) -> None:
    with database.reading() as reading:
        before = reading.execute(text("SELECT count(*) FROM numbers")).scalar()
        with database.writing() as writing:
            writing.execute(text("INSERT INTO numbers VALUES (1)"))
        assert reading.execute(text("SELECT count(*) FROM numbers")).scalar() == before

    assert numbers(database) == [1]


def test_a_full_disk_is_said_and_nothing_is_half_written(database: Database) -> None:
    with database.writing() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    with pytest.raises(StorageError, match="full"), database.writing() as connection:
        connection.execute(text(f"PRAGMA max_page_count = {pages + 1}"))
        connection.execute(text("INSERT INTO numbers VALUES (1)"))
        connection.execute(text("CREATE TABLE large (x BLOB)"))
        connection.execute(text("INSERT INTO large VALUES (zeroblob(1000000))"))

    assert numbers(database) == []


def test_a_database_that_is_held_by_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.store.engine.database.BUSY_SECONDS", 0.1)
    path = tmp_path / "held.sqlite"
    database = Database(sqlite_url(path))
    with database.writing():
        pass
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StorageError, match="locked"), database.writing():
            pass
    finally:
        other.close()
        database.close()


def test_an_error_never_repeats_what_was_to_be_written(database: Database) -> None:
    with pytest.raises((StorageError, IntegrityError)) as failure, database.writing() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "Sok Dara"})

    assert isinstance(failure.value, StorageError)
    assert "Sok Dara" not in str(failure.value)


@pytest.mark.parametrize("side", [HUB, MEMBER])
def test_migrations_make_exactly_the_tables_of_the_code(tmp_path: Path, side: str) -> None:
    """A migration is frozen when it is released; the code's tables must still be what all of them make."""
    database = Database(sqlite_url(tmp_path / "migrated.sqlite"))
    migrate(database, side)
    assert older_form(database, side) is None
    wanted = tables_of(side)
    assert {"log_sizes", "openings"} <= {table.name for table in wanted}

    with database.reading() as connection:
        found = inspect(connection)
        assert set(found.get_table_names()) - {"alembic_version"} == {t.name for t in wanted}
        for table in wanted:
            columns = {c["name"]: c["nullable"] for c in found.get_columns(table.name)}
            assert columns == {c.name: c.nullable for c in table.columns}
            assert set(found.get_pk_constraint(table.name)["constrained_columns"]) == set(
                table.primary_key.columns.keys()
            )
            assert len(found.get_foreign_keys(table.name)) == len(table.foreign_key_constraints)
            constraints = {str(found.get_pk_constraint(table.name)["name"])}
            constraints |= {str(one["name"]) for one in found.get_unique_constraints(table.name)}
            assert all(name.split("_", 1)[1].startswith(table.name) for name in constraints), constraints
            assert {one["name"] for one in found.get_indexes(table.name)} == {i.name for i in table.indexes}
    database.close()


@pytest.mark.parametrize(
    "url", ["nonsense", "postgres://x:hunter2@h/d", "postgresql+psycopg2://x:hunter2@h/d"]
)
def test_what_is_no_url_of_a_known_kind_is_told_without_its_password(url: str) -> None:
    with pytest.raises(StorageError, match="no URL") as reported:
        Database(url)
    assert "hunter2" not in f"{reported.value.message} {reported.value.remedy}"


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "newer.sqlite"))
    migrate(database, HUB)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'hub_9999'"))

    with pytest.raises(StorageError, match="newer Safelane"):
        migrate(database, HUB)
    database.close()
