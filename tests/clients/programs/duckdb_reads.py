"""DuckDB with its extension httpfs on Parquet, by an address with a secret and by a token."""

import json
import sys
from pathlib import Path

import duckdb
import duckdb_ext

by_secret, plain, token = sys.argv[1:]
extensions = str(Path(duckdb_ext.__path__[0]) / "extensions")
QUERY = "SELECT country, year, value, status, at_least, at_most FROM read_parquet(?)"
with duckdb.connect(config={"extension_directory": extensions}) as connection:
    connection.execute("LOAD httpfs")
    rows = connection.execute(QUERY, [by_secret]).fetchall()
    connection.execute(f"CREATE SECRET (TYPE http, BEARER_TOKEN '{token}')")
    same = connection.execute(QUERY, [plain]).fetchall()
    added = connection.execute("SELECT sum(value), count(value) FROM read_parquet(?)", [plain]).fetchone()
print(json.dumps({"rows": rows, "by_token": same, "added": [int(number) for number in added]}))
