"""Offers, rounds and contributions at the hub: a regional total without anybody seeing its parts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from anonymisers.errors import MaskError
from anonymisers.secure_sum.mask_roster import Participant, Roster, Sum
from anonymisers.secure_sum.masking import unmasked
from anonymisers.secure_sum.pairwise_keys import check_public
from audit.errors import AuditError
from audit.events.event_values import CoarseSize, EntryRef
from audit.events.events import decode, whole_second
from audit.events.total_events import Contributed, TotalAsked, TotalReleased, TotalSpoiled
from audit.formats.canonical import canonical_json
from audit.formats.commitment import Opening, commit
from audit.formats.evidence_errors import SizeConflictError
from audit.formats.merkle import leaf_hash
from audit.formats.note import Note, Verifier
from gateway.hub import entries
from gateway.hub.context import Hub
from gateway.hub.errors import AlreadyAnsweredError, AnswerRefusedError, TooLateError, UnknownQuestionError
from gateway.hub.log_exchange import check_receipt, keeping_evidence
from gateway.hub.merging import Summed
from gateway.hub.model import AskedQuestion, State
from gateway.hub.ports import View
from gateway.secure_sum.hub_sum_ports import SumUnitOfWork, SumView, store_of
from gateway.secure_sum.hub_sums import PlannedSum, SumRound
from gateway.secure_sum.planning import planned_sums, withheld_cells
from gateway.wire.answer import Answer
from gateway.wire.answer_text import answer_of_text
from gateway.wire.enrolment import Enrolment
from gateway.wire.sum_call import Codes, SumCall, SumFormatError
from gateway.wire.sum_messages import (
    CONTRIBUTION,
    TOTALS,
    Consent,
    Contribution,
    Offer,
    SignedContribution,
    open_consent,
    open_contribution,
)

ROUND_TIME = timedelta(seconds=8)
"""Time for members' contributions. The requester waits meanwhile, and no longer than ten seconds."""


def receive_offer(hub: Hub, member: Enrolment, offer: Offer) -> None:
    """Keep a member's offer; an offer comes before the answer that the offer belongs to.

    With a late answer, the offer comes too late for the round of sums; the bounds count in the next release.

    Raises UnknownQuestionError; AnswerRefusedError for a consent of another member or to another question;
    TooLateError once no answer counts any more, or the member's answer was released.
    """
    with store_of(hub).writing() as work:
        asked = _put_to(work, member, offer.question_id)
        _check_consent(hub, work, member, asked, offer)
        _check_own_key(work, member, offer)
        past = work.released_in(asked.id).get(member.member) is not None
        if past or hub.clock.now() > asked.late_until:
            raise TooLateError("The question is closed; what has come until then was released.")
        work.sums.add_offer(member.member, offer, because=asked.asked_index)


def _check_consent(hub: Hub, view: View, member: Enrolment, asked: AskedQuestion, offer: Offer) -> None:
    if not offer.consent:
        if offer.cells:
            raise AnswerRefusedError("The offer names cells without a consent to them.")
        return
    try:
        consent = open_consent(offer.consent, Verifier.parse(member.answer_key))
    except SumFormatError as error:
        raise AnswerRefusedError(error.message) from None
    leaf = leaf_hash(hub.log.entry(view.log, asked.asked_index)).hex()
    named = consent.asked
    if (named.origin, named.index, named.leaf) != (hub.log.origin, asked.asked_index, leaf):
        raise AnswerRefusedError("The offer is to another entry of the log than the one that asked.")
    if consent.member != member.member or [c.cell for c in offer.cells] != list(consent.cells):
        raise AnswerRefusedError("The offer is not about the cells of its consent.")
    try:
        check_public(consent.key)
    except MaskError as error:
        raise AnswerRefusedError(f"The consent does not hold: {error.message}.") from None


def _check_own_key(work: SumUnitOfWork, member: Enrolment, offer: Offer) -> None:
    """Refuse a mask key that another member has given: no list of participants would hold with both."""
    if not offer.consent:
        return
    verifiers = {e.member: Verifier.parse(e.answer_key) for e in work.enrolments()}
    own = open_consent(offer.consent, verifiers[member.member]).key
    for other, given in work.sums.offers(offer.question_id).items():
        if other == member.member or other not in verifiers or not given.consent:
            continue
        if open_consent(given.consent, verifiers[other]).key == own:
            raise AnswerRefusedError("The consent has the mask key of another member.")


def begin_round(hub: Hub, work: SumUnitOfWork, asked: AskedQuestion) -> SumRound | None:
    """Plan and log the one round of a question with all its answers; None when no sum may be published."""
    offers = work.sums.offers(asked.id)
    answers = {m: answer_of_text(Note.parse(n).text) for m, n in work.answers(asked.id).items()}
    tables = {m: a for m, a in answers.items() if not a.refusals}
    usable = {m: o for m, o in offers.items() if m in tables and _fits(o, tables[m])}
    keys = {e.member: Verifier.parse(e.answer_key) for e in work.enrolments()}
    consents = {m: open_consent(o.consent, keys[m]) for m, o in usable.items() if m in keys and o.consent}
    sums = planned_sums(tables, usable, consents)
    if not sums:
        return None
    planned = SumRound(
        question_id=asked.id,
        sums=sums,
        consents=tuple(usable[m].consent for m in sorted({m for s in sums for m in s.members})),
        deadline=whole_second(hub.clock.now() + ROUND_TIME),
        index=-1,
    )
    roster = roster_of(hub, work, asked, planned, consents)
    event = TotalAsked(
        question_id=asked.id,
        asked_index=asked.asked_index,
        round=1,
        members=planned.members,
        roster=roster.digest(),
        size=CoarseSize.of(len(sums)),
        deadline=planned.deadline,
        at=whole_second(hub.clock.now()),
    )
    index = entries.record(hub, work, entries.Entry(event, {}))
    work.sums.add_round(planned, because=index)
    return replace(planned, index=index)


def calls(hub: Hub, view: SumView, member: str) -> tuple[SumCall, ...]:
    """The rounds that wait for a member, each with the proof that the round was logged."""
    waiting = [r for r in view.sums.open_rounds(member) if r.deadline > hub.clock.now()]
    if not waiting:
        return ()
    receipts = hub.log.receipts(view.log, [r.index for r in waiting])
    return tuple(
        SumCall(
            r.question_id,
            hub.log.entry(view.log, r.index),
            str(receipt),
            tuple(s.called for s in r.sums),
            r.consents,
        )
        for r, receipt in zip(waiting, receipts, strict=True)
    )


def receive_contribution(hub: Hub, member: Enrolment, sent: SignedContribution) -> None:
    """Keep a member's masked numbers.

    Raises AnswerRefusedError for a contribution of another member, to another round, without a log entry of
    the member or with another number of cells; NotWitnessedError as for an answer; AlreadyAnsweredError for a
    second contribution; TooLateError after the round.
    """
    try:
        made = open_contribution(sent.note, Verifier.parse(member.answer_key))
    except SumFormatError as error:
        raise AnswerRefusedError(error.message) from None
    with keeping_evidence(hub, member), store_of(hub).writing() as work:
        asked = _asked(work, member, made.question_id)
        planned = work.sums.round(asked.id)
        if planned is None or member.member not in planned.members or made.member != member.member:
            raise UnknownQuestionError(f"{member.member} takes no part in totals of this question.")
        _check_round(hub, work, planned, made)
        _check_logged(hub, work, member, made, sent)
        if member.member in work.sums.contributions(asked.id):
            raise AlreadyAnsweredError(f"{member.member} has contributed before: the first one stands.")
        now = hub.clock.now()
        if now > planned.deadline:
            raise TooLateError("The round is over.")
        work.sums.add_contribution(asked.id, member.member, sent, now, because=planned.index)
    hub.notifier.notify()


def ended(planned: SumRound, contributed: Mapping[str, str], now: datetime) -> bool:
    """Whether a round waits for nobody any more."""
    return now > planned.deadline or set(planned.members) <= set(contributed)


def published_in(view: SumView, planned: SumRound) -> Mapping[Codes, Summed]:
    """The complete sums of a round that the rule allows; a sum without all its parts stays withheld."""
    return _sums(view, planned)[0]


def _sums(view: SumView, planned: SumRound) -> tuple[dict[Codes, Summed], list[PlannedSum]]:
    """The published sums, and the sums that are complete and cannot be: never a wrong total."""
    contributions = _contributions(view, planned)
    published, spoiled = {}, []
    for place, to in enumerate(planned.sums):
        parts = {m: contributions[m][_position(planned, m, place)] for m in to.members if m in contributions}
        try:
            total = unmasked(Sum(to.cell, to.members), parts, to.least, to.most)
        except MaskError:
            if set(parts) == set(to.members):
                spoiled.append(to)
            continue
        if to.publish_from <= total <= to.publish_to:
            published[to.cell] = Summed(total, to.members)
    return published, spoiled


def end_round(hub: Hub, work: SumUnitOfWork, planned: SumRound) -> Mapping[Codes, Summed]:
    """Sum the complete parts, publish the sums that the rule allows, and log the end of the round.

    Sums that a participant spoiled are logged, with what each participant has committed to in its own log.
    """
    contributions, (published, spoiled) = _contributions(work, planned), _sums(work, planned)
    result = commit(TOTALS, canonical_json([[list(c), s.value] for c, s in sorted(published.items())]))
    event = TotalReleased(
        question_id=planned.question_id,
        total_index=planned.index,
        contributed=tuple(sorted(contributions)),
        missing=tuple(sorted(set(planned.members) - set(contributions))),
        totals=result.commitment,
        size=CoarseSize.of(len(published)),
        at=whole_second(hub.clock.now()),
    )
    index = entries.record(hub, work, entries.Entry(event, {TOTALS: result}))
    work.sums.end_round(planned.question_id, because=index)
    if spoiled:
        entries.record(hub, work, entries.Entry(_spoiled(hub, work, planned, spoiled), {}))
    return published


def _spoiled(hub: Hub, view: SumView, planned: SumRound, spoiled: Sequence[PlannedSum]) -> TotalSpoiled:
    members = tuple(sorted({member for to in spoiled for member in to.members}))
    logged = view.sums.logged_contributions(planned.question_id)
    return TotalSpoiled(
        question_id=planned.question_id,
        total_index=planned.index,
        members=members,
        contributions=tuple(logged[member].ref for member in members),
        size=CoarseSize.of(len(spoiled)),
        at=whole_second(hub.clock.now()),
    )


def _contributions(view: SumView, planned: SumRound) -> Mapping[str, tuple[int, ...]]:
    """The contributions to a round: masked numbers by member."""
    notes = view.sums.contributions(planned.question_id)
    keys = {e.member: Verifier.parse(e.answer_key) for e in view.enrolments()}
    return {m: open_contribution(n, keys[m]).masked for m, n in notes.items() if m in keys}


def roster_of(
    hub: Hub, view: View, asked: AskedQuestion, planned: SumRound, consents: Mapping[str, Consent]
) -> Roster:
    """The list of participants that the members bind their masks to."""
    return Roster(
        leaf_hash(hub.log.entry(view.log, asked.asked_index)),
        1,
        tuple(Participant(m, consents[m].snapshot, consents[m].key) for m in planned.members),
        tuple(Sum(s.cell, s.members) for s in planned.sums),
    )


def _position(planned: SumRound, member: str, place: int) -> int:
    """The position of a sum among a member's numbers, which are in the order of the member's sums."""
    return sum(member in s.members for s in planned.sums[:place])


def _fits(offer: Offer, answer: Answer) -> bool:
    """Whether an offer has bounds for exactly the withheld cells of the answer."""
    return len(offer.least_of) == len(withheld_cells(answer))


def _put_to(view: View, member: Enrolment, question_id: str) -> AskedQuestion:
    asked = view.question(question_id)
    if asked is None or member.member not in asked.members:
        raise UnknownQuestionError(f"{member.member} was not asked this question.")
    return asked


def _asked(view: View, member: Enrolment, question_id: str) -> AskedQuestion:
    asked = _put_to(view, member, question_id)
    if asked.state is not State.OPEN:
        raise TooLateError("The question is closed; what has come until then was released.")
    return asked


def _check_round(hub: Hub, view: View, planned: SumRound, made: Contribution) -> None:
    data = hub.log.entry(view.log, planned.index)
    event = decode(data)
    named = made.asked
    if (named.origin, named.index, named.leaf) != (hub.log.origin, planned.index, leaf_hash(data).hex()):
        raise AnswerRefusedError("The contribution is to another round than the one that was logged.")
    expected = sum(made.member in s.members for s in planned.sums)
    if not isinstance(event, TotalAsked) or made.roster != event.roster or len(made.masked) != expected:
        raise AnswerRefusedError("The contribution is of another list of participants or cells.")


def _check_logged(
    hub: Hub, view: View, member: Enrolment, made: Contribution, sent: SignedContribution
) -> None:
    """The member's own log must hold the contribution: so the member can never deny having taken part."""
    try:
        check_receipt(hub, view, member, sent)
        event = decode(sent.entry)
        named = EntryRef(made.asked.origin, made.asked.index, bytes.fromhex(made.asked.leaf))
        if not isinstance(event, Contributed) or (event.question_id, event.asked, event.roster) != (
            made.question_id,
            named,
            made.roster,
        ):
            raise AnswerRefusedError("The member's log entry does not say what its contribution says.")
        text = sent.note.partition("\n\n")[0] + "\n"
        Opening(CONTRIBUTION, sent.salt, text.encode()).verify(event.contribution)
    except SizeConflictError:
        raise
    except (AuditError, ValueError) as error:
        raise AnswerRefusedError(f"The member's log does not prove the contribution: {error}.") from None
