"""The sidecar of a saved table: what proves, with the logs' keys alone, that this table was released.

It holds the release as the regional log commits to it, the salt of that commitment, and the entries of the
question with their proofs: asked, released, and what each member's own log says of its answer. Whoever has
the sidecar knows the table; it holds nobody's name, and no answer of a member by itself.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from audit.errors import MalformedError, TableError
from audit.events.event_values import EntryRef, MemberOutcome, Outcome
from audit.events.events import decode
from audit.events.question_events import Answered, Asked, Refused, Released
from audit.formats.canonical import canonical_json, load_canonical_object
from audit.formats.commitment import SALT_SIZE, Opening
from audit.formats.merkle import leaf_hash
from audit.formats.note import Verifier
from audit.log.policy import NO_QUORUM, Policy, Verified
from audit.reading.dossier import Dossier, ProvenEntry
from audit.reading.released_table import ReleasedTable

FORMAT: Final = "safelane/table-sidecar@v1"
ENDING: Final = ".sidecar.json"
RESULT: Final = "result"
"""Label of the commitment to a release."""
_KEYS: Final = {"dossier", "format", "release", "salt"}
_HEX: Final = re.compile(rf"[0-9a-f]{{{2 * SALT_SIZE}}}", re.ASCII)


@dataclass(frozen=True)
class MemberProof:
    """What a member's own log says: `proven` is None where the sidecar has no proof of it.

    `key_known`: the reader knows the key of the member's log; otherwise the sidecar names it.
    """

    outcome: MemberOutcome
    proven: ProvenEntry | None
    key_known: bool = False


@dataclass(frozen=True)
class ProvenTable:
    """A release that the regional log commits to, by which checkpoint, and what members' logs say of it."""

    table: ReleasedTable
    asked: ProvenEntry
    released: ProvenEntry
    verified: Verified
    members: tuple[MemberProof, ...]


@dataclass(frozen=True)
class Sidecar:
    """`dossier` holds the entries of one question: asked, one release, and members' own. Trusts nothing."""

    dossier: Dossier
    release: bytes
    salt: bytes

    def __str__(self) -> str:
        return canonical_json({
            "dossier": load_canonical_object(str(self.dossier).encode(), "dossier"),
            "format": FORMAT,
            "release": load_canonical_object(self.release, "release"),
            "salt": self.salt.hex(),
        }).decode()  # fmt: skip

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a sidecar without trusting any part. Raises MalformedError."""
        value = load_canonical_object(text.encode("utf-8", "replace"), "sidecar")
        if value.keys() != _KEYS or value["format"] != FORMAT:
            raise MalformedError("sidecar", f"not in the format {FORMAT}")
        if not isinstance(value["salt"], str) or _HEX.fullmatch(value["salt"]) is None:
            raise MalformedError("sidecar", f"a salt that is not {2 * SALT_SIZE} hexadecimal digits")
        dossier = Dossier.parse(canonical_json(value["dossier"]).decode())
        return cls(dossier, canonical_json(value["release"]), bytes.fromhex(value["salt"]))

    def verify(self, policy: Policy) -> ProvenTable:
        """Check that a log trusted by the policy commits to this release of a question that it logged before.

        Members' entries are checked by the policy's key of their log, else by the key that the sidecar names.
        Raises MalformedError, SignatureError, QuorumError, ProofError, CommitmentError, or TableError where
        the release contradicts its entries.
        """
        asked, question = self._only(Asked)
        released, event = self._only(Released)
        verified = released.receipt.verify(released.entry, policy)
        if asked.origin != released.origin or event.asked_index != asked.receipt.index:
            raise TableError("the release does not follow from the question beside it")
        asked.receipt.verify(asked.entry, policy)
        Opening(RESULT, self.salt, self.release).verify(event.result)
        table = ReleasedTable.parse(self.release)
        if not table.question_id == question.question_id == event.question_id == self.dossier.question_id:
            raise TableError("release and entries are about different questions")
        _compare_question(table, question)
        _compare_coverage(table, event)
        members = tuple(self._of_member(outcome, policy) for outcome in event.outcomes)
        return ProvenTable(table, asked, released, verified, members)

    def _only(self, kind: type[Any]) -> tuple[ProvenEntry, Any]:
        found = [(proven, event) for proven, event in self._events() if isinstance(event, kind)]
        if len(found) != 1:
            raise TableError(f"the sidecar has {len(found)} entries {kind.TYPE} where one belongs")
        return found[0]

    def _events(self) -> Iterator[tuple[ProvenEntry, Any]]:
        for proven in self.dossier.entries:
            yield proven, decode(proven.entry)

    def _of_member(self, outcome: MemberOutcome, policy: Policy) -> MemberProof:
        """Raises TableError where the entry says otherwise, and the errors of `Receipt.verify`."""
        for proven, event in self._events():
            if outcome.entry is None or _reference(proven) != outcome.entry:
                continue
            _compare_member(outcome, event)
            origin = proven.origin
            known = any(log.key.name == origin for log in policy.logs)
            named = tuple(Verifier(key) for key in self.dossier.keys if key.name == origin)
            by = replace(policy, groups={}, quorum=NO_QUORUM) if known else Policy(named)
            proven.receipt.verify(proven.entry, by)
            return MemberProof(outcome, proven, known)
        return MemberProof(outcome, None)


def _reference(proven: ProvenEntry) -> EntryRef:
    return EntryRef(proven.origin, proven.receipt.index, leaf_hash(proven.entry))


def _compare_member(outcome: MemberOutcome, event: Any) -> None:
    kinds = {Answered: Outcome.ANSWERED, Refused: Outcome.REFUSED}
    judged = isinstance(event, Answered | Refused)
    if not judged or kinds[type(event)] is not outcome.outcome or event.member != outcome.member:
        raise TableError(f"the log of {outcome.member} does not say that it {outcome.outcome.value}")
    if (event.policy_version, event.snapshot) != (outcome.policy_version, outcome.snapshot):
        raise TableError(f"the log of {outcome.member} names another policy version or snapshot")


def _compare_question(table: ReleasedTable, asked: Asked) -> None:
    where = {each.dimension: sorted(each.codes) for each in asked.where}
    try:
        filters = {level: sorted(codes) for level, codes in dict(table.question["where"]).items()}
        said = (table.question["measure"], tuple(table.question["by"]), table.question["purpose"], filters)
    except (KeyError, TypeError, ValueError):
        raise MalformedError("release", "a question without measure, levels, filters and purpose") from None
    if said != (asked.measure, asked.by, asked.purpose, where):
        raise TableError("the release answers another question than the one that was logged")


def _compare_coverage(table: ReleasedTable, event: Released) -> None:
    """What the release says of each member must be what the log says of it."""
    covered = {str(member.get("member")): member for member in table.coverage}
    if len(covered) != len(table.coverage) or covered.keys() != {each.member for each in event.outcomes}:
        raise TableError("the release covers other members than the log says")
    for outcome in event.outcomes:
        member = covered[outcome.member]
        if _said(member) is not outcome.outcome:
            raise TableError(
                f"the release says of {outcome.member} that it {_said(member).value}, and the log that it "
                f"{outcome.outcome.value}"
            )
        if (member.get("policy"), member.get("snapshot")) != (outcome.policy_version, outcome.snapshot):
            raise TableError(f"the release names another policy or snapshot of {outcome.member} than the log")


def _said(member: Mapping[str, Any]) -> Outcome:
    if member.get("earlier") is not None:
        return Outcome.EARLIER
    if member.get("answered"):
        return Outcome.ANSWERED
    return Outcome.REFUSED if member.get("refusals") else Outcome.MISSING
