"""Opens the source that a mapping reads, whatever its kind."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.sources.csv_source import CsvSource
from gateway.sources.database_source import open_database
from gateway.sources.findings import Findings
from gateway.sources.mapping import SourceMapping
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
