"""The doctor says whether a database on another machine is reached by a connection that nobody else reads."""

import pytest

from gateway.bootstrap.upkeep.check_result import State
from gateway.bootstrap.upkeep.database_connection import connection

AT = "postgresql+psycopg://safelane@db.ministry.example/safelane"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///var/lib/safelane/hub/safelane.sqlite",
        "postgresql+psycopg://safelane@localhost/safelane",
        "postgresql+psycopg://safelane@[::1]:5433/safelane",
        "postgresql+psycopg:///safelane?host=/run/postgresql",
        "postgresql+psycopg:///safelane",
    ],
)
def test_nothing_is_said_of_a_database_on_this_machine(url: str) -> None:
    assert list(connection(url, {})) == []


@pytest.mark.parametrize(
    ("url", "environment", "state"),
    [
        (AT, {}, State.WRONG),
        (f"{AT}?sslmode=disable", {}, State.WRONG),
        (f"{AT}?sslmode=require", {}, State.WARNING),
        (f"{AT}?sslmode=verify-ca", {}, State.WELL),
        (f"{AT}?sslmode=verify-full", {"PGSSLMODE": "disable"}, State.WELL),
        (AT, {"PGSSLMODE": "verify-full"}, State.WELL),
        ("postgresql+psycopg:///safelane?host=db.ministry.example:5432", {}, State.WRONG),
        ("postgresql+psycopg:///safelane", {"PGHOST": "db.ministry.example"}, State.WRONG),
        ("postgresql+psycopg:///safelane?host=/run/x&host=db.ministry.example", {}, State.WRONG),
    ],
)
def test_what_others_could_read_or_answer_is_told(
    url: str, environment: dict[str, str], state: State
) -> None:
    (found,) = connection(url, environment)

    assert found.state is state
    assert "db.ministry.example" in found.detail
    assert bool(found.remedy) == (state is not State.WELL)


def test_a_password_is_never_told() -> None:
    (found,) = connection(AT.replace("safelane@", "safelane:very-secret@"), {})

    assert "very-secret" not in f"{found.detail} {found.remedy}"
