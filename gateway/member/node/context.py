"""The context of every use case of a member node."""

from dataclasses import dataclass, field

from audit.formats.cosignature import Cosigner
from audit.formats.note import Signer, Verifier
from audit.log.log import Log
from audit.reading.alerts import Thresholds
from gateway.auditing.ports import NoIndex, SearchIndex
from gateway.dictionary import Dictionary
from gateway.member.node.ports import Clock, Store
from policies import Vocabulary


@dataclass(frozen=True)
class Node:
    """A member node at run time.

    `hub_log` verifies the regional log and `hub_reply_keys` the hub's replies, as compared by voice;
    `gateway.member.region.log_exchange` and `gateway.member.region.hub_reply_keys` know the keys announced
    since. `cube_key` is the member's secret for decisions between equally safe patterns; the key never
    changes for a data set.
    """

    member: str
    dictionary: Dictionary
    vocabulary: Vocabulary
    store: Store
    log: Log
    answer_signer: Signer
    cosigner: Cosigner
    hub_log: Verifier
    hub_reply_keys: Verifier
    cube_key: bytes
    clock: Clock
    thresholds: Thresholds = field(default_factory=Thresholds)
    """Of an auditor's alerts."""
    index: SearchIndex = field(default_factory=NoIndex)
    """Of the words in the log."""
