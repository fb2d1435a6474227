"""The engine reads PostgreSQL and MariaDB as the row-wise loader does, and says why where it does not."""

import csv
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loads_compared import CASUALTY, CELLS, MAPPING, everything

from gateway.demo.people import make_people
from gateway.demo.people_files import mapping_text, write_register
from gateway.sources.engine import database_table, first_table
from gateway.sources.files import server_table

TEXTS = (
    MAPPING.replace("source: csv", "source: database")
    .replace("victims.csv", "victims")
    .replace("accidents.csv", "accidents")
)
TYPED = """\
mapping: 1
member: KH
source: database
tables:
  victims:
    columns:
      number: case_id
      card: national_id
      happened: date
      sex: {to: sex, codes: {"1": M, "2": F}}
      age: age
      agreed: {to: consent_share, codes: {"TRUE": AGG, "FALSE": N, "1": AGG, "0": N}}
    left_out: {seen: not asked, photo: shows a person}
"""
VICTIMS = sa.Table(
    "victims",
    sa.MetaData(),
    sa.Column("number", sa.BigInteger),
    sa.Column("card", sa.String(20)),
    sa.Column("happened", sa.Date),
    sa.Column("seen", sa.DateTime),
    sa.Column("sex", sa.SmallInteger),
    sa.Column("age", sa.Numeric(6, 2)),
    sa.Column("agreed", sa.Boolean),
    sa.Column("photo", sa.LargeBinary),
)


SHORT_TEXT = sa.String(90)


@pytest.fixture(scope="module")
def mariadb(mariadb_url: str) -> Iterator[str]:
    """A database of this module's own, which is gone when others look at the server."""
    engine = sa.create_engine(mariadb_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE DATABASE large CHARACTER SET utf8mb4")
    yield f"{mariadb_url}/large"
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP DATABASE large")
    engine.dispose()


@pytest.fixture(params=["postgresql", "mariadb"])
def url(request) -> str:
    return request.getfixturevalue("mariadb" if request.param == "mariadb" else "postgresql_url")


def make(url: str, table: sa.Table, rows: list[dict[str, object]]) -> None:
    engine = sa.create_engine(url)
    table.metadata.drop_all(engine)
    table.metadata.create_all(engine)
    with engine.begin() as connection:
        if rows:
            connection.execute(table.insert(), rows)
    engine.dispose()


def texts(name: str, headings, kind: sa.String = SHORT_TEXT) -> sa.Table:
    return sa.Table(name, sa.MetaData(), *(sa.Column(heading, kind) for heading in headings))


def loaded_alike(url: str, mapping: str):
    """Load by the engine and row by row, and compare; what was found, and what is said of the engine."""
    found, said = everything(url, mapping, by_engine=True)
    assert found == everything(url, mapping, by_engine=False)[0]
    return found, said


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(CASUALTY, min_size=1, max_size=20), empty=st.booleans())
def test_random_registers_of_texts_load_the_same(url, rows, empty) -> None:
    some = [{name: cell if cell or empty else None for name, cell in row.items()} for row in rows]
    make(url, texts("victims", CELLS), some)
    make(url, texts("accidents", ["No", "Device"]), [{"No": "A1", "Device": "mine"}])

    _, said = loaded_alike(url, TEXTS)

    assert said == (True, "")


def victims(count: int) -> list[dict[str, object]]:
    return [
        {
            "number": n,
            "card": None if n % 7 == 0 else f"{n // 2:09d}",
            "happened": None if n % 11 == 0 else date(2010 + n % 9, 1 + n % 12, 1 + n % 28),
            "sex": n % 3,
            "age": None if n % 5 == 0 else n % 80 + (0.5 if n % 13 == 0 else 0),
            "agreed": n % 4 != 0,
            "photo": b"\x00\xff",
        }
        for n in range(count)
    ]


def test_numbers_dates_and_truth_values_are_read_as_the_driver_gives_them(url) -> None:
    make(url, VICTIMS, victims(200))

    found, said = loaded_alike(url, TYPED)

    assert said == (True, "")
    assert found[4].rows == 200
    assert {column.target: column.unread for column in found[4].columns}["case_id"] == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"card: national_id": "age: national_id", "age: age": "card: age"},
         "numbers of cases or people are neither text nor whole numbers"),
        ({"age: age": "photo: age", "photo: shows a person": "age: not asked"},
         "the engine knows no such type of column: photo"),
    ],
)  # fmt: skip
def test_what_the_engine_leaves_is_read_row_by_row_in_the_same_transaction(postgresql_url, change, said):
    mapping = TYPED
    for former, new in change.items():
        mapping = mapping.replace(former, new)
    make(postgresql_url, VICTIMS, victims(30))

    _, reason = loaded_alike(postgresql_url, mapping)

    assert reason == (False, said)


def test_too_many_words_and_odd_line_ends_are_left_and_odd_headings_read(url, monkeypatch) -> None:
    make(url, VICTIMS, victims(100))
    with monkeypatch.context() as patched:
        patched.setattr(first_table, "MOST_WORDS", 20)
        assert loaded_alike(url, TYPED)[1] == (False, "a column of codes has more than 20 different words")
    headings = [heading.replace("Age", "% age") for heading in CELLS]
    make(url, texts("victims", headings), [{"Case": "C1", "% age": "7"}])
    make(url, texts("accidents", ["No", "Device"]), [])
    assert loaded_alike(url, TEXTS.replace("Age: age", '"% age": age'))[1] == (True, "")
    make(url, texts("victims", CELLS), [{"Case": "C1", "Province": "a\rb"}])
    make(url, texts("accidents", ["No", "Device"]), [])

    _, said = loaded_alike(url, TEXTS)

    assert said == (False, "a cell has a zero byte, or a line end of an old kind")


def test_a_connection_that_is_lost_on_the_way_is_an_error_and_no_short_register(url, monkeypatch) -> None:
    """The rows that came before are not taken for all of them."""
    make(url, VICTIMS, victims(400))
    other = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with other.connect() as connection:
        for _ in range(6):
            connection.exec_driver_sql("INSERT INTO victims SELECT * FROM victims")
    monkeypatch.setattr(server_table, "_ROWS_AT_ONCE", 100)
    monkeypatch.setattr(server_table, "CHUNK_ROWS", 100)
    write, times = database_table._Checked.write, []

    def then_lost(stream, data):
        if not times:
            with other.connect() as connection:
                kill(connection, url)
        times.append(len(data))
        return write(stream, data)

    monkeypatch.setattr(database_table._Checked, "write", then_lost)
    found, _ = everything(url, TYPED, by_engine=True)
    other.dispose()

    assert "did not answer, or no longer does; nothing was loaded" in found
    assert len(times) < 400 * 64 / 100


def kill(connection: sa.Connection, url: str) -> None:
    """End every other connection to the database."""
    if url.startswith("postgresql"):
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        return
    own = connection.exec_driver_sql("SELECT connection_id()").scalar_one()
    for row in connection.exec_driver_sql("SHOW PROCESSLIST").all():
        if row[0] != own and row[3] == "large":
            connection.exec_driver_sql(f"KILL {row[0]}")


def test_rows_that_are_written_meanwhile_are_not_read(url, monkeypatch) -> None:
    """One consistent state, whatever is written between two statements of a load."""
    make(url, VICTIMS, victims(50))
    engine = sa.create_engine(url)
    ask = server_table.TableOfServer.cells

    def meanwhile(table, place, most):
        with engine.begin() as connection:
            connection.execute(VICTIMS.insert(), victims(3))
        return ask(table, place, most)

    monkeypatch.setattr(server_table.TableOfServer, "cells", meanwhile)
    found, said = everything(url, TYPED, by_engine=True)
    engine.dispose()

    assert said == (True, "")
    assert found[4].rows == 50


@pytest.mark.parametrize(
    ("server", "member"),
    [("mariadb", "LA"), ("postgresql_url", "TH")],
)
def test_a_demo_members_register_on_a_server_gives_the_numbers_of_its_files(
    request, tmp_path, server, member
) -> None:
    """Their tables as text, under their own names: several that are joined, and one with headings in Thai."""
    url, people = request.getfixturevalue(server), make_people(member, 7)
    register = write_register(replace(people, records=people.records[-60:]), tmp_path, 7)
    mapping, day = mapping_text(member), date(2026, 1, 31)
    of_files, _ = everything(register.folder, mapping, by_engine=False, today=day)
    made = [
        (texts(name, headings, sa.Text()), [dict(zip(headings, row, strict=True)) for row in rows])
        for name, headings, rows in tables_of(register.folder)
    ]
    for table, rows in made:
        make(url, table, rows)

    on_server = mapping.replace("source: csv", "source: database").replace(".csv:", ":")
    by_engine, said = everything(url, on_server, by_engine=True, today=day)
    row_by_row, _ = everything(url, on_server, by_engine=False, today=day)
    engine = sa.create_engine(url)
    for table, _ in made:
        table.drop(engine)
    engine.dispose()

    assert said == (True, "")
    assert by_engine == row_by_row
    assert by_engine[0] == of_files[0]


def tables_of(folder: Path) -> Iterator[tuple[str, list[str], list[tuple[str, ...]]]]:
    """Name, headings and rows of each table of a register: CSV files, or a database in a file."""
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            headings, *rows = csv.reader(file)
        yield path.stem, headings, [tuple(row) for row in rows]
    for path in folder.glob("*.sqlite"):
        with closing(sqlite3.connect(path)) as database:
            names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (name,) in names:
                found = database.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - a name of the demo's own
                headings = [column[0] for column in found.description]
                yield name, headings, found.fetchall()
