"""The state of a hub for its operator: members, queue, alerts, people; nothing of contents. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.accounts.model import Account, Invitation
from gateway.dictionary import Dictionary
from gateway.hub.model import AskedQuestion, Presence
from gateway.watching.model import KeptAlert
from gateway.wire.sharing_statement import Sharing


@dataclass(frozen=True)
class MemberState:
    """A member: in contact, or `away` since it was `last_seen`; None where it never called. `policy`,
    `records`: in force and covered, by its own word.
    """

    member: str
    name: str
    away: bool
    last_seen: datetime | None
    policy: str | None
    records: str | None
    waiting: int


@dataclass(frozen=True)
class Queue:
    """Questions without a first release; `oldest`: when the first of them was asked."""

    open: int
    late: int
    oldest: datetime | None


@dataclass(frozen=True)
class PersonState:
    """An account that is open."""

    name: str
    role: str
    organisation: str
    since: datetime


@dataclass(frozen=True)
class AlertState:
    """An open alert in words."""

    kind: str
    about: str
    message: str
    since: str


@dataclass(frozen=True)
class InvitationState:
    """An invitation that nobody has taken yet."""

    name: str
    role: str
    organisation: str
    until: datetime
    ended: bool


def member_states(
    dictionary: Dictionary,
    presence: Sequence[Presence],
    away: Collection[str],
    stated: Mapping[str, Sharing | None],
    waiting: Mapping[str, int],
) -> tuple[MemberState, ...]:
    """The members, those that are away first. `stated`: of every member what it shares, None without a word.

    `waiting`: how many questions wait for approval at a member.
    """
    seen = {one.member: one.last_seen for one in presence}
    found = []
    for member, sharing in stated.items():
        found.append(
            MemberState(
                member=member,
                name=dictionary.member(member).name,
                away=member in away,
                last_seen=seen.get(member),
                policy=None if sharing is None else sharing.policy,
                records=None if sharing is None else sharing.snapshot_date,
                waiting=waiting.get(member, 0),
            )
        )
    return tuple(sorted(found, key=lambda one: (not one.away, one.member)))


def alert_state(kept: KeptAlert) -> AlertState:
    """An alert as the page says it."""
    one = kept.alert
    return AlertState(str(one.kind), one.about, one.message, kept.since.isoformat())


def queue(open_questions: Sequence[AskedQuestion], late: Sequence[AskedQuestion]) -> Queue:
    """How many questions wait for their first release, or for late answers to be released."""
    return Queue(len(open_questions), len(late), min((q.asked_at for q in open_questions), default=None))


def people(accounts: Sequence[Account]) -> tuple[PersonState, ...]:
    """Everybody who can sign in, by organisation and name."""
    there = (a for a in accounts if a.closed is None)
    found = (PersonState(a.name, a.role.value, a.organisation, a.since) for a in there)
    return tuple(sorted(found, key=lambda one: (one.organisation, one.name)))


def invited(invitations: Sequence[Invitation], now: datetime) -> tuple[InvitationState, ...]:
    """Invitations that were not taken, the next to end first."""
    found = (
        InvitationState(i.offer.name, i.offer.role.value, i.offer.organisation, i.until, i.until < now)
        for i in invitations
    )
    return tuple(sorted(found, key=lambda one: one.until))
