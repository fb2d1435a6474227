"""Backup of a hub or a node: one folder, written whole, read back before it counts; and restore.

The database is copied into an SQLite file, also from and to PostgreSQL, so that a backup of either can be
restored on the other. The backup holds the keys: a holder of a backup has everything.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection

from audit.formats.checkpoint import Checkpoint
from audit.formats.merkle import root_of
from audit.formats.note import Note
from audit.log.storage_check import check_storage
from gateway import __version__
from gateway.bootstrap.setup.at_rest import NOTHING_SAID, Said
from gateway.bootstrap.setup.clock import SYSTEM
from gateway.bootstrap.setup.layout import Layout, database_url, is_hub
from gateway.bootstrap.setup.log_keys import verifiers_of_log
from gateway.bootstrap.setup.plain_files import anything_else, copy_plain, made_whole
from gateway.config import HubConfig, MemberConfig, read_config, write_config
from gateway.errors import SafelaneError
from gateway.member.node.ports import Clock
from gateway.member.region.taking_back import HUB as THE_HUB
from gateway.sources.services.kept_pages import FOLDER as PAGES
from gateway.store.copying import Progress, copy_as_it_is, copy_rows, rows_in
from gateway.store.engine.database import Database, sqlite_url
from gateway.store.engine.logs import SqlLogStorage
from gateway.store.engine.migrate import HEAD, HUB, MEMBER, migrate, older_form
from gateway.store.engine.recovery import SqlRecovery
from gateway.store.hub.admissions import enrolled_members
from gateway.store.sides import tables_of
from gateway.watching.recovering import lost_in
from gateway.wire.strict_json import strict_json

FORMAT = "safelane-backup/1"
MANIFEST, DATABASE, FILES = "manifest.json", "database.sqlite", "files"
BEFORE_UPGRADES = "before-upgrades"
"""Folder of the backups that are made before a database is migrated."""
_LEFT_OUT_FOLDERS = frozenset({
    "uploads", PAGES, "source", "__pycache__", BEFORE_UPGRADES, Layout(Path()).region_log.name
})  # fmt: skip
UNFINISHED = ".new"
_LEFT_OUT_ENDINGS = (".sqlite", ".sqlite-journal", ".sqlite-wal", ".sqlite-shm", ".lock", ".log", UNFINISHED)
"""The database is copied by rows; a register is not the node's to keep; the rest is made again."""


class BackupError(SafelaneError):
    """A damaged or wrong backup, or a target in use."""

    exit_code = 5


@dataclass(frozen=True)
class Manifest:
    """Contents of a backup. `rows`: rows of each table; `files`: SHA-256 by path; the log's size and root."""

    format: str
    side: str
    name: str
    software: str
    made_at: str
    log_size: int
    log_root: str
    rows: dict[str, int]
    files: dict[str, str]


def back_up(directory: Path, target: Path, progress: Progress = lambda *_: None) -> Manifest:
    """Write a backup into the new folder `target`; hub or node may go on serving meanwhile.

    Raises BackupError when `target` exists, ConfigError or StorageError. An interrupted backup leaves nothing
    under that name.
    """
    if target.exists():
        raise BackupError(f"{target} is there already.", remedy="Nothing was changed. Name a new folder.")
    partial = target.with_name(f".{target.name}.new")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        manifest = _write_backup(directory, partial, progress)
        partial.rename(target)
    except BaseException:  # also Ctrl-C: keys are left behind nowhere
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return manifest


def _write_backup(directory: Path, partial: Path, progress: Progress) -> Manifest:
    partial.mkdir(parents=True, mode=0o700)
    side = HUB if is_hub(directory) else MEMBER
    config = _config(directory, side)
    rows = _copy_database(database_url(directory, config), partial / DATABASE, side, progress)
    _copy_files(directory, partial / FILES)
    with _opened_copy(partial, side) as copy, copy.reading() as connection:
        size, root = _verified_log(partial, connection, _OLDER)
    manifest = Manifest(
        format=FORMAT,
        side=side,
        name=config.origin if isinstance(config, HubConfig) else config.member,
        software=__version__,
        made_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        log_size=size,
        log_root=root.hex(),
        rows=dict(rows),
        files={path: _sha256(partial / path) for path in _paths(partial)},
    )
    _write_manifest(partial, manifest)
    check(partial)
    _durable(partial)
    return manifest


def _copy_database(url: str, target: Path, side: str, progress: Progress) -> Mapping[str, int]:
    """Copy the rows of a database into a file. A database of an older Safelane keeps its schema."""
    with closing(Database(url)) as source, closing(Database(sqlite_url(target))) as copy:
        older = older_form(source, side)
        migrate(copy, side, to=older or HEAD)
        return copy_as_it_is(source, copy, progress) if older else copy_rows(source, copy, side, progress)


def check(backup: Path) -> Manifest:
    """Read a backup back: every file, every count, and the log from its first entry. Raises BackupError."""
    other = anything_else(backup)
    if other is not None:
        raise BackupError(f"{other} is neither a plain file nor a folder.", remedy=_ANOTHER)
    manifest = _manifest(backup)
    found = set(_paths(backup))
    if found != set(manifest.files):
        missing = sorted(set(manifest.files) - found) + sorted(found - set(manifest.files))
        raise BackupError(f"{backup} is not whole, or something was added: {missing[0]}.", remedy=_ANOTHER)
    for path, digest in manifest.files.items():
        if _sha256(backup / path) != digest:
            raise BackupError(f"{backup / path} was changed or damaged.", remedy=_ANOTHER)
    with _opened_copy(backup, manifest.side) as database:
        with database.reading() as connection:
            for table in tables_of(manifest.side):
                if table.name in manifest.rows and rows_in(connection, table) != manifest.rows[table.name]:
                    raise BackupError(f"Rows are missing in {table.name} of {backup}.", remedy=_ANOTHER)
            size, root = _verified_log(backup, connection, _ANOTHER)
        if (size, root.hex()) != (manifest.log_size, manifest.log_root):
            raise BackupError(f"The log in {backup} is another one than it says.", remedy=_ANOTHER)
    return manifest


def restore(
    backup: Path,
    directory: Path,
    database: str = "",
    progress: Progress = lambda *_: None,
    *,
    clock: Clock = SYSTEM,
    lost_at: datetime | None = None,
    said: Said = NOTHING_SAID,
) -> Manifest:
    """Restore a backup into an empty directory, and its rows into `database` (a URL) if given.

    The log does not grow before its witnesses were heard (`gateway.watching.recovering`). `lost_at`: from
    when on a node did nothing, as its operator knows; `said`: of the disk. Raises BackupError
    or StorageError; then nothing exists under the directory's name.
    """
    manifest = check(backup)
    if directory.exists() and any(directory.iterdir()):
        raise BackupError(
            f"{directory} is not empty.", remedy="Nothing was changed. Choose a new directory with --dir."
        )
    with made_whole(directory) as partial:
        copy_plain(backup / FILES, partial)
        # What was said of the disk of the former machine says nothing of this one.
        config = _config(partial, manifest.side)
        by, without = said.encrypted_by, said.unencrypted
        write_config(partial, replace(config, database=database, encrypted_by=by, unencrypted=without))
        target_url = _restore_rows(partial, backup, manifest, database, progress)
        _wait_for_witnesses(target_url, manifest.side, clock.now(), lost_at)
        _durable(partial)
    return manifest


def _restore_rows(partial: Path, backup: Path, manifest: Manifest, database: str, progress: Progress) -> str:
    target_url = database or sqlite_url(Layout(partial).database)
    with _opened_copy(backup, manifest.side) as copy, closing(Database(target_url)) as target:
        migrate(target, manifest.side)
        copy_rows(copy, target, manifest.side, progress)
    return target_url


def _wait_for_witnesses(url: str, side: str, now: datetime, lost_at: datetime | None) -> None:
    with closing(Database(url)) as database, database.writing() as connection:
        members = enrolled_members(connection) if side == HUB else [THE_HUB]
        SqlRecovery(connection).await_all(members, now, lost_at)


_OLDER = "No backup is made of it. See all of it with safelane log check, and restore an older backup."
_ANOTHER = "Do not use it. Take another backup, or make a new one."


def _config(directory: Path, side: str) -> HubConfig | MemberConfig:
    return read_config(directory, HubConfig) if side == HUB else read_config(directory, MemberConfig)


def _write_manifest(backup: Path, manifest: Manifest) -> None:
    body = asdict(manifest)
    text = json.dumps({**body, "digest": _digest(body)}, indent=2) + "\n"
    (backup / MANIFEST).write_text(text, encoding="utf-8")


def _digest(body: Mapping[str, Any]) -> str:
    """Detects damage of the manifest; an attacker can recompute the digest, but not the log's signature."""
    return sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _manifest(backup: Path) -> Manifest:
    try:
        body: dict[str, Any] = strict_json((backup / MANIFEST).read_bytes())
        if body.pop("digest", None) != _digest(body):
            raise ValueError("damaged")
        manifest = Manifest(**body)
    except (OSError, ValueError, TypeError, AttributeError):
        raise BackupError(f"{backup} is no backup, or its {MANIFEST} is damaged.", remedy=_ANOTHER) from None
    if manifest.format != FORMAT or manifest.side not in (HUB, MEMBER):
        raise BackupError(
            f"{backup} was made by a newer Safelane ({manifest.software}).", remedy="Install that version."
        )
    return manifest


@contextmanager
def _opened_copy(backup: Path, side: str) -> Iterator[Database]:
    """Open a migrated copy of the backup's rows: a backup itself is never written to."""
    with TemporaryDirectory(dir=backup.parent, prefix=f".{backup.name}.") as folder:
        copied = Path(folder) / DATABASE
        shutil.copyfile(backup / DATABASE, copied)
        with closing(Database(sqlite_url(copied))) as database:
            migrate(database, side)
            yield database


def _verified_log(backup: Path, connection: Connection, remedy: str) -> tuple[int, bytes]:
    """Size and root of the log, every entry and hash of it checked. Raises BackupError."""
    name, keys = verifiers_of_log(Layout(backup / FILES).keys, connection, datetime.now(UTC))
    log = SqlLogStorage(connection, name)
    checkpoint = log.latest_checkpoint()
    if checkpoint is None:
        return 0, root_of([])
    found = check_storage(log, keys, lost=lost_in(SqlRecovery(connection)))
    if found.damages:
        raise BackupError(f"The log is damaged: {found.damages[0]}.", remedy=remedy)
    return found.entries, Checkpoint.parse(Note.parse(checkpoint.note).text).root


def _copy_files(directory: Path, target: Path) -> None:
    target.mkdir(mode=0o700)
    for path in sorted(directory.rglob("*")):
        inside = path.relative_to(directory)
        if _LEFT_OUT_FOLDERS & set(inside.parts) or inside.name.endswith(_LEFT_OUT_ENDINGS):
            continue
        if any(folder.name.endswith(UNFINISHED) for folder in inside.parents):
            continue
        if inside == Layout(Path()).address or path.is_symlink():
            continue
        if path.is_dir():
            (target / inside).mkdir(mode=0o700, exist_ok=True)
        elif path.is_file():
            (target / inside).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copy2(path, target / inside)


def _paths(backup: Path) -> list[str]:
    """Yield every file of a backup but its manifest, relative, in order.

    SQLite's own side files do not count.
    """
    found = (path for path in backup.rglob("*") if path.is_file())
    names = (path.relative_to(backup).as_posix() for path in found)
    return sorted(n for n in names if n != MANIFEST and not n.endswith(("-wal", "-shm")))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _durable(folder: Path) -> None:
    """Flush all files to the disk before the folder gets its name."""
    for path in (*folder.rglob("*"), folder):
        if path.is_dir() and os.name == "nt":
            continue
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
