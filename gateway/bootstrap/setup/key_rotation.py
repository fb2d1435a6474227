"""A new key for a log, its witness or the hub's replies, while nothing serves the log.

If killed at any step, either the old or the new key is valid. The new key's file is written first and is not
valid by itself. A log entry, in one transaction with the matching row, makes the key valid; the file is found
by the key that the entry names.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from audit.events.events import KeyChanged, encode, whole_second
from audit.formats.cosignature import Cosigner
from audit.formats.note import Signer
from audit.log.log import FormerKey
from audit.log.staging import SequencedLog
from gateway.bootstrap.setup.call_keys import read_reply_signers, write_statement
from gateway.bootstrap.setup.clock import SYSTEM
from gateway.bootstrap.setup.layout import Layout, database_url, is_hub
from gateway.bootstrap.setup.log_keys import LogKeys, key_file, read_log_keys
from gateway.bootstrap.setup.upgrading import upgraded
from gateway.config import HubConfig, MemberConfig, read_config
from gateway.hub.ports import Clock
from gateway.keys.files import write_secret
from gateway.keys.lost_keys import check_not_lost
from gateway.store.engine.database import Database
from gateway.store.engine.log_lock import hold_log
from gateway.store.engine.migrate import HUB, MEMBER
from gateway.store.engine.recovery import SqlRecovery
from gateway.store.engine.sequencer import sequence
from gateway.store.watching.watching import SqlWatch
from gateway.watching.keys import CALLS, LOG, WITNESS
from gateway.watching.recovering import check_recovered
from gateway.wire.hub_reply_keys import state


@dataclass(frozen=True)
class Rotation:
    """The former and the new key, and until when both are valid."""

    former: str
    present: str
    overlap_until: datetime


def rotate_log_key(directory: Path, reason: str, overlap: timedelta, clock: Clock = SYSTEM) -> Rotation:
    """Let a new key sign the log of a hub or node; the former key signs as well during the overlap.

    Without an overlap the former key, which may be stolen or lost, signs nothing more. Raises LogHeldError
    while the log is served, KeyFileError for an overlap with a lost key, and as `open_hub` does.
    """
    with _stopped(directory, clock) as (database, keys):
        if overlap:
            check_not_lost(keys.signer)
        new = Signer.generate(keys.signer.key.name)
        former = FormerKey(keys.signer, int(_until(clock, overlap).timestamp()))
        log = SequencedLog(new, (former, *keys.former))
        write_secret(key_file(Layout(directory).keys, LOG, str(new.key)), new.secret())
        rotation = Rotation(str(keys.signer.key), str(new.key), _until(clock, overlap))
        _record(database, log, _change(LOG, rotation, reason, clock.now()))
    return rotation


def rotate_witness_key(
    directory: Path, reason: str, overlap: timedelta, clock: Clock = SYSTEM, key_type: int | None = None
) -> Rotation:
    """Let a new key cosign the other side's log; the former key's cosignatures stay valid during the overlap.

    The former key may be lost. The new one is of the same type, unless `key_type` says otherwise. Raises as
    `rotate_log_key` does.
    """
    with _stopped(directory, clock) as (database, keys):
        check_not_lost(keys.signer)
        new = Cosigner.generate(keys.cosigner.key.name, key_type or keys.cosigner.key.kind)
        write_secret(key_file(Layout(directory).keys, WITNESS, str(new.key)), new.secret())
        rotation = Rotation(str(keys.cosigner.key), str(new.key), _until(clock, overlap))
        log = SequencedLog(keys.signer, keys.former)
        _record(database, log, _change(WITNESS, rotation, reason, clock.now()))
    return rotation


def rotate_call_key(directory: Path, reason: str, overlap: timedelta, clock: Clock = SYSTEM) -> Rotation:
    """Let a new key sign the hub's replies; the former key signs for members without the new key.

    With an overlap the former key states its successor, so that an offline member can go on later; without an
    overlap, members must compare the new key by voice; the former may be lost then. Raises as
    `rotate_log_key` does, and ConfigError for a node.
    """
    read_config(directory, HubConfig)
    with _stopped(directory, clock) as (database, keys):
        log = SequencedLog(keys.signer, keys.former)
        check_not_lost(keys.signer)
        former = read_reply_signers(directory, database, log.origin, clock.now()).present
        if overlap:
            check_not_lost(former)
        new = Signer.generate(former.key.name)
        own = Layout(directory).keys
        write_secret(key_file(own, CALLS, str(new.key)), new.secret())
        rotation = Rotation(str(former.key), str(new.key), _until(clock, overlap))
        change = _change(CALLS, rotation, reason, clock.now())
        if not change.is_theft:
            write_statement(own, str(new.key), state(encode(change), former, new))
        _record(database, log, change)
    return rotation


@contextmanager
def _stopped(directory: Path, clock: Clock) -> Iterator[tuple[Database, LogKeys]]:
    """Return the database and keys of a hub or node that is not being served.

    Raises RecoveringError while a restored log may not grow.
    """
    hub = is_hub(directory)
    config = read_config(directory, HubConfig) if hub else read_config(directory, MemberConfig)
    name = config.origin if isinstance(config, HubConfig) else config.member
    url = database_url(directory, config)
    with hold_log(url, name):
        database = Database(url)
        try:
            upgraded(directory, database, HUB if hub else MEMBER)
            with database.reading() as connection:  # no file of a key that nothing will make valid
                check_recovered(SqlRecovery(connection))
            yield database, read_log_keys(directory, database, clock.now())
        finally:
            database.close()


def _until(clock: Clock, overlap: timedelta) -> datetime:
    return whole_second(clock.now() + overlap)


def _change(use: str, rotation: Rotation, reason: str, now: datetime) -> KeyChanged:
    until = rotation.overlap_until
    return KeyChanged(use, rotation.former, rotation.present, reason, until, whole_second(now))


def _record(database: Database, log: SequencedLog, change: KeyChanged) -> None:
    entry, now = encode(change), change.at
    sequencer = sequence(database, log, now.timestamp)
    with sequencer.writing() as unit:
        (index,) = log.append(unit.log, [entry], int(now.timestamp()))
        SqlWatch(unit.connection, log.origin).add_key_change(entry, because=index)
