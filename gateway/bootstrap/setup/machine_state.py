"""The state of the machine for the operator's page: disk, its encryption, certificate, and last backup."""

import json
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from gateway.bootstrap.setup.at_rest import at_rest
from gateway.bootstrap.setup.backup import Manifest
from gateway.bootstrap.setup.certificate import certificate_files
from gateway.bootstrap.setup.layout import Layout
from gateway.config import HubConfig, MemberConfig
from gateway.errors import SafelaneError
from gateway.web.operator.machine import Encryption, LastBackup, Machine

LAST_BACKUP = "last-backup.new"
"""The ending keeps it out of backups: a restored directory has had none yet."""


def machine_state(directory: Path, config: HubConfig | MemberConfig) -> Machine:
    """What there is to say now. What cannot be read is left out: `safelane doctor` says why."""
    disk = shutil.disk_usage(directory)
    database = Layout(directory).database
    return Machine(
        free=disk.free,
        size=disk.total,
        database=database.stat().st_size if not config.database and database.exists() else None,
        certificate_ends=_certificate_ends(directory, config),
        backup=last_backup(directory),
        encryption=_encryption(directory, config),
    )


def _encryption(directory: Path, config: HubConfig | MemberConfig) -> Encryption:
    kept = at_rest(directory, config)
    return Encryption(kept.means if kept.seen else None, kept.said.encrypted_by, kept.said.unencrypted)


def _certificate_ends(directory: Path, config: HubConfig | MemberConfig) -> datetime | None:
    try:
        files = certificate_files(directory, config)
        return None if files is None else files.ends()
    except (SafelaneError, OSError, ValueError):
        return None


def note_backup(directory: Path, manifest: Manifest, *, sealed: bool) -> None:
    """Remember that a backup was made and read back. A directory that cannot be written remembers nothing."""
    kept = {"made_at": manifest.made_at, "entries": manifest.log_size, "sealed": sealed}
    with suppress(OSError):
        (directory / LAST_BACKUP).write_text(json.dumps(kept) + "\n", encoding="utf-8")


def last_backup(directory: Path) -> LastBackup | None:
    """The backup that was last noted; None without one, and where the note is damaged."""
    try:
        kept = json.loads((directory / LAST_BACKUP).read_text(encoding="utf-8"))
        made_at = datetime.fromisoformat(kept["made_at"]).astimezone(UTC)
        return LastBackup(made_at, int(kept["entries"]), kept["sealed"] is True)
    except (OSError, ValueError, KeyError, TypeError):
        return None
