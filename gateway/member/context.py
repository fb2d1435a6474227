"""What every use case of a member node works with."""

from dataclasses import dataclass

from audit.cosignature import Cosigner
from audit.log import Log
from audit.note import Signer, Verifier
from gateway.dictionary import Dictionary
from gateway.member.ports import Clock, Store
from policies import Vocabulary


@dataclass(frozen=True)
class Node:
    """A member node at run time.

    `hub_log` verifies the regional log and `hub_calls` what the hub replies, as compared by voice; what
    the log announced since is known to `gateway.member.seeing` and `gateway.member.hub_calls`. `cube_key` is
    the member's secret that decides between equally safe patterns; it never changes for a data set.
    """

    member: str
    dictionary: Dictionary
    vocabulary: Vocabulary
    store: Store
    log: Log
    answer_signer: Signer
    cosigner: Cosigner
    hub_log: Verifier
    hub_calls: Verifier
    cube_key: bytes
    clock: Clock
