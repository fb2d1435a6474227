"""Where the store sends a statement to PostgreSQL: each place that sends any must have sent one there.

Most tests keep their state on SQLite, and `make test-postgresql` repeats some of them. `.ci/run` sets
`SAFELANE_SENT` for both runs; `python tests/support/sent_to_postgresql.py file` then names the places that no
test has reached on PostgreSQL. Repeat a test that reaches them: see ON_POSTGRESQL in the Makefile.
"""

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

VARIABLE = "SAFELANE_SENT"
ROOT = Path(__file__).parents[2]
STORE = ROOT / "gateway" / "store"
SENDING = re.compile(r"(?!cursor).*\.execute|.*connection\.scalars?")
"""A call that sends a statement; cursors are the driver's own of SQLite."""

Place = tuple[str, int]
"""A file below `gateway/store`, and a line of it."""


class SentToPostgresql:
    """A plugin of pytest; the workers of two runs beside each other write to one file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._places: set[Place] = set()
        event.listen(Engine, "before_cursor_execute", self._note)

    def _note(self, connection: Connection, *_: Any) -> None:
        if connection.dialect.name != "postgresql":
            return
        frame = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename.startswith(str(STORE)):
                self._places.add((frame.f_code.co_filename, frame.f_lineno))
            frame = frame.f_back  # type: ignore[assignment]

    def pytest_sessionfinish(self) -> None:
        lines = [json.dumps([Path(name).relative_to(STORE).as_posix(), line]) for name, line in self._places]
        with self._file.open("a", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))


def sending(folder: Path) -> Iterator[tuple[str, range]]:
    """Each call that sends a statement: its file and its lines. Migrations have tests of their own."""
    for path in sorted(folder.rglob("*.py")):
        if "migrations" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and SENDING.fullmatch(ast.unparse(node.func)):
                    last = node.end_lineno or node.lineno
                    yield path.relative_to(folder).as_posix(), range(node.lineno, last + 1)


def missed(folder: Path, reached: Iterable[Place]) -> list[str]:
    """The places below a folder that send statements and were not reached."""
    there = set(reached)
    return [
        f"{name}:{at.start}" for name, at in sending(folder) if there.isdisjoint((name, line) for line in at)
    ]


if __name__ == "__main__":
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    never = missed(STORE, ((name, line) for name, line in map(json.loads, lines)))
    sys.stdout.writelines(
        f"gateway/store/{place} has sent nothing to PostgreSQL in any test\n" for place in never
    )
    sys.exit(bool(never))
