"""Sets up a new member node in a directory, and opens an existing node."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from audit.formats.cosignature import Cosigner
from audit.formats.note import Verifier
from audit.formats.vkey import SUBTREE_V1
from audit.log.staging import SequencedLog
from gateway.bootstrap.setup.alert_thresholds import thresholds_of
from gateway.bootstrap.setup.at_rest import NOTHING_SAID, Said
from gateway.bootstrap.setup.clock import SYSTEM
from gateway.bootstrap.setup.layout import Layout, database_url, fresh
from gateway.bootstrap.setup.log_keys import CALL_KEY, LOG_KEY, WITNESS_KEY, read_log_keys
from gateway.bootstrap.setup.private_authority import hub_authority, pin_authority
from gateway.bootstrap.setup.upgrading import upgraded
from gateway.config import MemberConfig, read_config, write_config
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import RECIPIENTS, vocabulary
from gateway.http.link import HttpLink, Signatures
from gateway.keys.files import new_key, new_signer, read_key, read_signer, write_secret
from gateway.member.node import log_entries
from gateway.member.node.context import Node
from gateway.member.node.ports import Clock
from gateway.member.region.hub_reply_keys import HubReplyKeys
from gateway.member.region.log_exchange import region_of
from gateway.member.region.region_entries import region_joined
from gateway.store.engine.database import Database
from gateway.store.engine.index_file import IndexFile
from gateway.store.engine.migrate import MEMBER
from gateway.store.engine.sequencer import sequence
from gateway.store.member.member_store import MemberStore
from gateway.wire.enrolment import Enrolment, HubKeys

ANSWER_KEY = "answer.key"
CUBE_KEY = "cube.key"
PERSON_KEY = "person.key"


@dataclass(frozen=True)
class NewNode:
    """A node's public keys, to be compared by voice with the hub."""

    enrolment: Enrolment


def create_member(directory: Path, member: str, region: str, witness_key_type: int = SUBTREE_V1) -> NewNode:
    """Make a node's directory and keys; `connect` makes the node part of a region. Raises NotEmptyError."""
    regional().member(member)
    layout = fresh(directory)
    name = f"{region}/{member.lower()}"
    log = new_signer(layout.keys / LOG_KEY, f"{name}/log")
    answers = new_signer(layout.keys / ANSWER_KEY, f"{name}/answers")
    calls = new_signer(layout.keys / CALL_KEY, f"{name}/calls")
    cosigner = Cosigner.generate(f"{name}/witness", witness_key_type)
    write_secret(layout.keys / WITNESS_KEY, cosigner.secret())
    new_key(layout.keys / CUBE_KEY)
    new_key(layout.keys / PERSON_KEY)
    return NewNode(Enrolment(member, str(answers.key), str(log.key), str(cosigner.key), str(calls.key)))


def connect(
    directory: Path,
    member: str,
    hub_url: str,
    hub: HubKeys,
    clock: Clock = SYSTEM,
    *,
    database: str = "",
    said: Said = NOTHING_SAID,
) -> None:
    """Give a new node its hub's address and compared keys: the node's log begins with both."""
    pinned = pin_authority(directory, hub.authority)
    write_config(
        directory,
        MemberConfig(
            member,
            hub_url,
            hub.log_key,
            hub.call_key,
            database,
            hub_authority=pinned,
            encrypted_by=said.encrypted_by,
            unencrypted=said.unencrypted,
        ),
    )
    with open_member(directory, clock) as node, node.store.writing() as work:
        now = node.clock.now()
        node.log.create(work.log, int(now.timestamp()))
        log_entries.record(node, work, region_joined(node, hub, now), {})


@contextmanager
def open_member(directory: Path, clock: Clock = SYSTEM) -> Iterator[Node]:
    """Open the node in a directory.

    Raises ConfigError, KeyFileError or StorageError if something is missing.
    """
    config = read_config(directory, MemberConfig)
    keys = Layout(directory).keys
    dictionary = regional()
    database = Database(database_url(directory, config))
    try:
        upgraded(directory, database, MEMBER)
        own = read_log_keys(directory, database, clock.now())
        log = SequencedLog(own.signer, own.former)
        sequencer = sequence(database, log, lambda: clock.now().timestamp())
        store = MemberStore(database, sequencer, log.origin)
        yield Node(
            member=config.member,
            dictionary=dictionary,
            vocabulary=vocabulary(dictionary, recipients=RECIPIENTS, member=config.member),
            store=store,
            log=log,
            answer_signer=read_signer(keys / ANSWER_KEY),
            cosigner=own.cosigner,
            hub_log=Verifier.parse(config.hub_log_key),
            hub_reply_keys=Verifier.parse(config.hub_call_key),
            cube_key=read_key(keys / CUBE_KEY),
            clock=clock,
            thresholds=thresholds_of(directory, config),
            index=IndexFile(Layout(directory).log_index),
        )
    finally:
        database.close()


def person_key(directory: Path) -> bytes:
    """Return the secret key for internal pseudonyms of people."""
    return read_key(Layout(directory).keys / PERSON_KEY)


def hub_link(directory: Path, node: Node, hub_url: str | None = None) -> HttpLink:
    """Return the node's link to its hub, at `hub_url` if given."""
    signatures = Signatures(
        region=region_of(node),
        signer=read_signer(Layout(directory).keys / CALL_KEY),
        hub=HubReplyKeys(node),
        clock=node.clock,
    )
    config = read_config(directory, MemberConfig)
    return HttpLink(hub_url or config.hub_url, signatures, hub_authority(directory, config))
