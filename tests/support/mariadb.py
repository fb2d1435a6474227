"""A MariaDB server of a test module's own, from the packages of Debian: made, started, and stopped again."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

_SCRIPTS = Path("/usr/share/mariadb")
_TABLES = ("mariadb_system_tables.sql", "mariadb_performance_tables.sql", "mariadb_system_tables_data.sql")
_SMALL = ("--innodb-buffer-pool-size=8M", "--innodb-log-file-size=4M", "--no-defaults")
PATIENCE_SECONDS = 60

INSTALLED = shutil.which("mariadbd") is not None


@contextmanager
def mariadb_server(folder: Path) -> Iterator[str]:
    """The URL of the server, for its administrator, without a database."""
    program = [
        shutil.which("mariadbd") or "mariadbd",
        "--no-defaults",
        *_SMALL[:2],
        f"--datadir={folder}/data",
    ]
    program += [] if os.getuid() else ["--user=root"]
    (folder / "data").mkdir()
    script = "create database mysql;\nuse mysql;\n" + "".join((_SCRIPTS / t).read_text() for t in _TABLES)
    with (folder / "output.log").open("ab") as output:
        made = {"input": script.encode(), "stdout": output, "stderr": output}
        subprocess.run([*program, "--bootstrap"], check=True, **made)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        places = [
            f"--port={port}",
            f"--socket={folder}/s",
            f"--pid-file={folder}/pid",
            "--bind-address=127.0.0.1",
        ]
        process = subprocess.Popen([*program, *places], stdout=output, stderr=output)
    url = f"mysql+pymysql://root@127.0.0.1:{port}"
    try:
        _wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            engine.connect().close()
        except sa.exc.OperationalError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            engine.dispose()
            return
