"""The rule that a hub or a node is encrypted at rest, unless its operator says in words that it is not."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from gateway.bootstrap.setup.disk_encryption import HERE, System, means_of
from gateway.config import HubConfig, MemberConfig
from gateway.errors import SafelaneError

_SAY_IT = (
    'Where it is encrypted unseen (by the drive, the host, the server): --encrypted-by "WHAT". '
    'To do without, in words that everybody will read: --unencrypted "REASON".'
)
LONGEST = 200
"""Signs of what an operator says."""


class NotEncryptedError(SafelaneError):
    """Nothing is seen that encrypts a disk, and nothing is said of it."""

    exit_code = 8


@dataclass(frozen=True)
class Said:
    """What an operator says of the disk: what encrypts it, where that cannot be seen; or why nothing does."""

    encrypted_by: str = ""
    unencrypted: str = ""


NOTHING_SAID = Said()


@dataclass(frozen=True)
class AtRest:
    """How files are kept. `means`: what encrypts all of them, as the system says; None where it is unseen.

    `server`: whether the database is on a server, of whose disk nothing is seen from here.
    """

    means: str | None
    server: bool
    said: Said

    @property
    def seen(self) -> bool:
        return self.means is not None and not self.server


def at_rest(directory: Path, config: HubConfig | MemberConfig, system: System = HERE) -> AtRest:
    """How the files of a hub or a node are kept."""
    return kept_in(directory, config.database, Said(config.encrypted_by, config.unencrypted), system)


def kept_in(directory: Path, database: str, said: Said = NOTHING_SAID, system: System = HERE) -> AtRest:
    """How files would be kept in a directory, there already or not, and in a database (a URL, or empty)."""
    file = _file_of(database)
    places = [directory] if file is None else [directory, file.parent]
    means = [means_of(place, system) for place in places]
    return AtRest(means[0] if all(means) else None, bool(database) and file is None, said)


def check_at_rest(place: Path, database: str, said: Said, system: System = HERE) -> None:
    """Raises NotEncryptedError where real data must not be put into `place` or `database` without a word."""
    found = kept_in(place, database, said, system)
    if found.seen or said != NOTHING_SAID:
        return
    if found.means is None:
        raise _refused(place, "Encrypt it: safelane-encrypt begin (of the Debian package), or LUKS.")
    raise NotEncryptedError(
        "Whether the disk of the database's server is encrypted is not seen from here.",
        remedy=f"Nothing was changed. Ask who runs the server. {_SAY_IT}",
    )


def check_backup(place: Path, said: Said, system: System = HERE) -> None:
    """Raises NotEncryptedError where an unsealed backup must not be put into `place` without a word."""
    if means_of(place, system) is None and said == NOTHING_SAID:
        raise _refused(place, "Seal the backup under a passphrase: --sealed.")


def _refused(place: Path, first: str) -> NotEncryptedError:
    return NotEncryptedError(
        f"No encryption of the disk below {place} is seen: whoever takes the disk reads what is put there.",
        remedy=f"Nothing was changed. {first} {_SAY_IT}",
    )


def _file_of(database: str) -> Path | None:
    """The file of an SQLite database that is named by a URL."""
    if not database:
        return None
    try:
        parsed = make_url(database)
    except ArgumentError:  # whoever opens it will say so
        return None
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)
