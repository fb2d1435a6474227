"""Sets up a hub in a directory, and opens one that is there."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from audit.commitment import commit
from audit.events import MemberEnrolled, UserAdded, whole_second
from audit.staging import SequencedLog
from gateway.bootstrap.clock import ProcessBell, SystemClock
from gateway.bootstrap.layout import Layout, database_url, fresh
from gateway.config import HubConfig, read_config, write_config
from gateway.dictionary import regional
from gateway.hub.context import Hub
from gateway.hub.entries import ACTOR, Entry, record
from gateway.hub.model import Enrolment, Role
from gateway.keys.files import new_signer, read_signer
from gateway.keys.tokens import new_token, token_hash
from gateway.store.database import Database
from gateway.store.hub import HubStore
from gateway.store.migrate import HUB, migrate
from gateway.store.sequencer import sequence

LOG_KEY = "log.key"


def create_hub(directory: Path, origin: str) -> None:
    """Set up a hub whose regional log is named `origin`. Raises NotEmptyError."""
    layout = fresh(directory)
    new_signer(layout.keys / LOG_KEY, origin)
    write_config(directory, HubConfig(origin))
    with open_hub(directory) as hub, hub.store.writing() as work:
        hub.log.create(work.log, int(hub.clock.now().timestamp()))


@contextmanager
def open_hub(directory: Path) -> Iterator[Hub]:
    """Raises ConfigError, KeyFileError or StorageError when something is missing."""
    config = read_config(directory, HubConfig)
    signer = read_signer(Layout(directory).keys / LOG_KEY)
    dictionary = regional()
    database = Database(database_url(directory, config))
    try:
        migrate(database, HUB)
        log = SequencedLog(signer)
        store = HubStore(database, dictionary, sequence(database, log), config.origin)
        yield Hub(dictionary, store, log, SystemClock(), ProcessBell())
    finally:
        database.close()


def log_key(directory: Path) -> str:
    """The vkey of the hub's log, for members and clients to compare."""
    return str(read_signer(Layout(directory).keys / LOG_KEY).key)


def enrol(hub: Hub, enrolment: Enrolment) -> str:
    """Let a member in under its keys; returns its token, which is shown this once."""
    token = new_token()
    event = MemberEnrolled(
        enrolment.member,
        enrolment.answer_key,
        enrolment.log_key,
        enrolment.witness_key,
        whole_second(hub.clock.now()),
    )
    with hub.store.writing() as work:
        index = record(hub, work, Entry(event, {}))
        work.enrol(enrolment, token_hash(token), because=index)
    return token


def add_user(hub: Hub, user: str, organisation: str, role: Role, purposes: Iterable[str]) -> str:
    """Let somebody in; returns the token, which is shown this once. Raises DictionaryError for a purpose."""
    names = tuple(sorted(hub.dictionary.purpose(p).name for p in purposes))
    actor = commit(ACTOR, user.encode())
    event = UserAdded(actor.commitment, organisation, role.value, names, whole_second(hub.clock.now()))
    token = new_token()
    with hub.store.writing() as work:
        index = record(hub, work, Entry(event, {ACTOR: actor}))
        work.add_user(user, organisation, role, names, token_hash(token), because=index)
    return token
