"""Any question explained from its log entries alone, in plain sentences; and any other entry in one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from audit.event_values import EntryRef, MemberOutcome, Outcome
from audit.events import Event, encode
from audit.merkle import leaf_hash
from audit.question_events import (
    Answered,
    Asked,
    Denied,
    LeaveGiven,
    Refused,
    Rejected,
    Released,
    WaitsForLeave,
)
from audit.search import time_of
from audit.sentences import say_event, under
from audit.wording import article, listed, say_question, say_reasons, say_time

MISFIT: Final = "DOES NOT FIT"


@dataclass(frozen=True)
class Part:
    """An entry about a question, in which log it stands, and how that is proved, in words.

    `actor` is who acted, where an opening was at hand and opens the entry's commitment.
    """

    origin: str
    number: int
    event: Event
    proof: str
    actor: str | None = None

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        return f"entry {self.number} of {self.origin}"

    @property
    def ref(self) -> EntryRef:
        """Where it stands, and its hash."""
        return EntryRef(self.origin, self.number, leaf_hash(encode(self.event)))


def explain_question(parts: Sequence[Part]) -> list[str]:
    """What the entries about one question say: who, what, when, why, what each member did, how it ended.

    `parts` are all entries of one question that are at hand, of the hub's log and of members', in any order.
    """
    lines = [*say_story(parts), "", "Entries:"]
    lines += [f"  {part.place} ({part.event.TYPE}): {part.proof}" for part in parts]
    return [*lines, *(f"  {line}" for line in say_links(parts))]


def say_story(parts: Sequence[Part]) -> list[str]:
    """What happened, in sentences; `parts` as for `explain_question`."""
    asked = [part for part in parts if isinstance(part.event, Asked | Denied)]
    ends = [part for part in parts if isinstance(part.event, Released)]
    judged = [part for part in parts if isinstance(part.event, Answered | Refused)]
    lines: list[str] = []
    for part in asked or judged[:1]:
        lines += _who_and_what(part)
    if not asked:
        lines.append(
            "The hub's own entry for it is not at hand: this is what a member's log took over from it."
        )
    known = {part.event.member for part in judged if isinstance(part.event, Answered | Refused)}
    for end in ends:
        if isinstance(end.event, Released):
            lines += [_outcome(o) for o in end.event.outcomes if o.member not in known]
    for part in sorted(judged, key=lambda p: p.place):
        lines.append(say_event(part.event))
    for part in parts:
        if isinstance(part.event, Rejected | WaitsForLeave | LeaveGiven):
            lines.append(say_event(part.event))
    lines += [say_event(end.event) for end in ends]
    if not ends and any(isinstance(part.event, Asked) for part in asked):
        lines.append("It has no end in this log: it was asked, and never released.")
    return lines


def _who_and_what(part: Part) -> Iterator[str]:
    event = part.event
    if not isinstance(event, Asked | Denied | Answered | Refused):
        return
    what = say_question(event.measure, event.by, event.where)
    when = "" if isinstance(event, Answered | Refused) else f" on {say_time(time_of(event))}"
    yield f"{article(event.role)} of {event.organisation} asked{when} for {what}."
    yield f"The purpose was {event.purpose}."
    if part.actor is None:
        yield f"Who it was is known by a commitment only: {event.actor}."
    else:
        yield f"Who it was: {part.actor} (an opening that fits the commitment {event.actor})."
    if isinstance(event, Asked):
        members = listed(event.members) or "no member"
        yield f"It was put to {members}, to answer until {say_time(event.deadline)}."
        if event.late_until > event.deadline:
            yield f"What came later, until {say_time(event.late_until)}, was to be released by itself."
    if isinstance(event, Denied):
        yield f"The hub refused it, before any member was asked: {say_reasons(event.reasons)}."


def _outcome(outcome: MemberOutcome) -> str:
    """What a member did, in the words of the hub's log."""
    if outcome.outcome is Outcome.MISSING:
        return f"{outcome.member} gave no answer in time."
    policy = under(outcome.policy_version)
    if outcome.outcome is Outcome.EARLIER:
        return (
            f"{outcome.member} was away; what it had answered to the same question before was given again, "
            f"from snapshot {outcome.snapshot}, {policy}."
        )
    if outcome.outcome is Outcome.REFUSED:
        return f"{outcome.member} refused {policy}: {say_reasons(outcome.reasons)}."
    return f"{outcome.member} answered from snapshot {outcome.snapshot}, {policy}."


def say_links(parts: Sequence[Part]) -> Iterator[str]:
    """Whether the entries that name each other do so rightly: `MISFIT` stands in what does not."""
    at_hand = {(part.origin, part.number): part for part in parts}
    for part in parts:
        event = part.event
        if isinstance(event, Released):
            asked = at_hand.get((part.origin, event.asked_index))
            if asked is None or not isinstance(asked.event, Asked):
                yield f"{part.place} {MISFIT}: it ends entry {event.asked_index}, which did not ask this."
            for outcome in event.outcomes:
                if outcome.entry is not None:
                    yield _link(part, outcome.entry, at_hand)
        if isinstance(event, Answered | Refused):
            yield _link(part, event.asked, at_hand)


def _link(part: Part, ref: EntryRef, at_hand: dict[tuple[str, int], Part]) -> str:
    named = f"entry {ref.index} of {ref.origin}"
    other = at_hand.get((ref.origin, ref.index))
    if other is None:
        return f"{part.place} names {named}, which is not at hand."
    if other.ref.leaf != ref.leaf:
        return f"{part.place} {MISFIT} {named}: it names an entry with another hash."
    return f"{part.place} names {named}: the hash fits."
