"""An uploaded register as the source of a mapping: checked for kind and completeness, safely unpacked."""

import shutil
import zipfile
import zlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path, PurePosixPath

from audit.reading.messages import message
from gateway.sources.engine.parquet_files import ENDING
from gateway.sources.files.uploads import safe_name
from gateway.sources.files.workbook_package import DENSEST
from gateway.sources.model.errors import SourceError, UploadError
from gateway.sources.model.mapping import SourceMapping
from gateway.sources.model.source_kinds import FILE_ENDINGS, FILES

LARGEST_UNPACKED = 1 << 30
"""Bytes that the unpacked tables of an archive may have together."""
MOST_PARTS = 1000
_SMALL = 10 << 20
_BLOCK = 1 << 20
_SAYS_UTF_8 = 0x800
_ZIP, _OLD_OFFICE, _ACCESS = b"PK", b"\xd0\xcf\x11\xe0", b"\x00\x01\x00\x00"
_OTHER = b"%PDF"
_BEGIN: Mapping[str, bytes] = {
    ".xls": _OLD_OFFICE, **dict.fromkeys((".zip", ".xlsx", ".xlsm", ".xlsb", ".ods"), _ZIP),
    **dict.fromkeys(FILES["access"], _ACCESS),
}  # fmt: skip
"""Ending -> first bytes of such a file. Text has none of them."""
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
_ACCEPTED: Mapping[str, tuple[str, ...]] = {
    "csv": (".csv", ".zip"),
    **FILES,
    "parquet": (ENDING,),
    "database": (),
}
DESK_ENDINGS = (".csv", *FILE_ENDINGS, ".zip", ENDING)
"""Endings of files of which a mapping can be drafted."""
_TABLES = frozenset({".csv", ".json"})
"""Endings of tables and of what explains their headings, in a zip."""


def accepted(mapping: SourceMapping) -> tuple[str, ...]:
    """The file endings that can be uploaded for a mapping; none where the mapping reads a database."""
    return _ACCEPTED[mapping.kind]


def check_kinds(names: Sequence[str]) -> None:
    """Raise UploadError where no mapping could read files of these names."""
    for name in names:
        if Path(name).suffix.lower() not in DESK_ENDINGS:
            raise UploadError(
                message(
                    "%(file)s is not of a kind that can be read: %(endings)s.",
                    file=name,
                    endings=", ".join(DESK_ENDINGS),
                ),
                remedy=message("Save or export the register as one of these, and upload it again."),
            )
    _check_alone(names)


def _check_alone(names: Sequence[str]) -> None:
    if len(names) > 1 and any(Path(name).suffix.lower() != ".csv" for name in names):
        raise UploadError(
            message("These are several files."),
            remedy=message("Choose one workbook, one zip, or CSV files alone."),
        )


def as_any_source(folder: Path, names: Sequence[str], work: Path) -> Path:
    """The path of which a mapping can be drafted. `work` is an empty folder for unpacked files.

    Raises UploadError and SourceError.
    """
    check_kinds(names)
    first = folder / names[0]
    _check_content(first)
    if first.suffix.lower() == ".zip":
        unpack(first, (), work)
        if not any(path.suffix.lower() == ".csv" for path in work.iterdir()):
            raise SourceError(
                message("%(file)s contains no CSV file.", file=first.name),
                remedy=message("Pack the CSV files of the register, or upload the workbook itself."),
            )
        return work
    return folder if len(names) > 1 else first


def check_names(names: Sequence[str], mapping: SourceMapping) -> None:
    """Raise UploadError where the names of the files show that the mapping cannot read the files."""
    endings = accepted(mapping)
    tables = ", ".join(table.name for table in mapping.tables)
    if not endings:
        raise UploadError(
            message("The mapping of this node reads a database, which cannot be uploaded."),
            remedy=message("Load the database directly: with “Load now”, or `safelane member load`."),
        )
    for name in names:
        if Path(name).suffix.lower() not in endings:
            raise UploadError(
                message(
                    "%(file)s is not of a kind that the mapping reads: %(endings)s.",
                    file=name,
                    endings=", ".join(endings),
                ),
                remedy=message(
                    "The mapping reads these tables: %(tables)s. Export the register in that form.",
                    tables=tables,
                ),
            )
    _check_alone(names)
    wanted = {table.name for table in mapping.tables}
    alone = len(names) == 1 and (len(wanted) == 1 or not names[0].lower().endswith(".csv"))
    if not alone and (missing := sorted(wanted - set(names))):
        raise UploadError(
            message("The upload lacks %(tables)s.", tables=", ".join(missing)),
            remedy=message(
                "The mapping reads these tables: %(tables)s. Choose all of them, or one zip of them.",
                tables=tables,
            ),
        )


def as_source(folder: Path, names: Sequence[str], mapping: SourceMapping, work: Path) -> Path:
    """The path for `open_source` to read. `work` is an empty folder for unpacked files.

    Raises UploadError and SourceError.
    """
    check_names(names, mapping)
    first = folder / names[0]
    _check_content(first)
    if mapping.kind in FILES:
        return first
    if first.suffix.lower() == ".zip":
        unpack(first, [name for table in mapping.tables for name in table.names], work)
        return work
    if len(names) == 1:
        # The mapping names its only table after the file from which the mapping was drafted.
        shutil.copyfile(first, work / mapping.tables[0].name)
        return work
    return folder


def unpack(archive: Path, wanted: Collection[str], into: Path) -> None:
    """Unpack the wanted tables of a zip, and its other tables, which a load then reports as not read.

    They may stand in any folder of the zip; no other part is written.

    Raises SourceError for a file that is not a complete zip, is locked, lacks a table, or would be too large.
    """
    try:
        with zipfile.ZipFile(archive) as package:
            for name, part in tables_in(archive, package, wanted).items():
                with package.open(part) as packed, (into / name).open("xb") as file:
                    shutil.copyfileobj(packed, file, _BLOCK)
    except _BROKEN:
        raise incomplete_zip(archive) from None


def incomplete_zip(archive: Path) -> SourceError:
    """The error of a file that is no zip, or a damaged or a locked one."""
    return SourceError(
        message("%(file)s is not a complete zip file; nothing was read.", file=archive.name),
        remedy=message("Pack it without a password, and upload it again."),
    )


def tables_in(
    archive: Path, package: zipfile.ZipFile, wanted: Collection[str] = ()
) -> dict[str, zipfile.ZipInfo]:
    """The part for each table. The sizes declared by the archive bind: no more is ever unpacked.

    Raises SourceError where a table is missing or there twice, and where the tables would be too large.
    """
    found: dict[str, zipfile.ZipInfo] = {}
    listed = package.infolist()
    for part in listed:
        path = PurePosixPath(_name(part).replace("\\", "/"))
        name = path.name if path.name in wanted else safe_name(path.name)
        read = name in wanted or Path(name).suffix.lower() in _TABLES
        if not read or part.is_dir() or "__MACOSX" in path.parts or path.name.startswith("."):
            continue
        if name in found:
            raise SourceError(
                message("%(file)s contains %(table)s twice.", file=archive.name, table=name),
                remedy=message("Pack each table once."),
            )
        found[name] = part
    dense = any(
        part.file_size > _SMALL and part.file_size > DENSEST * max(part.compress_size, 1)
        for part in found.values()
    )
    whole = sum(part.file_size for part in found.values())
    if dense or whole > LARGEST_UNPACKED or len(listed) > MOST_PARTS:
        raise SourceError(
            message("%(file)s would be far too large when unpacked; nothing was read.", file=archive.name),
            remedy=message("Check where the file comes from; pack only the tables of the register."),
        )
    if missing := sorted(set(wanted) - set(found)):
        raise SourceError(
            message("%(file)s lacks %(tables)s.", file=archive.name, tables=", ".join(missing)),
            remedy=message("Pack every table that the mapping reads, under its name in the mapping."),
        )
    return found


def _name(part: zipfile.ZipInfo) -> str:
    """The name of a part; several programs write UTF-8 and do not say so (APPNOTE 6.3, flag 11)."""
    if part.flag_bits & _SAYS_UTF_8:
        return part.filename
    try:
        return part.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return part.filename


def _check_content(path: Path) -> None:
    """Raise UploadError where the first bytes of a file contradict the ending of the name."""
    with path.open("rb") as file:
        start = file.read(len(_OLD_OFFICE))
    begin = _BEGIN.get(path.suffix.lower())
    known = (*_BEGIN.values(), _OTHER)
    if not start.startswith(begin) if begin is not None else start.startswith(known):
        raise UploadError(
            message("The content of %(file)s does not match the type in its name.", file=path.name),
            remedy=message(
                "Save the file again from its original program: as .csv, .xlsx, or packed as .zip."
            ),
        )
