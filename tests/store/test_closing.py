"""What is still in use when a database is closed is closed as well, once it comes back."""

import sqlite3
from pathlib import Path

import pytest

from gateway.store.engine.database import Database, sqlite_url


def test_a_connection_in_use_is_closed_when_it_comes_back(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "a.sqlite"))
    with database.reading() as connection:
        driver = connection.connection.driver_connection
        database.close()
        assert driver is not None
        driver.execute("SELECT 1")

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        driver.execute("SELECT 1")
