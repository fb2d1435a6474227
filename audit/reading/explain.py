"""Explain any question from its log entries alone, in plain sentences; and any other entry in one
sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from audit.events.event_values import EntryRef, MemberOutcome, Outcome
from audit.events.events import Event, encode
from audit.events.former_events import present_type
from audit.events.question_events import (
    Answered,
    ApprovalAwaited,
    ApprovalDecided,
    Asked,
    Denied,
    Refused,
    Rejected,
    Released,
)
from audit.events.search import time_of
from audit.formats.merkle import leaf_hash
from audit.reading.messages import Message, message
from audit.reading.sentences import say_event, under
from audit.reading.wording import listed, say_question, say_reasons, say_who

MISFIT: Final = "DOES NOT FIT"
"""Part of every sentence about a false reference to another entry."""


@dataclass(frozen=True)
class StoryPart:
    """An entry about a question, with its log and the description of its proof.

    `actor` is the acting person, where an opening is available and fits the entry's commitment.
    """

    origin: str
    number: int
    event: Event
    proof: str
    actor: str | None = None

    @property
    def place(self) -> Message:
        """The position of the entry, in words."""
        return message("entry %(number)s of %(origin)s", number=self.number, origin=self.origin)

    @property
    def ref(self) -> EntryRef:
        """The position of the entry, and its hash."""
        return EntryRef(self.origin, self.number, leaf_hash(encode(self.event)))


def explain_question(parts: Sequence[StoryPart]) -> list[str]:
    """Explain a question: who asked what, when and why, what each member did, and how the question ended.

    `parts` are all available entries of one question, of the hub's log and of members' logs, in any order.
    """
    lines = [*say_story(parts), "", "Entries:"]
    lines += [f"  {part.place} ({present_type(part.event.TYPE)}): {part.proof}" for part in parts]
    return [*lines, *(f"  {line}" for line in say_links(parts))]


def say_story(parts: Sequence[StoryPart]) -> list[Message]:
    """Tell the events in sentences; `parts` as for `explain_question`."""
    asked = [part for part in parts if isinstance(part.event, Asked | Denied)]
    ends = [part for part in parts if isinstance(part.event, Released)]
    judged = [part for part in parts if isinstance(part.event, Answered | Refused)]
    lines: list[Message] = []
    for part in asked or judged[:1]:
        lines += _who_and_what(part)
    if not asked:
        lines.append(
            message(
                "The hub's own entry for this question is not available: the text below comes from a "
                "member's log."
            )
        )
    known = {part.event.member for part in judged if isinstance(part.event, Answered | Refused)}
    for end in ends:
        if isinstance(end.event, Released):
            lines += [_outcome(o) for o in end.event.outcomes if o.member not in known]
    for part in sorted(judged, key=lambda p: p.place):
        lines.append(say_event(part.event))
    for part in parts:
        if isinstance(part.event, Rejected | ApprovalAwaited | ApprovalDecided):
            lines.append(say_event(part.event))
    lines += [say_event(end.event) for end in ends]
    if not ends and any(isinstance(part.event, Asked) for part in asked):
        lines.append(
            message("This log holds no end of the question: it was asked, but no result was released.")
        )
    return lines


def _who_and_what(part: StoryPart) -> Iterator[Message]:
    event = part.event
    if not isinstance(event, Asked | Denied | Answered | Refused):
        return
    who, what = say_who(event.role, event.organisation), say_question(event.measure, event.by, event.where)
    if isinstance(event, Answered | Refused):
        yield message("%(who)s asked for %(what)s.", who=who, what=what)
    else:
        yield message("%(who)s asked on %(at)s for %(what)s.", who=who, what=what, at=time_of(event))
    yield message("The purpose was %(purpose)s.", purpose=event.purpose)
    if part.actor is None:
        yield message(
            "The person is recorded only as a commitment: %(commitment)s.", commitment=str(event.actor)
        )
    else:
        yield message(
            "The person: %(person)s (the opening matches the commitment %(commitment)s).",
            person=part.actor,
            commitment=str(event.actor),
        )
    if isinstance(event, Asked):
        yield from _put_to(event)
    if isinstance(event, Denied):
        reasons = say_reasons(event.reasons)
        yield message(
            "The hub refused the question before any member was asked: %(reasons)s.", reasons=reasons
        )


def _put_to(event: Asked) -> Iterator[Message]:
    if event.members:
        members, until = listed(event.members), event.deadline
        yield message(
            "The question was sent to %(members)s, to be answered by %(until)s.", members=members, until=until
        )
    else:
        yield message("The question was sent to no member; its deadline was %(until)s.", until=event.deadline)
    if event.late_until > event.deadline:
        yield message(
            "Answers that came later, until %(until)s, were to be released automatically.",
            until=event.late_until,
        )


def _outcome(outcome: MemberOutcome) -> Message:
    """Describe a member's outcome, in the words of the hub's log."""
    member = outcome.member
    if outcome.outcome is Outcome.MISSING:
        return message("%(member)s gave no answer in time.", member=member)
    policy = under(outcome.policy_version)
    if outcome.outcome is Outcome.REFUSED:
        reasons = say_reasons(outcome.reasons)
        return message(
            "%(member)s refused %(under)s: %(reasons)s.", member=member, under=policy, reasons=reasons
        )
    values = {"member": member, "snapshot": str(outcome.snapshot), "under": policy}
    if outcome.outcome is Outcome.EARLIER:
        return message(
            "%(member)s was offline; its earlier answer to the same question was used again, from "
            "snapshot %(snapshot)s, %(under)s.",
            **values,
        )
    return message("%(member)s answered from snapshot %(snapshot)s, %(under)s.", **values)


def say_links(parts: Sequence[StoryPart]) -> Iterator[Message]:
    """Describe whether references between entries are right: `MISFIT` is part of every wrong reference."""
    at_hand = {(part.origin, part.number): part for part in parts}
    for part in parts:
        event = part.event
        if isinstance(event, Released):
            asked = at_hand.get((part.origin, event.asked_index))
            if asked is None or not isinstance(asked.event, Asked):
                yield message(
                    "%(place)s IS INCONSISTENT: it ends entry %(number)s, which did not ask this question.",
                    place=part.place,
                    number=event.asked_index,
                )
            for outcome in event.outcomes:
                if outcome.entry is not None:
                    yield _link(part, outcome.entry, at_hand)
        if isinstance(event, Answered | Refused):
            yield _link(part, event.asked, at_hand)


def _link(part: StoryPart, ref: EntryRef, at_hand: dict[tuple[str, int], StoryPart]) -> Message:
    named = message("entry %(number)s of %(origin)s", number=ref.index, origin=ref.origin)
    other = at_hand.get((ref.origin, ref.index))
    values = {"place": part.place, "named": named}
    if other is None:
        return message("%(place)s refers to %(named)s, which is not available.", **values)
    if other.ref.leaf != ref.leaf:
        return message(
            "%(place)s IS INCONSISTENT with %(named)s: it refers to an entry with another hash.", **values
        )
    return message("%(place)s refers to %(named)s: the hash matches.", **values)
