"""The context of every use case of the hub."""

from dataclasses import dataclass, field
from datetime import datetime

from audit.formats.cosignature import Cosigner
from audit.formats.note import Signer
from audit.log.log import Log
from audit.reading.alerts import Thresholds
from gateway.auditing.ports import NoIndex, SearchIndex
from gateway.dictionary import Dictionary
from gateway.hub.ports import Clock, Notifier, Store
from gateway.hub.recent_readings import RecentReadings
from gateway.hub.reply_keys.reply_signers import ReplySigners


@dataclass(frozen=True)
class Hub:
    """The hub at run time. `log` appends under the hub's key; `store` holds everything else.

    `notifier` signals every event, `answer_notifier` also each answer: only the release of questions waits
    for answers, and members and requesters are not woken in vain. `started`: when the hub began to listen.
    `reply_signers` sign the hub's replies to members; `cosigner` cosigns the checkpoints of members' logs.
    `thresholds` are those of an auditor's alerts. `readings`: which readings of releases are logged already.
    `authority`: the certificate, in PEM, of the hub's own authority for TLS, if it has one.
    `index`: that of the words in the log.
    """

    dictionary: Dictionary
    store: Store
    log: Log
    clock: Clock
    notifier: Notifier
    answer_notifier: Notifier
    reply_signers: ReplySigners
    cosigner: Cosigner
    started: datetime
    thresholds: Thresholds = field(default_factory=Thresholds)
    readings: RecentReadings = field(default_factory=RecentReadings)
    authority: str = ""
    index: SearchIndex = field(default_factory=NoIndex)

    @property
    def reply_signer(self) -> Signer:
        """The signer of replies for members who know the present key."""
        return self.reply_signers.present
