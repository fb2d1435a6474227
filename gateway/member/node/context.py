"""What every use case of a member node works with."""

from dataclasses import dataclass

from audit.formats.cosignature import Cosigner
from audit.formats.note import Signer, Verifier
from audit.log.log import Log
from gateway.dictionary import Dictionary
from gateway.member.node.ports import Clock, Store
from policies import Vocabulary


@dataclass(frozen=True)
class Node:
    """A member node at run time.

    `hub_log` verifies the regional log and `hub_reply_keys` what the hub replies, as compared by voice; what
    the log announced since is known to `gateway.member.region.log_exchange` and
    `gateway.member.region.hub_reply_keys`. `cube_key` is the member's secret that decides between equally
    safe patterns; it never changes for a data set.
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
