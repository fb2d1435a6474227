"""MariaDB as a source: a real server, one state, read-only, and gone in the middle."""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from mariadb import INSTALLED

from gateway.dictionary import regional
from gateway.sources.files import database_source
from gateway.sources.files.opening import draft_mapping, open_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings
from gateway.sources.model.tables import ForeignKey
from gateway.sources.quality.load import Load, load
from gateway.sources.rows.load_progress import Progress
from gateway.sources.services.service_source import NO_ACCESS, Access

pytestmark = pytest.mark.skipif(not INSTALLED, reason="mariadb-server-core is not installed")

PASSWORD = "hunter2 and more"
MAPPING = """\
mapping: 1
member: LA
source: database
tables:
  person:
    columns:
      person_id: case_id
      born: birth_date
      sex: {to: sex, codes: {"1": M, "2": F}}
      may_share: {to: consent_share, codes: {"1": AGG, "0": N}}
    left_out: {full_name: names a person, photo: shows a person}
  accident:
    join: {accident_id: accident_ref}
    columns:
      happened: date
      province: place
left_out: {other.lookup: codes}
"""
SCRIPT = """
CREATE DATABASE register CHARACTER SET utf8mb4;
CREATE DATABASE other;
CREATE TABLE other.lookup (code INT PRIMARY KEY, label VARCHAR(20));
CREATE TABLE register.accident (
    accident_id INT PRIMARY KEY, happened DATE, province VARCHAR(20)) ENGINE=InnoDB;
CREATE TABLE register.person (
    person_id INT PRIMARY KEY, accident_ref INT, full_name VARCHAR(80), born DATE, sex TINYINT,
    may_share BOOLEAN, photo BLOB,
    FOREIGN KEY (accident_ref) REFERENCES register.accident (accident_id)) ENGINE=InnoDB;
CREATE USER 'reader'@'127.0.0.1' IDENTIFIED BY '{password}';
GRANT SELECT ON *.* TO 'reader'@'127.0.0.1';
"""
PEOPLE, CHUNK = 250, 100


@pytest.fixture(scope="module")
def server(mariadb_url: str) -> Iterator[sa.Engine]:
    """The server, with empty tables."""
    engine = sa.create_engine(mariadb_url)
    with engine.begin() as connection:
        for statement in SCRIPT.format(password=PASSWORD).split(";")[:-1]:
            connection.exec_driver_sql(statement)
    yield engine
    engine.dispose()


@pytest.fixture
def register(server: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> sa.Engine:
    """A register of two accidents and some people, which comes in three parts."""
    monkeypatch.setattr(database_source, "CHUNK_ROWS", CHUNK)
    with server.begin() as connection:
        connection.exec_driver_sql("DELETE FROM register.person")
        connection.exec_driver_sql("DELETE FROM register.accident")
        connection.exec_driver_sql(
            "INSERT INTO register.accident VALUES"
            " (1, '2015-03-04', 'Savannakhet'), (2, '2016-12-31', 'LA-XI')"
        )
        connection.execute(
            sa.text(
                "INSERT INTO register.person"
                " VALUES (:n, :accident, 'ບຸນມີ', '2000-03-04', :sex, :share, x'00ff')"
            ),
            [
                {"n": n, "accident": 1 + n % 2, "sex": 1 + n % 2, "share": n != 3}
                for n in range(1, PEOPLE + 1)
            ],
        )  # fmt: skip
    return server


@pytest.fixture
def access(server: sa.Engine, tmp_path: Path) -> Access:
    """The credentials of the reader."""
    path = tmp_path / "credentials.yaml"
    path.touch(mode=0o600)
    path.write_text(f"mysql://127.0.0.1:{server.url.port}: {{user: reader, password: '{PASSWORD}'}}\n")
    return Access(path)


def place(server: sa.Engine, scheme: str = "mariadb") -> str:
    return f"{scheme}://127.0.0.1:{server.url.port}/register"


def load_place(where: str, access: Access = NO_ACCESS, progress: Progress = lambda _: None) -> Load:
    parsed, findings = parse_mapping(MAPPING, regional()), Findings()
    with open_source(where, parsed, findings, access) as source:
        return load(
            source,
            parsed,
            regional(),
            pseudonymise=lambda kind, values: [f"{kind}:{value}" for value in values],
            today=date(2026, 11, 25),
            findings=findings,
            progress=progress,
        )


@pytest.mark.parametrize("scheme", ["mariadb", "mysql", "mysql+pymysql"])
def test_tables_are_joined_and_read_as_what_they_are(
    register: sa.Engine, access: Access, scheme: str
) -> None:
    loaded = load_place(place(register, scheme), access)

    assert loaded.findings == ()
    columns = {name: column.values() for name, column in loaded.snapshot.columns.items()}
    times = {name: dict(Counter(values)) for name, values in columns.items()}
    assert times["date"] == {"2015-03": 125, "2016-12": 125}
    assert times["place"] == {"LA-SV": 125, "LA-XI": 125}
    assert times["sex"] == {"F": 125, "M": 125}
    assert Counter(loaded.snapshot.consent.values()) == {"AGG": PEOPLE - 1, "N": 1}
    assert loaded.rows == PEOPLE


def test_every_schema_is_listed_and_foreign_keys_are_read(register: sa.Engine, access: Access) -> None:
    with open_source(place(register), parse_mapping(MAPPING, regional()), Findings(), access) as source:
        assert source.tables() == ["accident", "other.lookup", "person"]
        assert source.foreign_keys() == [ForeignKey("person", "accident_ref", "accident", "accident_id")]
        assert source.size("person") == PEOPLE
    text = draft_mapping(place(register), "LA", regional(), date(2026, 11, 25), access)
    assert f'address: "{place(register)}"' in text
    assert PASSWORD not in text


def test_the_source_cannot_be_written_to(register: sa.Engine) -> None:
    administrator = place(register).replace("://", "://root@")
    with open_source(administrator, parse_mapping(MAPPING, regional()), Findings()) as source:
        assert isinstance(source, database_source.DatabaseSource)
        with pytest.raises(sa.exc.DBAPIError, match="READ ONLY"):
            source._connection.exec_driver_sql("DELETE FROM person")


def test_what_changes_while_it_is_read_is_not_half_seen(register: sa.Engine, access: Access) -> None:
    def change(_: object) -> None:
        with register.begin() as connection:
            connection.exec_driver_sql("DELETE FROM register.person WHERE person_id > 200")
            connection.exec_driver_sql("UPDATE register.accident SET happened = '2020-01-01'")

    loaded = load_place(place(register), access, change)
    assert loaded.rows == PEOPLE
    assert set(loaded.snapshot.columns["date"].values()) == {"2015-03", "2016-12"}


def test_a_table_can_be_left_in_the_middle_and_another_one_read(register: sa.Engine, access: Access) -> None:
    """The driver ends a table where it stands once something else is asked, as if it had no further rows."""
    with (
        open_source(place(register), parse_mapping(MAPPING, regional()), Findings(), access) as source,
        source.table("person") as person,
        source.table("accident") as accident,
    ):
        parts = [next(person.chunks)]
        assert next(accident.chunks).rows[0][0] == "1"
        assert source.size("accident") == 2
        parts += person.chunks
    assert [len(part.rows) for part in parts] == [100, 100, 50]
    assert [line for part in parts for line in part.lines] == [*range(1, PEOPLE + 1)]


def test_a_server_that_goes_away_in_the_middle_is_an_error(register: sa.Engine, access: Access) -> None:
    def cut(_: object) -> None:
        with register.connect() as connection:
            found = connection.exec_driver_sql(
                "SELECT id FROM information_schema.processlist WHERE user = 'reader'"
            )
            for (number,) in found.all():
                connection.exec_driver_sql(f"KILL CONNECTION {number}")

    with pytest.raises(SourceError, match="no longer does") as caught:
        load_place(place(register), access, cut)
    assert "reader" not in f"{caught.value} {caught.value.remedy}"


def test_a_missing_driver_is_named(server: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymysql", None)
    with pytest.raises(SourceError, match="PyMySQL") as caught:
        load_place(place(server))
    assert "safelane[sources]" in caught.value.remedy

    with pytest.raises(SourceError, match="not the URL of a database"):
        load_place("mysql://host:port/register")


def test_a_wrong_password_is_told_without_being_shown(register: sa.Engine, access: Access) -> None:
    assert access.credentials is not None
    access.credentials.write_text(access.credentials.read_text().replace("hunter2", "hunter3"))
    with pytest.raises(SourceError, match="did not answer") as caught:
        load_place(place(register), access)
    assert "hunter" not in f"{caught.value} {caught.value.remedy}"
    assert "reader" not in f"{caught.value} {caught.value.remedy}"
