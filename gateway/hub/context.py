"""What every use case of the hub works with."""

from dataclasses import dataclass
from datetime import datetime

from audit.cosignature import Cosigner
from audit.log import Log
from audit.note import Signer
from gateway.dictionary import Dictionary
from gateway.hub.ports import Bell, Clock, Store


@dataclass(frozen=True)
class Hub:
    """The hub at run time. `log` appends under the hub's key; `store` holds everything else.

    `started` is since when it listens. `call_signer` signs what the hub replies to members; `cosigner`
    cosigns the heads of members' logs.
    """

    dictionary: Dictionary
    store: Store
    log: Log
    clock: Clock
    bell: Bell
    call_signer: Signer
    cosigner: Cosigner
    started: datetime
