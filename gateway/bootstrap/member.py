"""Sets up a member node in a directory, and opens one that is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from audit.cosignature import Cosigner
from audit.note import Verifier
from audit.staging import SequencedLog
from gateway.bootstrap.clock import SystemClock
from gateway.bootstrap.layout import Layout, database_url, fresh
from gateway.config import MemberConfig, read_config, write_config
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import RECIPIENTS, vocabulary
from gateway.hub.model import Enrolment
from gateway.keys.files import new_key, new_signer, read_key, read_secret, read_signer, write_secret
from gateway.member.context import Node
from gateway.store.database import Database
from gateway.store.member import MemberStore
from gateway.store.migrate import MEMBER, migrate
from gateway.store.sequencer import sequence

LOG_KEY = "log.key"
ANSWER_KEY = "answer.key"
WITNESS_KEY = "witness.key"
CUBE_KEY = "cube.key"
PERSON_KEY = "person.key"
HUB_TOKEN = "hub.token"  # noqa: S105 - a file's name


@dataclass(frozen=True)
class NewNode:
    """A node's public keys, to be compared by voice when the hub enrols it."""

    enrolment: Enrolment


def create_member(directory: Path, member: str, region: str) -> NewNode:
    """Make a node's directory and keys; `connect` makes it part of a region. Raises NotEmptyError."""
    regional().member(member)
    layout = fresh(directory)
    name = f"{region}/{member.lower()}"
    log = new_signer(layout.keys / LOG_KEY, f"{name}/log")
    answers = new_signer(layout.keys / ANSWER_KEY, f"{name}/answers")
    cosigner = Cosigner.generate(f"{name}/witness")
    write_secret(layout.keys / WITNESS_KEY, cosigner.secret())
    new_key(layout.keys / CUBE_KEY)
    new_key(layout.keys / PERSON_KEY)
    return NewNode(Enrolment(member, str(answers.key), str(log.key), str(cosigner.key)))


def connect(directory: Path, member: str, hub_url: str, hub_log_key: str, token: str) -> None:
    """Tell a new node where its hub is and which log key was compared."""
    layout = Layout(directory)
    write_secret(layout.keys / HUB_TOKEN, token)
    write_config(directory, MemberConfig(member, hub_url, hub_log_key))
    with open_member(directory) as node, node.store.writing() as work:
        node.log.create(work.log, int(node.clock.now().timestamp()))


@contextmanager
def open_member(directory: Path) -> Iterator[Node]:
    """Raises ConfigError, KeyFileError or StorageError when something is missing."""
    config = read_config(directory, MemberConfig)
    keys = Layout(directory).keys
    dictionary = regional()
    signer = read_signer(keys / LOG_KEY)
    log = SequencedLog(signer)
    database = Database(database_url(directory, config))
    try:
        migrate(database, MEMBER)
        yield Node(
            member=config.member,
            dictionary=dictionary,
            vocabulary=vocabulary(dictionary, recipients=RECIPIENTS, member=config.member),
            store=MemberStore(database, sequence(database, log), log.origin),
            log=log,
            answer_signer=read_signer(keys / ANSWER_KEY),
            cosigner=Cosigner.parse(read_secret(keys / WITNESS_KEY)),
            hub_log=Verifier.parse(config.hub_log_key),
            cube_key=read_key(keys / CUBE_KEY),
            clock=SystemClock(),
        )
    finally:
        database.close()


def person_key(directory: Path) -> bytes:
    """The secret that internal pseudonyms of people are made with."""
    return read_key(Layout(directory).keys / PERSON_KEY)


def hub_token(directory: Path) -> str:
    return read_secret(Layout(directory).keys / HUB_TOKEN)
