"""What every use case of the hub works with."""

from dataclasses import dataclass
from datetime import datetime

from audit.formats.cosignature import Cosigner
from audit.formats.note import Signer
from audit.log.log import Log
from gateway.dictionary import Dictionary
from gateway.hub.ports import Bell, Clock, Store
from gateway.hub.reply_signers import CallSigners


@dataclass(frozen=True)
class Hub:
    """The hub at run time. `log` appends under the hub's key; `store` holds everything else.

    `bell` rings for everything that happens, `answered` for this and for each answer that comes: only what
    releases questions waits for answers, members and askers are not woken in vain. `started` is since when
    it listens. `call_signers` sign what the hub replies to members; `cosigner` cosigns the heads of members'
    logs.
    """

    dictionary: Dictionary
    store: Store
    log: Log
    clock: Clock
    bell: Bell
    answered: Bell
    call_signers: CallSigners
    cosigner: Cosigner
    started: datetime

    @property
    def call_signer(self) -> Signer:
        """What signs replies to whoever knows the present key."""
        return self.call_signers.present
