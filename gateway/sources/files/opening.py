"""Opens the source of a mapping, of any kind, and drafts a mapping for a source without a mapping."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from gateway.dictionary import Dictionary
from gateway.sources.engine.parquet_files import ENDING
from gateway.sources.files.access_source import AccessSource
from gateway.sources.files.csv_source import CsvSource, csv_files
from gateway.sources.files.database_source import address_of, open_database
from gateway.sources.files.office_source import OfficeSource
from gateway.sources.files.parquet_source import ParquetSource
from gateway.sources.files.sniff import SAMPLE, layout, sniff_bytes, sniff_reading
from gateway.sources.files.spark_source import ADDRESS as SPARK
from gateway.sources.files.spark_source import address_of_spark, open_spark
from gateway.sources.files.workbook_source import WorkbookSource
from gateway.sources.files.zipped_source import ENDING as ZIPPED
from gateway.sources.files.zipped_source import ZippedCsvSource, is_zipped
from gateway.sources.mapping.draft_document import Draft
from gateway.sources.mapping.draft_lookups import read_metadata
from gateway.sources.mapping.former_document import Former
from gateway.sources.mapping.stated import NOTHING_STATED, Stated
from gateway.sources.mapping.suggest import suggest
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings
from gateway.sources.model.mapping import Reading, SourceMapping
from gateway.sources.model.metadata import Metadata
from gateway.sources.model.source_kinds import FILES, SERVICES, WITH_LINES, WORKBOOKS, kind_by
from gateway.sources.model.tables import Source
from gateway.sources.services.service_address import is_web_address, parse_service
from gateway.sources.services.service_source import NO_ACCESS, Access, open_service
from gateway.sources.services.spool import Spool

TOP_ROWS = 50
MOST_SHEETS = 40
"""Sheets of a workbook that are looked at for the line of the headings."""
DATABASE_FILES = (".sqlite", ".db", ".sqlite3")


@contextmanager
def open_source(
    place: str, mapping: SourceMapping, findings: Findings, access: Access = NO_ACCESS
) -> Iterator[Source]:
    """The source at `place`, open as long as the context lasts.

    `place` is a file, a folder, the URL of a database, or the address of a program that serves the register;
    where it is empty, the address that the mapping names. For a workbook or a database in a file, `place` may
    also be the folder with nothing else of the kind in it. Raises SourceError when the source is missing or
    does not match the mapping.
    """
    place = place or mapping.address
    if not place:
        raise SourceError(
            "Neither the command nor the mapping says where the register is.",
            remedy="Name the file, folder or address, or write 'address' in the mapping.",
        )
    if mapping.kind in SERVICES:
        with open_service(place, mapping.kind, access) as served:
            yield served
    elif mapping.kind == "database" and place.startswith(SPARK):
        with open_spark(place) as spark:
            yield spark
    elif mapping.kind == "database":
        with open_database(
            place if "://" in place else _sqlite_url(_only(place, DATABASE_FILES)),
            access.credentials,
            access.folder,
        ) as database:
            yield database
    elif mapping.kind in WORKBOOKS:
        yield _workbook(place, mapping.kind, mapping.reading, findings)
    elif mapping.kind == "access":
        yield AccessSource(_only(place, FILES["access"]), mapping.reading)
    elif mapping.kind == "parquet":
        yield ParquetSource(Path(place))
    else:
        yield _csv_files(Path(place), mapping.reading, findings)


def _csv_files(path: Path, reading: Reading, findings: Findings) -> CsvSource:
    """One CSV file, a folder of them, or a zip of them, which can be all that a folder holds."""
    if is_zipped(path):
        return ZippedCsvSource(_only(str(path), (ZIPPED,)), reading, findings)
    return CsvSource(path, reading, findings)


def _workbook(place: str, kind: str, reading: Reading, findings: Findings) -> WorkbookSource | OfficeSource:
    opened = WorkbookSource if kind == "xlsx" else OfficeSource
    return opened(_only(place, FILES[kind]), reading, findings)


def _only(place: str, endings: tuple[str, ...]) -> Path:
    """The file at `place`, or the only file with one of the `endings` in the folder `place`."""
    path = Path(place)
    if not path.is_dir():
        return path
    files = (p for p in path.iterdir() if not p.name.startswith((".", "~$")))  # without office lock files
    found = sorted(p for p in files if p.suffix.lower() in endings)
    if len(found) != 1:
        msg = f"{path} holds {len(found)} files ending in {' or '.join(endings)}, not one."
        raise SourceError(msg, remedy="Name the file itself.")
    return found[0]


def _sqlite_url(path: Path) -> str:
    return f"sqlite:///{path.resolve().as_posix()}"


def draft_mapping(
    place: str, member: str, dictionary: Dictionary, today: date, access: Access = NO_ACCESS
) -> str:
    """The text of a draft mapping for the source at `place`, whatever its kind. Raises SourceError."""
    return draft_of(place, member, dictionary, today, access=access).text


def draft_of(
    place: str,
    member: str,
    dictionary: Dictionary,
    today: date,
    *,
    stated: Stated = NOTHING_STATED,
    former: Former | None = None,
    access: Access = NO_ACCESS,
) -> Draft:
    """Draft a mapping for the source at `place`. Raises SourceError.

    `stated` is what a person has said of its columns, `former` a mapping of before.
    """
    kind = _kind(place)
    reading = Reading()
    if kind == "csv":
        reading = _sniffed(Path(place), member)
    elif kind in WORKBOOKS:
        book = _workbook(place, kind, reading, Findings())
        sheets = [book.top(name, TOP_ROWS) for name in book.tables()[:MOST_SHEETS]]
        if not sheets:
            raise SourceError(
                f"There is no sheet of rows in {Path(place).name}.",
                remedy="Upload the workbook with the register.",
            )
        reading = layout(_widest(sheets), reading)
    unread = SourceMapping(member, kind, reading, (), {})
    with open_source(place, unread, Findings(), access) as source:
        drafted = suggest(
            source,
            dictionary,
            member,
            kind=kind,
            reading=reading,
            today=today,
            metadata=_metadata(place, kind, source),
            stated=stated,
            former=former,
        )
    return replace(drafted, address=_address(place))


def _address(place: str) -> str:
    """What the draft names as the address; "" for files and folders."""
    if is_web_address(place):
        return place
    if place.startswith(SPARK):
        return address_of_spark(place)
    return address_of(place) if "://" in place else ""


def _metadata(place: str, kind: str, source: Source) -> Metadata | None:
    if isinstance(source, Spool):
        return source.metadata
    if isinstance(source, ZippedCsvSource):
        return read_metadata(source.texts())
    folder = Path(place)
    if kind not in WITH_LINES or not folder.is_dir():
        return None
    return read_metadata(path.read_bytes() for path in sorted(folder.glob("*.json")) if path.is_file())


def _widest(sheets: Sequence[Sequence[Sequence[str]]]) -> Sequence[Sequence[str]]:
    """The first of the sheets with most cells in a row: a sheet of sums before the people is narrow."""
    return max(sheets, key=lambda rows: max((sum(map(bool, row)) for row in rows), default=0))


def _kind(place: str) -> str:
    if is_web_address(place):
        return parse_service(place).kind
    if "://" in place:
        return "database"
    path = Path(place)
    endings = {p.suffix.lower() for p in (path.iterdir() if path.is_dir() else [path])}
    kind = kind_by(endings)
    if kind == "xlsx" or (kind and ".csv" not in endings):  # beside CSV files an old copy is no register
        return kind
    if ENDING in endings or path.suffix.lower() == ENDING:
        return "parquet"
    return "database" if endings & set(DATABASE_FILES) else "csv"


def _sniffed(path: Path, member: str) -> Reading:
    """How the first CSV file is written. Raises SourceError."""
    if is_zipped(path):
        source = _csv_files(path, Reading(), Findings())
        with source.opened(source.tables()[0]) as file:
            return sniff_bytes(file.read(SAMPLE), member)
    files = csv_files(path) if path.is_dir() else [path]
    if not files:
        msg = f"There is no CSV file in {path}."
        raise SourceError(msg, remedy="Name the folder with the exported files, a workbook or a database.")
    return sniff_reading(files[0], member)
