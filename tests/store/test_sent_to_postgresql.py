"""A place of the store that sends its statement to PostgreSQL in no test is named."""

from pathlib import Path

from sent_to_postgresql import missed

MODULE = """
def read(connection):
    rows = connection.execute(
        query
    )
    return rows.scalars()

def write(self, cursor):
    cursor.execute("PRAGMA of another database")
    self._connection.execute(statement)
"""


def test_places_that_were_not_reached_are_named(tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "users.py").write_text(MODULE, encoding="utf-8")

    assert missed(tmp_path, []) == ["hub/users.py:3", "hub/users.py:10"]
    assert missed(tmp_path, [("hub/users.py", 4)]) == ["hub/users.py:10"]
    assert missed(tmp_path, [("hub/users.py", 3), ("hub/users.py", 10), ("logs.py", 10)]) == []
