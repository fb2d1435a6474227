"""What is looked for with every call and answer does not take longer with every question that ever was."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import sqlite

from gateway.bootstrap.setup.layout import Layout
from gateway.bootstrap.setup.open_hub import create_hub
from gateway.store.hub.call_queries import LATE, UNDELIVERED, WAITING_AT


@pytest.fixture(scope="module")
def hub_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("made") / "hub"
    create_hub(directory, "region.example/log")
    return Layout(directory).database


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (LATE, "ix_asked_members_new"),
        (UNDELIVERED, "ix_asked_members_awaited"),
        (WAITING_AT, "ix_asked_members_awaited"),
    ],
    ids=["late answers", "questions to deliver", "questions that wait for approval"],
)
def test_no_table_is_read_from_end_to_end(hub_database: Path, statement: Any, index: str) -> None:
    compiled = statement.compile(dialect=sqlite.dialect())
    with closing(sqlite3.connect(hub_database)) as database:
        values = [None] * len(compiled.positiontup)
        plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {compiled}", values)]

    assert any(index in step for step in plan)
    read = [step for step in plan if step.startswith(("SCAN", "SEARCH")) and index not in step]
    assert read in ([], ["SEARCH questions USING INDEX sqlite_autoindex_questions_1 (id=?)"])
