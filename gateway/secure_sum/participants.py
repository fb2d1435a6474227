"""The participants of a round of sums, checked by the node itself and never on the hub's word. Pure.

The other members' keys come from the regional log as this node has witnessed the log: each enrolment was
logged, and every member sees the same log. Each member has signed its own consent.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from anonymisers.errors import MaskError
from anonymisers.secure_sum.mask_roster import Participant, Roster, Sum
from anonymisers.secure_sum.period_window import COLLUDERS, fewest_contributors
from audit.errors import AuditError
from audit.events.event_values import EntryRef
from audit.events.events import MemberEnrolled, MemberRevoked, decode
from audit.events.total_events import TotalAsked
from audit.formats.merkle import leaf_hash
from audit.formats.note import Verifier
from audit.log.policy import Policy
from audit.log.receipt import Receipt
from gateway.member.errors import UnprovenError
from gateway.member.model.witnessed import Witnessed
from gateway.wire.sum_call import SumCall, SumFormatError
from gateway.wire.sum_messages import Consent, consenting, open_consent


@dataclass(frozen=True)
class ProvenRound:
    """A round in the regional log, and the list of participants that the log entry commits to."""

    event: TotalAsked
    entry: EntryRef
    roster: Roster


@dataclass(frozen=True)
class OwnNode:
    """This node: the member, and the key that verifies the member's answers."""

    member: str
    verifier: Verifier


def prove_round(
    call: SumCall, own: Consent, keys: Mapping[str, Verifier], contributors: int, witnessed: Witnessed
) -> ProvenRound:
    """Check the whole call. `own`: the node's own consent; `contributors`: the fewest participants that the
    node demands.

    Raises UnprovenError, naming the fault.
    """
    event, entry = _logged(call, witnessed)
    consents = _consents(call.consents, keys)
    if consents.get(own.member) != own:
        raise UnprovenError("The list of participants does not have what this node consented to.")
    if any(consent.asked != own.asked for consent in consents.values()):
        raise UnprovenError("A member's consent is to another question.")
    for entry_sum in call.sums:
        if any(m not in consents or entry_sum.cell not in consents[m].cells for m in entry_sum.members):
            raise UnprovenError("A member is listed for a cell that it has not consented to.")
        if own.member in entry_sum.members and len(entry_sum.members) < max(
            contributors, fewest_contributors(COLLUDERS)
        ):
            raise UnprovenError("A total has fewer contributors than the rule or the policy asks for.")
    try:
        roster = roster_of(call, consents, bytes.fromhex(own.asked.leaf), event.round)
    except (MaskError, ValueError) as error:
        raise UnprovenError(f"The list of participants does not hold: {error}.") from None
    if roster.digest() != event.roster or not roster.of(own.member):
        raise UnprovenError("The list of participants is not the one that was logged.")
    if event.members != tuple(p.member for p in roster.participants):
        raise UnprovenError("The log entry of the round names other members than the list of participants.")
    if (event.asked_index, entry.origin) != (own.asked.index, own.asked.origin):
        raise UnprovenError("The log entry of the round is about another question.")
    return ProvenRound(event, entry, roster)


def roster_of(call: SumCall, consents: Mapping[str, Consent], question: bytes, round_: int) -> Roster:
    """The list of participants that masks are bound to. Raises MaskError."""
    participants = sorted((c for c in consents.values()), key=lambda c: c.member)
    return Roster(
        question,
        round_,
        tuple(Participant(c.member, c.snapshot, c.key) for c in participants),
        tuple(Sum(s.cell, s.members) for s in call.sums),
    )


def answer_keys(entries: Iterable[bytes], states: Container[str], own: OwnNode) -> dict[str, Verifier]:
    """The answer keys of the members that a regional log has enrolled and not revoked.

    Only of `states`, the member countries of the dictionary: any other name is invented. Raises UnprovenError
    when the log gives another key for this member than its `own`.
    """
    keys: dict[str, Verifier] = {}
    for data in entries:
        try:
            event = decode(data)
            if isinstance(event, MemberEnrolled) and event.member in states:
                keys[event.member] = Verifier.parse(event.answer_key)
            elif isinstance(event, MemberRevoked):
                keys.pop(event.member, None)
        except AuditError:
            continue
    if keys.setdefault(own.member, own.verifier).key != own.verifier.key:
        raise UnprovenError(
            "The regional log has another key for this member than its own: somebody may answer in its name.",
            remedy="Nothing was given. Tell the other members, and the hub's operator.",
        )
    return keys


def _logged(call: SumCall, witnessed: Witnessed) -> tuple[TotalAsked, EntryRef]:
    try:
        receipt = Receipt.parse(call.receipt)
        checkpoint = receipt.verify(call.entry, Policy(witnessed.keys)).checkpoint
        event = decode(call.entry)
    except AuditError as error:
        raise UnprovenError(f"The round is not proved to stand in the regional log: {error}.") from None
    if (checkpoint.size, checkpoint.root) != (witnessed.checkpoint.size, witnessed.checkpoint.root):
        raise UnprovenError("The round's receipt is under a checkpoint that this node has not witnessed.")
    if not isinstance(event, TotalAsked) or event.question_id != call.question_id:
        raise UnprovenError("The log entry behind the receipt is not this round.")
    return event, EntryRef(checkpoint.origin, receipt.index, leaf_hash(call.entry))


def _consents(notes: Sequence[str], keys: Mapping[str, Verifier]) -> dict[str, Consent]:
    found: dict[str, Consent] = {}
    for note in notes:
        try:
            member = consenting(note)
            if member not in keys:
                raise UnprovenError("A participant is no member that the regional log has enrolled.")
            consent = open_consent(note, keys[member])
        except SumFormatError as error:
            raise UnprovenError(error.message) from None
        if member in found or consent.member != member:
            raise UnprovenError("A participant stands twice in the list.")
        found[member] = consent
    return found
