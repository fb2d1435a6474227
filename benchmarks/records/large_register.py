"""A large register: the engine alone, a load by the engine, and a load row by row, one after the other.

    python benchmarks/records/large_register.py [ROWS] [--parquet] [--without-rows]

ROWS rows (two million by default) of seven columns, in a CSV file or (`--parquet`) in a Parquet file with
typed columns. The engine alone reads the file and groups it by four columns, counting distinct people. A load
is judged, and kept as a node keeps it, in parts. Each runs in a process of its own, so that its memory is
measured apart; `wall` seconds mean something only on a machine that has nothing else to do, seconds of the
processor always. Both count the further processes of a load. Both loads
must give the same snapshot, findings and quality.
"""

import argparse
import csv
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from multiprocessing.queues import SimpleQueue
from pathlib import Path

import duckdb
from loading import COLUMNS, WIDE, wide_rows

from gateway.bootstrap.loading.engine_choice import files_for_engine, room_in
from gateway.bootstrap.loading.internal_pseudonyms import Form, InternalPseudonyms
from gateway.dictionary import regional
from gateway.member.model.snapshot_parts import kept_form
from gateway.sources.files.opening import open_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.findings import Findings
from gateway.sources.quality.load import load
from gateway.sources.quality.quality import assess

HEADINGS = ("Case", "ID", "Date", "Province", "Sex", "Age", "Name")
FORK = multiprocessing.get_context("fork")
TODAY = date(2026, 11, 25)


OWN_AND_OTHERS = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def _processor() -> float:
    """Seconds of the processor of this process, and of processes that it started and that have ended."""
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, OWN_AND_OTHERS))


def _most_memory(process: int | None) -> int:
    """The most memory of a process, in kB. `getrusage` would count what its parent had at its start."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


@contextmanager
def measured(what: str, rows: int) -> Iterator[list[int]]:
    """Print what the work within took. It adds the most memory of further processes, in kB."""
    wall, processor = time.perf_counter(), _processor()
    others: list[int] = []
    yield others
    wall, processor = time.perf_counter() - wall, _processor() - processor
    most = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + sum(others)) / 1024
    print(f"{what} | {rows} | {wall:.1f} | {processor:.1f} | {most:.0f}", flush=True)


def write_csv(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerow(HEADINGS)
        csv.writer(stream).writerows(wide_rows(rows))


def write_parquet(path: Path, rows: int) -> None:
    """As `wide_rows`, by the engine, with dates and ages that are no text."""
    query = """SELECT printf('C%07d', n) AS "Case", printf('%09d', n) AS ID,
        make_date(1990 + n % 34, 1 + n % 12, 1 + n % 28) AS Date, printf('KH-%d', 1 + n % 24) AS Province,
        CASE n % 2 WHEN 0 THEN 'M' ELSE 'F' END AS Sex, n % 90 AS Age, printf('Name %d', n) AS Name
        FROM (SELECT range::INTEGER AS n FROM range($1))"""
    with duckdb.connect() as connection:
        connection.sql(query, params=[rows]).write_parquet(str(path))


def engine_alone(path: Path, rows: int) -> None:
    """The grouping without anything of this project: no dates, no people, no findings."""
    groups = "Date, Province, Sex, Age"
    with duckdb.connect() as connection, measured("engine alone", rows):
        if path.suffix == ".csv":
            read = connection.read_csv(str(path), all_varchar=True, header=True)
        else:
            read = connection.read_parquet(str(path))
        read.aggregate(f"{groups}, count(DISTINCT ID)", groups).fetchall()


def one_load(path: Path, rows: int, answers: "SimpleQueue[object]", *, by_engine: bool) -> None:
    """Load with real pseudonyms, and judge the load as `safelane member load` does."""
    kind = path.suffix.removeprefix(".")
    mapping = parse_mapping(WIDE.format(kind=kind, table=path.name, columns=COLUMNS), regional())
    findings = Findings()
    # Further processes import the program that starts them: `safelane` is small, and this one is not.
    vars(sys.modules["__main__"]).pop("__file__", None)
    with measured("by the engine" if by_engine else "row by row", rows) as others:
        with (
            InternalPseudonyms(b"k" * 32, mapping.member, Form.BLAKE2) as pseudonymise,
            open_source(str(path), mapping, findings) as source,
        ):
            loaded = load(
                source,
                mapping,
                regional(),
                pseudonymise=pseudonymise,
                today=TODAY,
                findings=findings,
                for_engine=files_for_engine(path, mapping, by_engine),
                room=room_in(path.parent),
            )
            others += [_most_memory(process.pid) for process in multiprocessing.active_children()]
        quality = assess(loaded, regional())
    if loaded.by_engine != by_engine:
        sys.exit(f"The engine left it: {loaded.declined}.")
    if by_engine:
        sizes: list[int] = []
        with measured("kept in parts", rows):
            index = kept_form(loaded.snapshot, lambda part: sizes.append(len(part)))
        print(f"{(sum(sizes) + len(index)) / rows:.0f} bytes a row, {max([*sizes, len(index)])} at once")
    answers.put((loaded.snapshot.id, quality.measures["counted"], quality.score, len(loaded.findings)))


def apart(work: Callable[..., None], *arguments: object, **named: object) -> None:
    child = FORK.Process(target=work, args=arguments, kwargs=named)
    child.start()
    child.join()
    if child.exitcode:
        sys.exit(child.exitcode)


def main() -> None:
    """Run all three."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=2_000_000)
    parser.add_argument("--parquet", action="store_true", help="a Parquet file instead of a CSV file")
    parser.add_argument("--without-rows", action="store_true", help="without the load row by row")
    options = parser.parse_args()
    answers: SimpleQueue[object] = FORK.SimpleQueue()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("victims.parquet" if options.parquet else "victims.csv")
        (write_parquet if options.parquet else write_csv)(path, options.rows)
        print("what | rows | wall s | CPU s | MB at most")
        apart(engine_alone, path, options.rows)
        apart(one_load, path, options.rows, answers, by_engine=True)
        if not options.without_rows:
            apart(one_load, path, options.rows, answers, by_engine=False)
            same = answers.get() == answers.get()
            print(f"both loads the same: {'yes' if same else 'NO'}")
            sys.exit(not same)


if __name__ == "__main__":
    main()
