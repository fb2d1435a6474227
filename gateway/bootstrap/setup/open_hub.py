"""Sets up a new hub in a directory, and opens an existing hub."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from audit.errors import AuditError
from audit.events.events import KeyChanged, encode, whole_second
from audit.formats.cosignature import Cosigner
from audit.formats.vkey import SUBTREE_V1, check_name
from audit.log.staging import SequencedLog
from gateway.accounts.model import Offer
from gateway.accounts.tokens import add_program
from gateway.bootstrap.setup.alert_thresholds import thresholds_of
from gateway.bootstrap.setup.at_rest import NOTHING_SAID, Said
from gateway.bootstrap.setup.call_keys import read_reply_signers
from gateway.bootstrap.setup.clock import SYSTEM, ProcessNotifier
from gateway.bootstrap.setup.layout import Layout, database_url, fresh
from gateway.bootstrap.setup.log_keys import CALL_KEY, LOG_KEY, WITNESS_KEY, read_log_keys
from gateway.bootstrap.setup.private_authority import own_authority
from gateway.bootstrap.setup.upgrading import try_first, upgraded
from gateway.config import HubConfig, read_config, write_config
from gateway.dictionary import regional
from gateway.errors import SafelaneError
from gateway.hub.accounts import accounts_of
from gateway.hub.context import Hub
from gateway.hub.enrolment import apply, confirm, invite
from gateway.hub.entries import Entry, record
from gateway.hub.model import Role
from gateway.hub.ports import Clock
from gateway.keys.files import new_signer, write_secret
from gateway.store.engine.database import Database
from gateway.store.engine.index_file import IndexFile
from gateway.store.engine.migrate import HUB
from gateway.store.engine.sequencer import sequence
from gateway.store.hub.hub_store import HubStore
from gateway.watching.keys import WITNESS
from gateway.wire.enrolment import Enrolment, HubKeys, fingerprint


class OriginError(SafelaneError):
    """A name that is invalid for a log."""

    exit_code = 2


def create_hub(
    directory: Path,
    origin: str,
    listen: str = "127.0.0.1:0",
    clock: Clock = SYSTEM,
    *,
    database: str = "",
    witness_key_type: int = SUBTREE_V1,
    said: Said = NOTHING_SAID,
) -> None:
    """Set up a hub whose regional log is named `origin`; its members' witness keys become of the type of its
    own.

    Raises NotEmptyError, OriginError for an invalid name, or StorageError for an unreachable database; then
    nothing was made.
    """
    try:
        check_name(origin)
    except AuditError as error:
        raise OriginError(
            f"{origin!r} cannot be the name of a log: {error}.",
            remedy="Take a name that nobody else has, without spaces, like armac.example/log.",
        ) from None
    try_first(database, HUB)
    layout = fresh(directory)
    new_signer(layout.keys / LOG_KEY, origin)
    new_signer(layout.keys / CALL_KEY, f"{origin}/calls")
    cosigner = Cosigner.generate(f"{origin}/witness", witness_key_type)
    write_secret(layout.keys / WITNESS_KEY, cosigner.secret())
    write_config(
        directory,
        HubConfig(
            origin,
            database=database,
            listen=listen,
            encrypted_by=said.encrypted_by,
            unencrypted=said.unencrypted,
        ),
    )
    with open_hub(directory, clock) as hub, hub.store.writing() as work:
        now = whole_second(hub.clock.now())
        hub.log.create(work.log, int(now.timestamp()))
        # Members learn the key that cosigns their logs from here: it stands under the key that they compared.
        event = KeyChanged(WITNESS, None, str(cosigner.key), "the hub was set up", now, now)
        index = record(hub, work, Entry(event, {}))
        work.watch.add_key_change(encode(event), because=index)


@contextmanager
def open_hub(directory: Path, clock: Clock = SYSTEM) -> Iterator[Hub]:
    """Open the hub in a directory.

    Raises ConfigError, KeyFileError or StorageError when something is missing.
    """
    config = read_config(directory, HubConfig)
    thresholds = thresholds_of(directory, config)
    dictionary = regional()
    database = Database(database_url(directory, config))
    try:
        upgraded(directory, database, HUB)
        keys = read_log_keys(directory, database, clock.now())
        log = SequencedLog(keys.signer, keys.former)
        sequencer = sequence(database, log, lambda: clock.now().timestamp())
        store = HubStore(database, dictionary, sequencer, config.origin)
        calls = read_reply_signers(directory, database, config.origin, clock.now())
        answer_notifier = ProcessNotifier()
        notifier = ProcessNotifier(answer_notifier)
        yield Hub(
            dictionary=dictionary,
            store=store,
            log=log,
            clock=clock,
            notifier=notifier,
            answer_notifier=answer_notifier,
            reply_signers=calls,
            cosigner=keys.cosigner,
            started=clock.now(),
            thresholds=thresholds,
            authority=own_authority(directory),
            index=IndexFile(Layout(directory).log_index),
        )
    finally:
        database.close()


def log_key(directory: Path) -> str:
    """Return the vkey of the hub's log, for members and clients to compare."""
    with open_hub(directory) as hub:
        return str(hub.log.key)


def enrol(hub: Hub, enrolment: Enrolment) -> HubKeys:
    """Invite, apply and confirm in one step, for an operator of both sides; returns the hub's keys."""
    invitation = invite(hub, enrolment.member, "http://127.0.0.1:0")
    apply(hub, invitation.secret, enrolment)
    confirm(hub, enrolment.member, fingerprint(invitation.hub, enrolment))
    return invitation.hub


def add_user(hub: Hub, user: str, organisation: str, role: Role, purposes: Iterable[str]) -> str:
    """Make an account that only its token opens; returns the token, shown this once. Raises AccountError."""
    offer = Offer(user, organisation, role, frozenset(purposes))
    return add_program(accounts_of(hub), offer, "first token")
