"""A relational register on PostgreSQL, read by a node of the running region as the one on SQLite is."""

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.bootstrap.setup.open_member import open_member
from gateway.demo.preparing import REGISTER_DATE
from gateway.demo.region import member_directory

pytestmark = pytest.mark.processes

QUESTION = (
    "ask", "--measure", "casualties", "--by", "year,outcome", "--where", "country=LA",
    "--purpose", "regional-reporting", "--format", "json",
)  # fmt: skip


def moved(register: Path, url: str) -> None:
    """The tables of an SQLite register into PostgreSQL, row by row."""
    engine = sa.create_engine(url)
    with closing(sqlite3.connect(register)) as old, engine.begin() as new:
        for (name,) in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = old.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - a name of our own register
            columns = [column[0] for column in rows.description]
            table = sa.Table(name, sa.MetaData(), *(sa.Column(c, sa.Text) for c in columns))
            table.create(new)
            new.execute(sa.insert(table), [dict(zip(columns, row, strict=True)) for row in rows])
    engine.dispose()


def own(demo, place: Path, *arguments: str) -> str:
    """What a command of the node itself prints."""
    done = subprocess.run(
        [demo.process.args[0], "member", *arguments, "--dir", str(place)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def snapshot_id(place: Path) -> str:
    with open_member(place) as node, node.store.reading() as view:
        _, snapshot = view.snapshot()
    return snapshot.id


def test_a_running_node_reads_postgresql_and_nobody_sees_a_difference(demo, postgresql_url: str) -> None:
    place = member_directory(demo.directory, "LA")
    moved(place / "source" / "register.sqlite", postgresql_url)
    before = json.loads(demo.safelane(*QUESTION).stdout)["cells"]
    held = snapshot_id(place)

    mapping, as_of = str(place / "mapping.yaml"), REGISTER_DATE.isoformat()
    loaded = own(demo, place, "load", postgresql_url, "--mapping", mapping, "--as-of", as_of)
    own(demo, place, "cube")

    assert "Nothing has changed since the former load" in loaded
    assert snapshot_id(place) == held
    assert json.loads(demo.safelane(*QUESTION).stdout)["cells"] == before
