"""Opens the source that a mapping reads, whatever its kind, and one that has no mapping yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from gateway.dictionary import Dictionary
from gateway.sources.csv_source import CsvSource
from gateway.sources.database_source import open_database
from gateway.sources.errors import SourceError
from gateway.sources.findings import Findings
from gateway.sources.mapping import Reading, SourceMapping
from gateway.sources.sniff import sniff_reading
from gateway.sources.suggest import suggest
from gateway.sources.tables import Source
from gateway.sources.workbook_source import WorkbookSource


@contextmanager
def open_source(place: str, mapping: SourceMapping, findings: Findings) -> Iterator[Source]:
    """The source at `place`: a folder or file, or the URL of a database. Open as long as the context lasts.

    Raises SourceError when it is not there or not what the mapping says.
    """
    if mapping.kind == "database":
        with open_database(place) as database:
            yield database
    elif mapping.kind == "xlsx":
        yield WorkbookSource(Path(place), mapping.reading, findings)
    else:
        yield CsvSource(Path(place), mapping.reading, findings)


def draft_mapping(place: str, member: str, dictionary: Dictionary, today: date) -> str:
    """A draft of the mapping for the source at `place`, whose kind it finds out. Raises SourceError."""
    kind = _kind(place)
    reading = sniff_reading(_first_file(Path(place)), member) if kind == "csv" else Reading()
    unread = SourceMapping(member, kind, reading, (), {})
    with open_source(place, unread, Findings()) as source:
        return suggest(source, dictionary, member, kind=kind, reading=reading, today=today)


def _kind(place: str) -> str:
    if "://" in place:
        return "database"
    return "xlsx" if place.lower().endswith((".xlsx", ".xlsm")) else "csv"


def _first_file(path: Path) -> Path:
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    if not files:
        msg = f"There is no CSV file in {path}."
        raise SourceError(msg, remedy="Name the folder with the exported files, a workbook or a database.")
    return files[0]
