"""How long a load takes to fill a vault, and how much memory.

python benchmarks/records/vault.py [RECORDS]
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from anonymisers.identity.key_custody import lock_from_file, new_custody
from gateway.bootstrap.loading.vault_filling import Filling
from gateway.store.engine.database import Database, sqlite_url
from gateway.store.engine.schema import metadata
from gateway.store.member.vault import replace_vault, vault_keys, vault_records

CHUNK = 20_000
PERSON = {"name": "Sok Dara", "phone": "012 345 678", "village": "Anlong Vil", "narrative": "x" * 150}


def main() -> None:
    """Encrypt records into the spool, then write them into an SQLite database."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    custody = new_custody("KH", {name: lock_from_file(name.encode() * 32) for name in ("a", "b")})
    with tempfile.TemporaryDirectory() as folder:
        database = Database(sqlite_url(Path(folder) / "vault.sqlite"))
        with database.writing() as connection:
            metadata.create_all(connection, [vault_keys, vault_records])
        with Filling(Path(folder), custody, frozenset(PERSON), lambda *_: None) as filling:
            began = time.perf_counter()
            for first in range(0, count, CHUNK):
                links = [f"p1.1.{number:027d}" for number in range(first, min(first + CHUNK, count))]
                filling.keep(links, links, [PERSON] * len(links))
            encrypted = time.perf_counter() - began
            began = time.perf_counter()
            with database.writing() as connection:
                replace_vault(connection, filling.filled(), because=1)
            written = time.perf_counter() - began
        database.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count} records: encrypted in {encrypted:.1f} s, written in {written:.1f} s, {memory:.0f} MB")


if __name__ == "__main__":
    main()
