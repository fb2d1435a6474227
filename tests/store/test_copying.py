"""Rows copied between databases of either kind: all of them, in one state, or none."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from gateway.store.copying import copy_rows
from gateway.store.engine.database import Database, StorageError, sqlite_url
from gateway.store.engine.migrate import HUB, MEMBER, migrate
from gateway.store.engine.schema import openings
from gateway.store.sides import tables_of
from gateway.store.watching.watching import log_alerts

ROWS = [
    {
        "entry_index": n,
        "field": "actor",
        "label": "actor",
        "salt": bytes([n % 256]) * 32,
        "value": b"\x00\xff",
    }
    for n in range(1203)
]


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Database]:
    database = Database(sqlite_url(tmp_path / "source.sqlite"))
    migrate(database, HUB)
    with database.writing() as connection:
        connection.execute(insert(openings), ROWS)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = sqlite_url(tmp_path / "target.sqlite")
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    database = Database(url)
    migrate(database, HUB)
    yield database
    database.close()


def rows_of(database: Database) -> list[dict[str, object]]:
    with database.reading() as connection:
        found = connection.execute(select(openings).order_by(openings.c.entry_index)).mappings()
        return [dict(row) for row in found]


def test_every_row_arrives_as_it_was(source: Database, target: Database) -> None:
    reported: list[tuple[str, int]] = []
    copied = copy_rows(source, target, HUB, lambda table, rows: reported.append((table, rows)))

    assert rows_of(target) == ROWS
    assert copied["openings"] == len(ROWS)
    assert set(copied) == {table.name for table in tables_of(HUB)}
    assert ("openings", 500) in reported


def test_a_database_that_holds_anything_is_left_alone(source: Database, target: Database) -> None:
    with target.writing() as connection:
        connection.execute(insert(openings), ROWS[:1])

    with pytest.raises(StorageError, match="openings"):
        copy_rows(source, target, HUB)
    assert rows_of(target) == ROWS[:1]


def test_what_fails_half_way_leaves_nothing(source: Database, target: Database) -> None:
    def interrupted(table: str, rows: int) -> None:
        if table == "openings" and rows > 600:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_rows(source, target, HUB, interrupted)
    assert rows_of(target) == []


def test_sides_share_what_both_have_and_no_more() -> None:
    hub, member = ({table.name for table in tables_of(side)} for side in (HUB, MEMBER))

    assert {"log_sizes", "openings", "recovery"} <= hub & member
    assert "questions" in hub - member
    assert "snapshots" in member - hub


def test_the_copy_counts_on_where_the_source_was(source: Database, target: Database) -> None:
    """Numbers that the database draws itself must not come twice after a copy."""

    def raise_alert(database: Database) -> int:
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        values = {"kind": "k", "origin": "o", "about": "a", "message": "m", "entries": "[]", "since": moment}
        with database.writing() as connection:
            return int(connection.execute(insert(log_alerts).values(**values)).inserted_primary_key[0])

    numbers = [raise_alert(source) for _ in range(3)]
    copy_rows(source, target, HUB)

    assert raise_alert(target) not in numbers
