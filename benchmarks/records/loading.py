"""How long registers take to load, and how much memory.

    python benchmarks/records/loading.py [ROWS] [--recent]

Cambodia's register of the demo (65,086 people, or with `--recent` those since 2010; compared with the
generator's truth to the last person), then ROWS rows (a million by default) of CSV and of a database. Each
load runs in a process of its own, so that its memory is measured apart.
"""

import argparse
import csv
import multiprocessing
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

from anonymisers.identity.pseudonym_domain import Domain
from anonymisers.identity.pseudonyms import pseudonyms
from gateway.demo.people import SHARED, make_people
from gateway.demo.people_files import mapping_text, write_register
from gateway.dictionary import regional
from gateway.member.model.snapshot import Snapshot, population
from gateway.member.register.person_counts import count_people
from gateway.sources.files.opening import open_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.findings import Findings
from gateway.sources.quality.load import load

COLUMNS = "columns: {Case: case_id, ID: national_id, Date: date, Province: place, Sex: sex, Age: age}"
WIDE = (
    "mapping: 1\nmember: KH\nsource: {kind}\ntables:\n  {table}:\n    {columns}\n"
    "    left_out: {{Name: names a person}}\nconstants: {{consent_share: AGG}}\n"
)
SEED = 20261125
LEVELS = ("year", "outcome", "sex", "adult_child", "device_type", "province")


def load_once(place: str, text: str) -> tuple[Snapshot, float]:
    """Load a source with real pseudonyms; the snapshot and the seconds."""
    mapping = parse_mapping(text, regional())
    findings = Findings()

    def pseudonymise(kind: str, values: Sequence[str]) -> Sequence[str]:
        return pseudonyms(b"k" * 32, Domain(mapping.member, 1, "internal", "internal", kind), values)

    began = time.perf_counter()
    with open_source(place, mapping, findings) as source:
        loaded = load(
            source,
            mapping,
            regional(),
            pseudonymise=pseudonymise,
            today=date(2026, 11, 25),
            findings=findings,
        )
    return loaded.snapshot, time.perf_counter() - began


def cambodia(folder: Path, earlier: bool) -> None:
    """The demo's register, and its counts against the truth, in nine tables."""
    people = make_people("KH", SEED, earlier=earlier)
    register = write_register(people, folder, SEED)
    snapshot, seconds = load_once(str(register.folder), mapping_text("KH"))
    report("Cambodia", len(snapshot), seconds)
    rows = population(snapshot, SHARED)
    tables = [(level,) for level in LEVELS] + [("year", "outcome"), ("province", "sex"), LEVELS]
    for levels in tables:
        finest = {regional().level(level).dimension: level for level in levels}
        table = count_people(snapshot, regional(), finest, rows=rows, years=snapshot.years)
        found = {
            tuple(dim.codes[p] for dim, p in zip(table.dims, cell, strict=True)): n
            for cell, n in zip(table.coords.tolist(), table.counts.tolist(), strict=True)
        }
        if found != people.truth(levels):
            sys.exit(f"The counts by {', '.join(levels)} are not the truth.")
    print(f"  {len(tables)} tables are the truth, to the last person")


def wide_rows(count: int) -> Iterator[list[str]]:
    """Rows of a large register, made one by one."""
    for n in range(count):
        day = f"{1990 + n % 34}-{1 + n % 12:02d}-{1 + n % 28:02d}"
        yield [f"C{n:07d}", f"{n:09d}", day, f"KH-{1 + n % 24}", "MF"[n % 2], str(n % 90), f"Name {n}"]


def text_rows(folder: Path, count: int) -> None:
    with (folder / "victims.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["Case", "ID", "Date", "Province", "Sex", "Age", "Name"])
        writer.writerows(wide_rows(count))
    snapshot, seconds = load_once(str(folder), WIDE.format(kind="csv", table="victims.csv", columns=COLUMNS))
    report("CSV", len(snapshot), seconds)


def database_rows(folder: Path, count: int) -> None:
    path = folder / "register.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            'CREATE TABLE victims ("Case" TEXT, ID TEXT, Date TEXT, Province TEXT, Sex TEXT, Age TEXT, '
            "Name TEXT)"
        )
        connection.executemany("INSERT INTO victims VALUES (?, ?, ?, ?, ?, ?, ?)", wide_rows(count))
    snapshot, seconds = load_once(str(path), WIDE.format(kind="database", table="victims", columns=COLUMNS))
    report("SQLite", len(snapshot), seconds)


def report(what: str, rows: int, seconds: float) -> None:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        f"{what}: {rows} rows in {seconds:.1f} s ({usage.ru_utime:.1f} s of processor with writing them), "
        f"{usage.ru_maxrss / 1024:.0f} MB at most",
        flush=True,
    )


def apart(work: Callable[..., None], *arguments: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        # Forked: with what is imported here, and nothing of what the others have loaded.
        child = multiprocessing.get_context("fork").Process(target=work, args=(Path(folder), *arguments))
        child.start()
        child.join()
        if child.exitcode:
            sys.exit(child.exitcode)


def main() -> None:
    """Run every load."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--recent", action="store_true", help="without the decades before 2010")
    options = parser.parse_args()
    apart(cambodia, not options.recent)
    apart(text_rows, options.rows)
    apart(database_rows, options.rows)


if __name__ == "__main__":
    main()
