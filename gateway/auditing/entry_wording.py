"""The wording of an entry, or of a question with all its entries: sentences, each with its proof."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.errors import AuditError, MalformedError, NotInLogError
from audit.events.event_values import EntryRef
from audit.events.events import Event, decode, encode
from audit.events.former_events import present_type
from audit.events.search import Found, read_events, time_of
from audit.reading.explain import MISFIT, StoryPart, say_links, say_story
from audit.reading.messages import Message
from audit.reading.sentences import say_event
from gateway.auditing.context import KeptLog
from gateway.auditing.damage import damaged, damaged_after, say_damaged
from gateway.auditing.entry_search import name_of, of_question, whole
from gateway.auditing.explanation import proof_of, proof_of_other
from gateway.auditing.ports import View

UNPROVED = "NOT PROVED"
"""Precedes the reason where an entry's proof does not hold."""


@dataclass(frozen=True)
class EntryText:
    """One entry: its place, its sentence, its actor as far as known, and its proof.

    `own` says whether the entry is in this log. Where `proved` is false, `proof` gives the reason, else the
    checkpoint of the proof. Sentences keep their values for translation.
    """

    number: int
    origin: str
    own: bool
    kind: str
    at: datetime
    says: str
    actor: str | None
    proof: str
    proved: bool
    text: str


@dataclass(frozen=True)
class Link:
    """The reference of an entry to another, in words; `fits` is false for a wrong reference."""

    words: str
    fits: bool


@dataclass(frozen=True)
class Named:
    """An entry that another entry refers to: of this log (`own`) or of another log."""

    origin: str
    number: int
    own: bool


@dataclass(frozen=True)
class Story:
    """A question from its first entry to its last; `damaged` names entries that may be about it."""

    question: str
    sentences: tuple[str, ...]
    entries: tuple[EntryText, ...]
    links: tuple[Link, ...]
    damaged: str = ""


@dataclass(frozen=True)
class EntryDetails:
    """A single entry: its references, and the question of the entry, if any."""

    entry: EntryText
    question: str | None
    names: tuple[Named, ...]


def entry_details(kept: KeptLog, number: int) -> EntryDetails:
    """Return an entry by its number. Raises NotInLogError, or MalformedError for an unknown kind of entry."""
    with kept.store.reading() as view:
        if number >= whole(view).end:
            raise NotInLogError(f"the log {kept.log.origin} has no entry {number}")
        found = next(read_events([(number, kept.log.entry(view.log, number))]), None)
        if found is None:
            raise MalformedError(f"entry {number}", "of a kind that is not known here")
        text = _entry_text(_own(kept, view, found), own=True)
    question = getattr(found.event, "question_id", None)
    return EntryDetails(text, question, tuple(_named(kept, found.event)))


def question_story(kept: KeptLog, question_id: str) -> Story:
    """Return every available entry about a question, also from members' logs. Raises NotInLogError."""
    with kept.store.reading() as view:
        found = of_question(kept, view, question_id)
        left_out = damaged_after(view.log, found)
        if not found and left_out:
            raise damaged(left_out)
        if not found:
            raise NotInLogError(f"the log {kept.log.origin} says nothing of a question {question_id}")
        own = [_own(kept, view, each) for each in found]
    parts = [*own, *_others(kept, question_id)]
    return Story(
        question_id,
        tuple(say_story(parts)),
        tuple(_entry_text(part, own=part.origin == kept.log.origin) for part in parts),
        tuple(Link(words, MISFIT not in words) for words in say_links(parts)),
        say_damaged(left_out) if left_out else "",
    )


def _own(kept: KeptLog, view: View, found: Found) -> StoryPart:
    try:
        proof = proof_of(kept, view, found.number)
    except AuditError as error:
        proof = f"{UNPROVED}: {error}"
    return StoryPart(kept.log.origin, found.number, found.event, proof, name_of(view, found))


def _others(kept: KeptLog, question_id: str) -> Iterator[StoryPart]:
    for proven, key in kept.others(question_id):
        try:
            proof = proof_of_other(proven, key)
        except AuditError as error:
            proof = f"{UNPROVED}: {error}"
        yield StoryPart(proven.origin, proven.receipt.index, decode(proven.entry), proof)


def _entry_text(part: StoryPart, *, own: bool) -> EntryText:
    event = part.event
    return EntryText(
        part.number,
        part.origin,
        own,
        present_type(event.TYPE),
        time_of(event),
        say_event(event),
        part.actor,
        _under(part.proof),
        not part.proof.startswith(UNPROVED),
        encode(event).decode(),
    )


def _under(proof: str) -> str:
    """Return the checkpoint and witnesses of a proof, without the word that the entry is proved."""
    under = proof.values.get("under") if isinstance(proof, Message) else None
    return under if isinstance(under, Message) else proof


def _named(kept: KeptLog, event: Event) -> Iterator[Named]:
    """Yield the entries that an event refers to, by origin and number or by a number of its own log."""
    for ref in _refs(event):
        yield Named(ref.origin, ref.index, ref.origin == kept.log.origin)
    for name in ("cube", "asked_index"):
        number = getattr(event, name, None)
        if isinstance(number, int):
            yield Named(kept.log.origin, number, own=True)


def _refs(event: Event) -> Sequence[EntryRef]:
    values = [*vars(event).values(), *(each.entry for each in getattr(event, "outcomes", ()))]
    return [value for value in values if isinstance(value, EntryRef)]
