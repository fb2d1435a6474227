"""Relational databases as sources: SQLite and PostgreSQL, read-only, one state, and gone in the middle."""

from datetime import date

import pytest
import sqlalchemy as sa

from gateway.demo.people import make_people
from gateway.demo.people_files import write_register
from gateway.dictionary import regional
from gateway.sources.files import database_source
from gateway.sources.files.opening import open_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings
from gateway.sources.quality.load import load

MAPPING = """\
mapping: 1
member: LA
source: database
tables:
  person:
    columns:
      person_id: case_id
      id_number: national_id
      born: birth_date
      sex: {to: sex, codes: {"1": M, "2": F}}
      may_share: {to: consent_share, codes: {"TRUE": AGG, "FALSE": N, "1": AGG, "0": N}}
    left_out: {full_name: names a person, photo: shows a person}
  accident:
    join: {accident_id: accident_ref}
    columns:
      happened: date
      province: place
"""
METADATA = sa.MetaData()
ACCIDENT = sa.Table(
    "accident",
    METADATA,
    sa.Column("accident_id", sa.Integer, primary_key=True),
    sa.Column("happened", sa.Date),
    sa.Column("province", sa.String(20)),
)
PERSON = sa.Table(
    "person",
    METADATA,
    sa.Column("person_id", sa.Integer, primary_key=True),
    sa.Column("accident_ref", sa.Integer),
    sa.Column("full_name", sa.String(80)),
    sa.Column("id_number", sa.Numeric(12)),
    sa.Column("born", sa.Date),
    sa.Column("sex", sa.SmallInteger),
    sa.Column("may_share", sa.Boolean),
    sa.Column("photo", sa.LargeBinary),
)


@pytest.fixture
def postgresql(postgresql_url: str) -> str:
    return postgresql_url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'register.db'}"
    return request.getfixturevalue("postgresql")


@pytest.fixture
def small_parts(monkeypatch):
    """Tables are read in parts of a thousand rows."""
    monkeypatch.setattr(database_source, "CHUNK_ROWS", 1_000)


@pytest.fixture
def register(url):
    """A register of two accidents and three people; gives the engine to change it with."""
    engine = sa.create_engine(url)
    METADATA.drop_all(engine)
    METADATA.create_all(engine)
    with engine.begin() as connection:
        connection.execute(
            ACCIDENT.insert(),
            [
                {"accident_id": 1, "happened": date(2015, 3, 4), "province": "Savannakhet"},
                {"accident_id": 2, "happened": date(2016, 12, 31), "province": "LA-XI"},
            ],
        )
        connection.execute(
            PERSON.insert(), [person(1, 1), person(2, 1, sex=2), person(3, 2, may_share=False)]
        )
    yield engine
    engine.dispose()


def person(number, accident, **changes):
    usual = {
        "person_id": number,
        "accident_ref": accident,
        "full_name": "Bounmy Keomany",
        "id_number": 100200300 + number,
        "born": date(2000, 3, 4),
        "sex": 1,
        "may_share": True,
        "photo": b"\x00\xff",
    }
    return usual | changes


def load_url(url, *, mapping=MAPPING, progress=lambda _: None):
    parsed = parse_mapping(mapping, regional())
    findings = Findings()
    with open_source(url, parsed, findings) as source:
        return load(
            source,
            parsed,
            regional(),
            pseudonymise=lambda kind, values: [f"{kind}:{value}" for value in values],
            today=date(2026, 11, 25),
            findings=findings,
            progress=progress,
        )


def test_tables_are_joined_and_read_as_what_they_are(register, url):
    loaded = load_url(url)
    assert loaded.findings == ()
    columns = {name: column.values() for name, column in loaded.snapshot.columns.items()}
    assert columns["date"] == ["2015-03", "2015-03", "2016-12"]
    assert columns["place"] == ["LA-SV", "LA-SV", "LA-XI"]
    assert columns["sex"] == ["M", "F", "M"]
    assert columns["age"] == ["15-17"] * 3
    assert loaded.snapshot.consent.values() == ["AGG", "AGG", "N"]


def test_a_view_is_as_good_as_a_table(register, url):
    with register.begin() as connection:
        connection.execute(sa.text("DROP VIEW IF EXISTS victims"))
        connection.execute(sa.text("CREATE VIEW victims AS SELECT * FROM person WHERE person_id < 3"))
    try:
        assert load_url(url, mapping=MAPPING.replace("  person:", "  victims:")).rows == 2
    finally:
        with register.begin() as connection:
            connection.execute(sa.text("DROP VIEW victims"))


def test_the_source_cannot_be_written_to(register, url):
    parsed = parse_mapping(MAPPING, regional())
    with open_source(url, parsed, Findings()) as source:
        connection = source._connection
        with pytest.raises(sa.exc.DBAPIError):
            connection.execute(PERSON.delete())
    with register.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(PERSON)) == 3


def test_a_missing_table_or_column_is_named(register, url):
    with pytest.raises(SourceError, match="no table or view 'people'"):
        load_url(url, mapping=MAPPING.replace("  person:", "  people:"))
    with pytest.raises(SourceError, match="no column 'gender'"):
        load_url(url, mapping=MAPPING.replace("      sex:", "      gender:"))


def test_many_rows_are_read_in_parts(register, url, small_parts):
    with register.begin() as connection:
        connection.execute(PERSON.insert(), [person(n, 1 + n % 2) for n in range(4, 2_254)])
    seen = []
    assert load_url(url, progress=seen.append).rows == 2_253
    assert [at.rows for at in seen] == [2, 1_002, 2_002, 2_255]
    assert [round(at.share, 3) for at in seen] == [0.001, 0.444, 0.888, 1.0]
    assert {at.table for at in seen} == {"accident", "person"}


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite keeps writers out while it is read
def test_what_changes_while_it_is_read_is_not_half_seen(register, postgresql, small_parts):
    with register.begin() as connection:
        connection.execute(PERSON.insert(), [person(n, 1) for n in range(4, 3_004)])

    def change(_):
        with register.begin() as connection:
            connection.execute(PERSON.delete().where(PERSON.c.person_id > 2_500))
            connection.execute(PERSON.insert(), [person(n, 1) for n in range(50_000, 50_100)])

    if register.dialect.name != "postgresql":
        pytest.skip("SQLite keeps writers out while it is read: there is nothing to see")
    assert (
        load_url(postgresql, progress=change if register.dialect.name == "postgresql" else print).rows
        == 3_003
    )


def test_a_database_that_goes_away_in_the_middle_is_an_error(postgresql, small_parts):
    engine = sa.create_engine(postgresql)
    METADATA.drop_all(engine)
    METADATA.create_all(engine)
    with engine.begin() as connection:
        connection.execute(
            ACCIDENT.insert(), [{"accident_id": 1, "happened": date(2015, 3, 4), "province": "x"}]
        )
        connection.execute(PERSON.insert(), [person(n, 1) for n in range(4_000)])

    def cut(at):
        if at.rows == 1_001:
            with engine.begin() as connection:
                others = (
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                )
                connection.execute(sa.text(others + " AND datname = current_database()"))

    with pytest.raises(SourceError, match="no longer does"):
        load_url(postgresql, progress=cut)
    engine.dispose()


@pytest.mark.parametrize("bad", ["", "no url", "postgres://", "nosuch://host/x", "sqlite:///no/such/file.db"])
def test_what_is_no_database_is_an_error(bad):
    with pytest.raises(SourceError):
        load_url(bad)


def test_a_password_is_in_no_message():
    with pytest.raises(SourceError) as caught:
        load_url("postgresql+psycopg://reader:hunter2@127.0.0.1:1/register?connect_timeout=2")
    assert "hunter2" not in caught.value.message + caught.value.remedy


def test_a_file_that_is_no_database_is_an_error(tmp_path):
    path = tmp_path / "register.db"
    path.write_text("Case,Sex\n" * 100)
    with pytest.raises(SourceError, match="no whole SQLite database"):
        load_url(f"sqlite:///{path}")


@pytest.mark.parametrize("spoilt", ["cut", "text"])
def test_a_half_copied_database_and_text_in_no_encoding_are_errors(tmp_path, spoilt):
    path = tmp_path / "register.db"
    engine = sa.create_engine(f"sqlite:///{path}")
    METADATA.create_all(engine)
    with engine.begin() as connection:
        connection.execute(
            ACCIDENT.insert(), [{"accident_id": 1, "happened": date(2015, 3, 4), "province": "x"}]
        )
        connection.execute(PERSON.insert(), [person(n, 1) for n in range(2_000)])
        if spoilt == "text":
            connection.exec_driver_sql("UPDATE accident SET province = CAST(x'e0a6ff' AS TEXT)")
    engine.dispose()
    if spoilt == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(SourceError, match="no whole SQLite database"):
        load_url(f"sqlite:///{path}")


def test_the_same_register_gives_the_same_snapshot_on_either_engine(postgresql, tmp_path):
    register = write_register(make_people("LA", 11), tmp_path, 11)
    sqlite, server = (
        sa.create_engine(f"sqlite:///{tmp_path / 'register.sqlite'}"),
        sa.create_engine(postgresql),
    )
    tables = sa.MetaData()
    tables.reflect(sqlite)
    tables.drop_all(server)
    tables.create_all(server)
    with sqlite.connect() as reading, server.begin() as writing:
        for table in tables.sorted_tables:
            writing.execute(table.insert(), [dict(row) for row in reading.execute(table.select()).mappings()])
    sqlite.dispose()
    one, other = (load_url(place, mapping=register.mapping) for place in (str(tmp_path), postgresql))
    tables.drop_all(server)
    server.dispose()
    assert one.findings == other.findings == ()
    assert len(one.snapshot) == 816
    assert one.snapshot.id == other.snapshot.id
