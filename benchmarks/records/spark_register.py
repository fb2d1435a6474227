"""A register in Spark, read through Spark Connect by the engine and row by row, beside the other SQL.

    python benchmarks/records/spark_register.py [ROWS]

First one SELECT is written for DuckDB, PostgreSQL, MariaDB, Spark and Trino. Then, where pyspark and Java are
installed (they are in none of the locks), a server of Spark is started on this machine with a table of ROWS
casualties (200,000 by default) in typed columns, and is read both ways, which must give the same snapshot,
findings and quality. Of Trino nothing but its SQL is tried.
"""

import argparse
import sys
import time
from contextlib import suppress
from datetime import date
from importlib.util import find_spec

from gateway.bootstrap.loading.engine_choice import files_for_engine
from gateway.bootstrap.loading.internal_pseudonyms import Form, InternalPseudonyms
from gateway.dictionary import regional
from gateway.sources.engine.statements import DIALECTS, Asked, Statements
from gateway.sources.files.spark_source import SparkSource
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.findings import Findings
from gateway.sources.quality.load import load
from gateway.sources.quality.quality import assess

TODAY = date(2026, 11, 25)
MAPPING = """\
mapping: 1
member: KH
source: database
tables:
  victims:
    columns:
      Case: case_id
      ID: national_id
      Date: date
      Province: place
      Sex: {to: sex, codes: {"1": M, "2": F}}
      Age: age
      Agreed: {to: consent_share, codes: {"TRUE": AGG, "FALSE": N}}
constants: {victim_type: DIR}
"""
TABLE = """SELECT format_string('C%%07d', CAST(id - id %% 1000 %% 2 AS INT)) AS Case,
    CASE id %% 7 WHEN 0 THEN NULL WHEN 1 THEN format_string('%%03d-%%06d', 7, CAST(id AS INT)) ELSE
    format_string('%%09d', CAST(id %% 150000 AS INT)) END AS ID,
    make_date(1990 + id %% 34, 1 + id %% 12, 1 + id %% 28) AS Date,
    CASE id %% 50 WHEN 0 THEN 'nowhere' ELSE format_string('KH-%%d', CAST(1 + id %% 24 AS INT)) END
    AS Province,
    CAST(1 + id %% 2 AS SMALLINT) AS Sex, CAST(id %% 90 AS DECIMAL(5, 1)) AS Age, id %% 11 > 0 AS Agreed
    FROM range(%d)"""


def selects() -> None:
    """The SELECT of all rows, and of the distinct days, in the SQL of each server."""
    for server in DIALECTS:
        one = Statements(server, "victims", "register")
        print(f"{server} | {one.rows([Asked('Case', True), Asked('Date', False)])}")
        print(f"{server} | {one.values('Date', 1_000_000)}")


def read(session: object, *, by_engine: bool) -> tuple[object, ...]:
    """Load, judge, and print what it took; all that the load tells."""
    mapping, findings = parse_mapping(MAPPING, regional()), Findings()
    source = SparkSource(session, "sc://here")
    wall, processor = time.perf_counter(), time.process_time()
    with InternalPseudonyms(b"k" * 32, mapping.member, Form.BLAKE2) as pseudonymise:
        loaded = load(
            source,
            mapping,
            regional(),
            pseudonymise=pseudonymise,
            today=TODAY,
            findings=findings,
            for_engine=files_for_engine("sc://here", mapping, by_engine, source),
        )
    quality = assess(loaded, regional())
    what = "by the engine" if by_engine else "row by row"
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(f"{what} | {loaded.rows} | {wall:.1f} | {processor:.1f} | {loaded.declined}", flush=True)
    if loaded.by_engine != by_engine:
        sys.exit("The engine left it.")
    return loaded.snapshot.id, len(loaded.snapshot), quality, list(findings.every_line())


def main() -> None:
    """Write the SELECTs; read both ways where Spark is installed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=200_000)
    rows = parser.parse_args().rows
    selects()
    if find_spec("pyspark") is None:
        print("Spark: nothing read, as pyspark is not installed")
        return
    from pyspark.sql import SparkSession  # noqa: PLC0415 - in none of the locks

    # A server of its own, and the client of Spark Connect over gRPC, as with a server elsewhere.
    session = SparkSession.builder.remote("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        session.conf.set("spark.sql.session.timeZone", "UTC")
        session.sql(TABLE % rows).createOrReplaceTempView("victims")
        print(f"Spark {session.version} through {type(session).__module__}")
        print("what | rows | wall s | CPU s of the client | why not by the engine")
        same = read(session, by_engine=True) == read(session, by_engine=False)
        print(f"both loads the same: {'yes' if same else 'NO'}")
    finally:
        with suppress(Exception):
            session.stop()
    sys.exit(not same)


if __name__ == "__main__":
    main()
