"""CSV files in a zip, as ODK Central and other programs export them.

They are read where they stand: nothing is unpacked to the disk.
"""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from audit.reading.messages import message
from gateway.sources.files.csv_source import CsvSource, csv_files
from gateway.sources.files.uploaded import incomplete_zip, tables_in
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings
from gateway.sources.model.mapping import Reading

ENDING = ".zip"
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN_INSIDE = (zipfile.BadZipFile, zlib.error, EOFError)
_NEVER_OPEN = (*_BROKEN_INSIDE, NotImplementedError, RuntimeError, OSError, ValueError)
LARGEST_METADATA = 64 << 20
"""Bytes of a JSON file that is read whole."""


def is_zipped(path: Path) -> bool:
    """Whether a place is a zip, or a folder of one and no CSV files."""
    if not path.is_dir():
        return path.suffix.lower() == ENDING
    return not csv_files(path) and any(file.suffix.lower() == ENDING for file in path.iterdir())


class ZippedCsvSource(CsvSource):
    """The CSV files of one zip, in whatever folders of it. Raises SourceError where it is no safe zip."""

    def __init__(self, path: Path, reading: Reading, findings: Findings) -> None:
        super().__init__(path, reading, findings)
        try:
            with zipfile.ZipFile(path) as package:
                self._parts = tables_in(path, package)
        except FileNotFoundError:
            raise SourceError(
                message("There is no file %(file)s.", file=repr(str(path))), remedy=message("Check the path.")
            ) from None
        except _NEVER_OPEN:
            raise incomplete_zip(path) from None
        if not self.tables():
            raise SourceError(
                message("%(file)s contains no CSV file.", file=path.name),
                remedy=message("Pack the CSV files of the register, or upload the workbook itself."),
            )

    def tables(self) -> list[str]:
        """The names of the CSV files, without their folders."""
        return sorted(name for name in self._parts if name.lower().endswith(".csv"))

    @contextmanager
    def opened(self, name: str) -> Iterator[IO[bytes]]:
        """The bytes of the table called `name`. Raises SourceError, also where the zip is damaged inside."""
        self.path_of(name)
        try:
            package = zipfile.ZipFile(self._path)
        except _NEVER_OPEN:
            raise incomplete_zip(self._path) from None
        with package:
            try:
                part = self._parts[name]
                if part.compress_type not in _PACKED:
                    raise NotImplementedError
                file = package.open(part)
            except _NEVER_OPEN:
                raise incomplete_zip(self._path) from None
            with file:
                try:
                    yield file
                except _BROKEN_INSIDE:
                    raise incomplete_zip(self._path) from None

    def size(self, name: str) -> int:
        """Bytes of the table, unpacked. Raises SourceError."""
        self.path_of(name)
        return self._parts[name].file_size

    def path_of(self, name: str) -> Path:
        """The zip. Raises SourceError where it has no table called `name`."""
        if name not in self._parts:
            raise SourceError(
                message("%(file)s lacks %(tables)s.", file=self._path.name, tables=name),
                remedy=message("Pack every table that the mapping reads, under its name in the mapping."),
            )
        return self._path

    def texts(self) -> Iterator[bytes]:
        """The JSON files beside the tables, which can explain their headings."""
        for name, part in sorted(self._parts.items()):
            if name.lower().endswith(".json") and part.file_size <= LARGEST_METADATA:
                with self.opened(name) as file:
                    yield file.read()
