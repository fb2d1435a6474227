"""Founds a hub anew whose disk is lost, from members' mirrors of the regional log: the same log goes on.

Members stay enrolled, since the log's entries say who they are. The log does not grow before every member was
heard, as after a restore. A mirror does not count as that: cosignatures are public, and whoever
hands it over could put an older one of another member into it.
"""

from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from audit.errors import AuditError
from audit.formats.note import Note, Verifier
from audit.formats.tiles import bundles_of, tiles_of
from audit.formats.vkey import VerifierKey
from audit.log.log import SignedCheckpoint
from gateway.bootstrap.setup.at_rest import NOTHING_SAID, Said
from gateway.bootstrap.setup.clock import SYSTEM
from gateway.bootstrap.setup.layout import NotEmptyError, database_url, fresh
from gateway.bootstrap.setup.log_keys import FIRST
from gateway.bootstrap.setup.open_hub import open_hub
from gateway.bootstrap.setup.plain_files import anything_else, copy_plain, made_whole
from gateway.bootstrap.setup.region_mirrors import MirrorsError, RegionalLog, read_mirrors
from gateway.bootstrap.setup.upgrading import try_first
from gateway.config import HubConfig, write_config
from gateway.hub.ports import Clock
from gateway.keys.files import write_secret
from gateway.keys.lost_keys import PUBLIC
from gateway.store.engine.adopted_log import AdoptedLog
from gateway.store.engine.database import Database
from gateway.store.engine.migrate import HUB, migrate
from gateway.store.engine.recovery import SqlRecovery
from gateway.store.hub.admissions import SqlAdmissions
from gateway.store.watching.watching import SqlWatch
from gateway.watching.keys import CALLS


@dataclass(frozen=True)
class Refounding:
    """What is known besides the mirrors.

    `log_keys`: vkeys of the regional log, compared by voice. `keys`: the hub's folder of keys from a backup;
    without one, new keys must take over. `without`: members that have said otherwise that they saw no more.
    """

    log_keys: Sequence[str]
    keys: Path | None = None
    without: Collection[str] = ()
    listen: str = "127.0.0.1:0"
    database: str = ""
    said: Said = NOTHING_SAID


@dataclass(frozen=True)
class Refounded:
    """The log that goes on, and the members that have to call before it may grow."""

    origin: str
    size: int
    enrolled: tuple[str, ...]
    awaited: tuple[str, ...]


def refound(folders: Sequence[Path], directory: Path, known: Refounding, clock: Clock = SYSTEM) -> Refounded:
    """Set up the hub of the mirrors in `folders` in a new directory.

    Raises MirrorsError, NotEmptyError, KeyFileError or StorageError; then nothing exists under the
    directory's name.
    """
    found = read_mirrors(folders, _verifiers(known.log_keys))
    unknown = sorted(set(known.without) - set(found.enrolled))
    if unknown:
        raise MirrorsError(
            f"{unknown[0]} is no member of {found.checkpoint.origin}.", remedy="Correct --without."
        )
    awaited = tuple(sorted(set(found.enrolled) - set(known.without)))
    try_first(known.database, HUB)
    if directory.exists() and any(directory.iterdir()):
        raise NotEmptyError(
            f"{directory} is not empty.", remedy="Nothing was changed. Choose a new directory with --dir."
        )
    with made_whole(directory) as partial:
        _write(partial, found, known, awaited, clock)
    origin, size = found.checkpoint.origin, found.checkpoint.size
    return Refounded(origin, size, tuple(sorted(found.enrolled)), awaited)


def _verifiers(keys: Sequence[str]) -> list[Verifier]:
    try:
        return [Verifier.parse(key) for key in keys]
    except AuditError as error:
        raise MirrorsError(
            f"That is no key of a log: {error}.", remedy="It stands in hub_log_key of each node."
        ) from None


def _write(
    partial: Path, found: RegionalLog, known: Refounding, awaited: Sequence[str], clock: Clock
) -> None:
    layout = fresh(partial)
    config = HubConfig(
        found.checkpoint.origin,
        database=known.database,
        listen=known.listen,
        encrypted_by=known.said.encrypted_by,
        unencrypted=known.said.unencrypted,
    )
    if known.keys is not None:
        other = anything_else(known.keys)
        if other is not None:
            raise MirrorsError(
                f"{other} is neither a plain file nor a folder.", remedy="Name the folder of keys."
            )
        copy_plain(known.keys, layout.keys)
    else:
        _write_public_halves(layout.keys, found)
    write_config(partial, config)
    with closing(Database(database_url(partial, config))) as database:
        migrate(database, HUB)
        with database.writing() as connection:
            _adopt(AdoptedLog(connection, found.checkpoint.origin), found, int(clock.now().timestamp()))
            admissions = SqlAdmissions(connection)
            for because, enrolment in found.enrolled.values():
                admissions.admit(enrolment, because=because)
            watch = SqlWatch(connection, found.checkpoint.origin)
            for number, entry in found.key_changes:
                watch.add_key_change(entry, because=number)
            SqlRecovery(connection).await_all(awaited, clock.now())
    _check_keys(partial, found, clock)


def _adopt(log: AdoptedLog, found: RegionalLog, now: int) -> None:
    size = found.checkpoint.size
    for bundle in bundles_of(size):
        log.entries(bundle.start, found.log.entries(bundle))
    for tile in tiles_of(size):
        log.tile(tile, found.log.tile(tile))
    own = [line for line in found.note.signatures if line.name == found.checkpoint.origin]
    others = [line for line in found.note.signatures if line.name != found.checkpoint.origin]
    note = str(Note(found.note.text, tuple(own)))
    # When it was signed is not written: a little later the first witness has cosigned it.
    log.head(SignedCheckpoint(size, note, found.signed_at or now), others)


def _write_public_halves(keys: Path, found: RegionalLog) -> None:
    firsts = dict(found.first_keys)
    if CALLS not in firsts:
        if len(found.call_keys) != 1:
            raise MirrorsError(
                "The mirrors do not agree on the key of the hub's replies."
                if found.call_keys
                else "No mirror says what the key of the hub's replies was.",
                remedy="Take mirrors that `safelane log mirror` wrote, from members of this region.",
            )
        (firsts[CALLS],) = found.call_keys
    for use, name in FIRST.items():
        write_secret((keys / name).with_suffix(PUBLIC), str(VerifierKey.parse(firsts[use])))


def _check_keys(partial: Path, found: RegionalLog, clock: Clock) -> None:
    """The keys of a backup must be those of this log: later nobody could tell why nothing is believed."""
    with open_hub(partial, clock) as hub:
        signed = any(line.is_by(hub.log.key) for line in found.note.signatures)
        named = hub.log.origin == found.checkpoint.origin
    if not (signed and named):
        raise MirrorsError(
            "The keys are not those that signed this log last.",
            remedy="Nothing was changed. Name the newest backup of the folder keys/, or leave --keys out.",
        )
