"""What Spark is asked, answered by DuckDB after SQLGlot has translated it: without Java, without a server.

A real server of Spark is read by `benchmarks/records/spark_register.py`, whose log is kept beside it.
"""

from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace

import duckdb
import pandas as pd
import pytest
import sqlglot
from loads_compared import CELLS, MAPPING, everything

from gateway.sources.files import opening
from gateway.sources.files.spark_source import SparkSource, address_of_spark

TEXTS = (
    MAPPING.replace("source: csv", "source: database")
    .replace("victims.csv", "victims")
    .replace("accidents.csv", "`odd`.accidents")
)
TYPED = """\
mapping: 1
member: KH
source: database
tables:
  victims:
    columns:
      number: case_id
      happened: date
      sex: {to: sex, codes: {"1": M, "2": F}}
      age: age
      agreed: {to: consent_share, codes: {"TRUE": AGG, "FALSE": N}}
"""
SHORT = TYPED.partition("      sex")[0] + "constants: {consent_share: AGG}\n"
TYPES = {"VARCHAR": "string", "INTEGER": "integer", "BIGINT": "long", "DATE": "date", "BOOLEAN": "boolean"}


class UnknownFunctionError(Exception):
    """As the client of Spark raises it, with a value in its message."""

    __module__ = "pyspark.errors"


class SparkOfDuckDB:
    """Answers the SQL of Spark. `lacks`: a word that it does not know; `then`: is told each statement."""

    def __init__(self, connection, lacks="nothing", then=str) -> None:
        self.connection, self.lacks, self.then = connection, lacks, then
        self.asked: list[str] = []

    def sql(self, statement):
        self.asked.append(statement)
        self.then(statement)
        if self.lacks in statement:
            raise UnknownFunctionError("secret")
        if statement == "SHOW TABLES":  # a schema, a name, and whether it is temporary
            statement = "SELECT table_schema, table_name, FALSE FROM information_schema.tables"
            statement += " WHERE table_schema = 'main'"
        (query,) = sqlglot.transpile(statement, read="spark", write="duckdb")
        answer = self.connection.execute(query)
        kinds = [(name, TYPES.get(str(kind))) for name, kind, *_ in answer.description]
        fields = [
            SimpleNamespace(name=name, dataType=SimpleNamespace(typeName=partial(str, kind)))
            for name, kind in kinds
        ]
        rows = answer.fetchall()
        return SimpleNamespace(schema=SimpleNamespace(fields=fields), toLocalIterator=lambda: iter(rows))


@pytest.fixture
def spark(monkeypatch) -> SparkOfDuckDB:
    session = SparkOfDuckDB(duckdb.connect())

    @contextmanager
    def opened(address):
        yield SparkSource(session, address_of_spark(address))

    monkeypatch.setattr(opening, "open_spark", opened)
    return session


def loaded_alike(mapping: str):
    found, said = everything("sc://here:15002/;token=t", mapping, by_engine=True)
    assert found == everything("sc://here:15002/;token=t", mapping, by_engine=False)[0]
    return found, said


def test_texts_numbers_dates_and_odd_names_load_as_row_by_row(spark) -> None:
    rows = [[cells[n % len(cells)] or None for cells in CELLS.values()] for n in range(60)]
    held = pd.DataFrame(rows, columns=list(CELLS), dtype="object")
    spark.connection.register("held", held)
    spark.connection.execute("CREATE TABLE victims AS SELECT COLUMNS(*)::VARCHAR FROM held")
    spark.connection.execute("CREATE SCHEMA odd; CREATE TABLE odd.accidents (No VARCHAR, Device VARCHAR)")
    spark.connection.execute("INSERT INTO odd.accidents VALUES ('A1', 'mine'), ('A2', 'bomblet')")

    assert loaded_alike(TEXTS.replace("`odd`.", "odd."))[1] == (True, "")

    spark.connection.execute(
        "CREATE OR REPLACE TABLE victims AS SELECT range AS number, DATE '2010-01-02' + range::INTEGER "
        "AS happened, (1 + range % 2)::INTEGER AS sex, (range % 90)::INTEGER AS age, range % 3 = 0 AS agreed "
        "FROM range(50)"
    )
    assert loaded_alike(TYPED)[1] == (True, "")


def test_a_function_that_the_server_lacks_is_named_before_anything_is_read(spark) -> None:
    spark.connection.execute("CREATE TABLE victims AS SELECT 1 AS number, DATE '2010-01-02' AS happened")
    spark.lacks = "COALESCE"

    found, _ = everything("sc://here:15002/;token=t", SHORT, by_engine=True)

    assert "The server does not know COALESCE; nothing was read." in found
    assert not [asked for asked in spark.asked if "`happened`" in asked]


def test_a_view_that_changes_while_it_is_read_is_an_error(spark) -> None:
    spark.connection.execute("CREATE TABLE victims AS SELECT 1 AS number, DATE '2010-01-02' AS happened")

    def written(statement):
        if "`c0`" in statement:
            spark.connection.execute("INSERT INTO victims VALUES (2, DATE '2011-01-02')")

    spark.then = written
    found, _ = everything("sc://here:15002/;token=t", SHORT, by_engine=True)

    assert "The table changed while it was read; nothing was loaded." in found


def test_what_fails_is_told_without_a_value_and_without_the_token(spark) -> None:
    spark.lacks = "SELECT"
    found, _ = everything("sc://here:15002/;token=t", TYPED, by_engine=False)

    assert found.startswith("sc://here:15002 did not answer as asked; nothing was loaded.")
    assert "secret" not in found
    assert "token" not in found
