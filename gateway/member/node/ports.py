"""What the use cases of a member node need from outside, handed in by bootstrap.

As on the hub, `because` is the entry of the node's own log that explains a write.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from anonymisers.identity.vault_records import Compartment
from audit.formats.commitment import Opening
from audit.log.log import Storage
from audit.witness.witness import WitnessStorage
from gateway.accounts.ports import People, PeopleNotes, PeopleWriter
from gateway.member.model.extract import Extracts, ExtractWriter
from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.member.model.policy_version import Draft, Ending, PolicyInForce, SignedPolicy
from gateway.member.model.privacy_budget import PrivacyView, PrivacyWriter
from gateway.member.model.record_changes import RecordChanges
from gateway.member.model.registered_figure import Registered
from gateway.member.model.reidentification_request import Reidentifications, ReidentificationWriter
from gateway.member.model.sent_answer import Sent
from gateway.member.model.signing_key import Holder
from gateway.member.model.snapshot import Snapshot
from gateway.member.model.stored_cube import StoredCube
from gateway.member.model.vault_load import Vault, VaultLoad
from gateway.member.model.waiting_question import Charge, Leave, Waiting
from gateway.member.model.witnessed import Witnessed
from gateway.watching.ports import Watch, WatchView
from gateway.watching.recovering import Recovery, RecoveryNotes
from gateway.wire.poll import Poll, PollReply, SignedAnswer
from gateway.wire.sum_call import TotalsCall
from gateway.wire.sum_messages import Offer, SignedContribution


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, in UTC."""


class HubLink(Protocol):
    """The way to the hub. The node calls, the hub never does. Raises LinkError."""

    def takes_parcels(self) -> bool:
        """Whether the hub takes what is handed in with a poll; one that is older does not."""

    def poll(self, poll: Poll) -> PollReply: ...

    def send(self, answer: SignedAnswer) -> None:
        """Returns once the hub has kept the answer, or has said that it never will."""

    def offer(self, offer: Offer) -> None:
        """Returns once the hub has kept the offer, or has said that it never will."""

    def contribute(self, contribution: SignedContribution) -> None:
        """As `send`, for a part of regional totals."""

    def head(self) -> str:
        """The checkpoint of the regional log that the hub shows to everybody."""


class Versions(Protocol):
    """The versions of one policy: that of the data set, or the ministry-wide one above it."""

    def policy(self) -> PolicyInForce | None:
        """The one in force, if any."""

    def policies(self) -> list[PolicyInForce]:
        """Every version that ever was in force, oldest first."""

    def signed_policies(self) -> list[SignedPolicy]:
        """Every version that was ever signed, oldest first."""

    def draft(self) -> Draft | None: ...


class VersionsWriter(Versions, Protocol):
    """`because`: the log entry that explains it."""

    def sign_policy(self, policy: SignedPolicy, *, because: int) -> None: ...

    def put_in_force(self, version: int, since: datetime, *, because: int) -> None: ...

    def end_policy(self, version: int, at: datetime, ending: Ending, *, because: int) -> None: ...


class DraftNotes(Protocol):
    def keep_draft(self, draft: Draft | None) -> None:
        """In place of any former one."""


class View(Versions, Protocol):
    """Reading. One state of the database throughout. The policies of its own are those of the data set."""

    @property
    def ministry(self) -> Versions:
        """The ministry-wide policies."""

    @property
    def log(self) -> Storage: ...

    @property
    def witness(self) -> WitnessStorage: ...

    @property
    def people(self) -> People:
        """Accounts, and what belongs to them."""

    @property
    def recovery(self) -> Recovery: ...

    @property
    def watch(self) -> WatchView:
        """What was seen of the regional log."""

    @property
    def vault(self) -> Vault: ...

    @property
    def extracts(self) -> Extracts: ...

    @property
    def reidentifications(self) -> Reidentifications: ...

    @property
    def privacy(self) -> PrivacyView:
        """What was charged to the privacy budget, and drawn."""

    def preview(self, preview_id: str) -> bytes | None:
        """A cube that was made to be looked at, by what it was made from."""

    def findings(self, about: str) -> str | None:
        """What is told of a cube that is looked at, by all that it follows from."""

    def holders(self) -> list[Holder]:
        """Everybody whose key counts or ever counted, oldest first."""

    def snapshot(self) -> tuple[LoadedSnapshot, Snapshot] | None:
        """The newest one."""

    def consents(self) -> Mapping[str, str]:
        """Person, by internal pseudonym -> all that he or she agrees to, of those who changed that."""

    def record_changes(self) -> list[RecordChanges]:
        """What each snapshot had otherwise than the one before it, oldest first."""

    def figures(self) -> list[Registered]:
        """Every figure that was ever registered, in the order of the log."""

    def loaded(self) -> LoadedSnapshot | None:
        """The newest one, without its rows: enough for whoever only asks whether and when."""

    def cube(self) -> StoredCube | None:
        """The newest one."""

    def released_cubes(self) -> list[bytes]:
        """Every cube that has ever answered, oldest first: what it could show is known for ever."""

    def cube_entry(self) -> int | None:
        """The log entry of the newest cube: enough to see whether it is the one in memory."""

    def sent(self, question_id: str, asked_index: int) -> Sent | None:
        """What was answered to this question or to this log entry."""

    def outbox(self) -> list[tuple[Sent, Opening | None]]:
        """Answers that the hub has not acknowledged, oldest first."""

    def unsettled(self, origin: str) -> list[int]:
        """Own entries that answer questions of the regional log `origin` which are not settled with it."""

    def rejected(self, leaf: bytes) -> bool: ...

    def waiting(self, question_id: str) -> Waiting | None:
        """The question, if it waits or ever waited for a person."""

    def waiting_questions(self) -> list[Waiting]:
        """Those that still wait, oldest first."""

    def leaves(self, question_id: str) -> list[Leave]: ...

    def charge(self, question_id: str) -> Charge | None: ...

    def charges(self, organisation: str | None, since: datetime) -> list[Charge]:
        """Of one organisation, or of all."""

    def opening(self, field: str, entry_index: int) -> Opening | None: ...


class UnitOfWork(VersionsWriter, View, Protocol):
    """Writing: all of it or nothing, in one transaction with the log entries that explain it."""

    @property
    def ministry(self) -> VersionsWriter: ...

    @property
    def watch(self) -> Watch: ...

    @property
    def extracts(self) -> ExtractWriter: ...

    @property
    def reidentifications(self) -> ReidentificationWriter: ...

    def add_holder(self, holder: Holder, *, because: int) -> None: ...

    def end_key(self, key: str, at: datetime, *, revoked: bool, because: int) -> None: ...

    @property
    def people(self) -> PeopleWriter: ...

    @property
    def privacy(self) -> PrivacyWriter: ...

    def add_snapshot(self, loaded: LoadedSnapshot, snapshot: Snapshot, *, because: int) -> None: ...

    def add_changes(self, snapshot: str, changes: str, at: datetime, *, because: int) -> None: ...

    def add_figure(self, made: Registered, *, because: int) -> None: ...

    def withdraw_figure(self, index: int, at: datetime, *, because: int) -> None: ...

    def add_consent(self, person: str, code: str, at: datetime, *, because: int) -> None: ...

    def replace_vault(self, load: VaultLoad | None, *, because: int) -> None: ...

    def reseal_vault(self, load: str, keys: Mapping[Compartment, bytes]) -> None: ...

    def add_cube(self, cube: StoredCube, *, because: int) -> None: ...

    def add_sent(self, made: Sent, *, because: int) -> None: ...

    def add_waiting(self, waiting: Waiting, *, because: int) -> None: ...

    def end_waiting(self, question_id: str, *, because: int) -> None: ...

    def add_leave(self, leave: Leave, *, because: int) -> None: ...

    def add_charge(self, charge: Charge) -> None:
        """Explained by the entry of the regional log that asked."""

    def add_rejected(self, leaf: bytes, *, because: int) -> None: ...

    def keep_opening(self, field: str, opening: Opening, *, because: int) -> None: ...


class Notes(DraftNotes, Protocol):
    """Bookkeeping that no decision about people rests on. Cosignatures are proofs of their own."""

    @property
    def ministry(self) -> DraftNotes: ...

    @property
    def log(self) -> Storage: ...

    @property
    def witness(self) -> WitnessStorage: ...

    @property
    def recovery(self) -> RecoveryNotes: ...

    @property
    def watch(self) -> Watch: ...

    @property
    def people(self) -> PeopleNotes: ...

    def acknowledged(self, question_id: str) -> None: ...

    def keep_preview(self, preview_id: str, snapshot_id: str, cube: bytes, at: datetime) -> None:
        """Those of other snapshots go."""

    def keep_findings(self, about: str, snapshot_id: str, findings: str, at: datetime) -> None:
        """Those of other snapshots go."""


class Store(Protocol):
    def reading(self) -> AbstractContextManager[View]: ...

    def writing(self) -> AbstractContextManager[UnitOfWork]: ...

    def notes(self) -> AbstractContextManager[Notes]: ...


class RegionalWork(Protocol):
    """A node's part in sums that only the region comes to know: what its answers withhold may enter them.

    It is made for one node and the cubes that the node answers from.
    """

    def offer(self, sent: Sent) -> None:
        """Offer what an answer withholds, if anything of it may enter a sum; the offer is kept to be sent."""

    def contribute(self, call: TotalsCall, witnessed: Witnessed) -> None:
        """Contribute to a round of sums; the contribution is kept to be sent.

        Raises UnprovenError for a round that does not hold, RepeatedError for one that has this node's part.
        """

    def offers(self, view: View) -> Sequence[tuple[str, Offer]]:
        """Offers that the hub has not acknowledged, oldest first, each with its question."""

    def contributions(self, view: View) -> Sequence[tuple[str, SignedContribution]]:
        """Contributions that the hub has not acknowledged, oldest first, each with its question."""

    def offer_acknowledged(self, notes: Notes, question_id: str) -> None: ...

    def contribution_acknowledged(self, notes: Notes, question_id: str) -> None: ...
