"""Enrolment of members: invited, applied, fingerprint compared by voice, and only then enrolled.

New keys come in the same way: an enrolled member is invited again, applies with its new keys, and from the
confirmation on only the new keys are valid.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from audit.events.events import MemberApplied, MemberEnrolled, MemberInvited, MemberRevoked, whole_second
from audit.events.refusal_events import MessageFault, MessageKind
from audit.formats.vkey import VerifierKey
from gateway.hub.context import Hub
from gateway.hub.entries import Entry, keep_refused, record
from gateway.hub.errors import InvitationRefusedError, KeysRefusedError, NotAMemberError
from gateway.hub.log_exchange import log_keys_of, witness_keys_of
from gateway.hub.model import Application
from gateway.hub.ports import View
from gateway.hub.reply_keys.key_announcements import last_change
from gateway.watching.refused_messages import RefusedMessage
from gateway.wire.enrolment import Enrolment, HubKeys, Invitation, check_fingerprint, fingerprint, secret_hash

VALID = timedelta(days=14)
"""How long an invitation is good for."""


@dataclass(frozen=True)
class Pending:
    """A member that has applied; both sides compare `fingerprint`."""

    enrolment: Enrolment
    fingerprint: str


def invite(hub: Hub, member: str, hub_url: str, valid: timedelta = VALID) -> Invitation:
    """A new invitation, shown this once; a former unused invitation of the member ends.

    Raises DictionaryError unless `member` is a country of the region.
    """
    hub.dictionary.member(member)
    until = whole_second(hub.clock.now() + valid)
    secret = secrets.token_urlsafe(32)
    event = MemberInvited(member, until, whole_second(hub.clock.now()))
    with hub.store.writing() as work:
        index = record(hub, work, Entry(event, {}))
        work.admissions.invite(member, secret_hash(secret), until, because=index)
    return Invitation(member, hub_url, hub_keys(hub), secret, until, hub.cosigner.key.kind)


def apply(hub: Hub, secret: str, enrolment: Enrolment, proof: str = "") -> None:
    """Take a member's invitation and keys. A repeated application changes nothing.

    `proof`: the applicant's statement about its keys, which has been checked; kept where the keys turn out to
    be another's.

    Raises InvitationRefusedError for an invitation that is unknown, used with other keys, of another member,
    too old, or from before a change of the hub's keys: the fingerprints of both sides would differ.
    """
    try:
        _apply(hub, secret, enrolment)
    except KeysRefusedError as error:
        refuse_keys(hub, secret, enrolment, proof, error.fault)
        raise


def refuse_keys(hub: Hub, secret: str, enrolment: Enrolment, proof: str, fault: MessageFault) -> None:
    """Log an application whose keys are refused, if its invitation holds: strangers fill no log."""
    with hub.store.reading() as view:
        invited = view.admissions.invited(secret_hash(secret))
    if invited is not None and invited.member == enrolment.member:
        message = {**enrolment.as_json(), "proof": proof}
        keep_refused(hub, RefusedMessage(enrolment.member, MessageKind.APPLICATION, fault, message))


def _apply(hub: Hub, secret: str, enrolment: Enrolment) -> None:
    hashed = secret_hash(secret)
    with hub.store.writing() as work:
        waiting = work.admissions.application(enrolment.member)
        if waiting == Application(enrolment, hashed):
            return
        invited = work.admissions.invited(hashed)
        if invited is None or invited.member != enrolment.member or invited.until < hub.clock.now():
            raise InvitationRefusedError(
                "The invitation does not hold: it was used, it has ended, or it is another member's.",
                remedy="Ask the hub's operator for a new one.",
            )
        if invited.because < last_change(hub, work):
            raise InvitationRefusedError(
                "The invitation does not hold: the hub has a new key since.",
                remedy="Ask the hub's operator for a new one.",
            )
        _check_own(hub, work, enrolment)
        event = MemberApplied(enrolment.member, *enrolment.keys, whole_second(hub.clock.now()))
        index = record(hub, work, Entry(event, {}))
        work.admissions.apply(Application(enrolment, hashed), because=index)


def pending(hub: Hub) -> list[Pending]:
    """The members that have applied, each with the fingerprint to be compared by voice."""
    with hub.store.reading() as view:
        waiting = view.admissions.applications()
    keys = hub_keys(hub)
    return [Pending(a.enrolment, fingerprint(keys, a.enrolment)) for a in waiting]


def confirm(hub: Hub, member: str, typed: str) -> Enrolment:
    """Enrol a member whose fingerprint the operator has heard: from now on only the new keys are valid.

    Raises NotAMemberError when nobody has applied under this name, FingerprintError when the fingerprints
    differ.
    """
    with hub.store.writing() as work:
        waiting = work.admissions.application(member)
        if waiting is None:
            raise NotAMemberError(
                f"{member} has not applied.",
                remedy="`safelane hub members` lists who waits for confirmation.",
            )
        check_fingerprint(typed, fingerprint(hub_keys(hub), waiting.enrolment))
        _check_own(hub, work, waiting.enrolment)
        event = MemberEnrolled(member, *waiting.enrolment.keys, whole_second(hub.clock.now()))
        index = record(hub, work, Entry(event, {}))
        work.admissions.admit(waiting.enrolment, because=index)
    return waiting.enrolment


def _check_own(hub: Hub, view: View, enrolment: Enrolment) -> None:
    """Refuse keys that another member has or had, that are the hub's, or that have two uses.

    A signature is over a text and not over a name: whoever had enrolled with another's key could hand on that
    other's signatures as its own. Raises InvitationRefusedError.
    """
    others = {str(hub.log.key), str(hub.reply_signer.key), str(hub.cosigner.key)}
    for other in view.admissions.ever_enrolled():
        if other.member != enrolment.member:
            announced = (*log_keys_of(hub, view, other).all, *witness_keys_of(hub, view, other).all)
            others.update((*other.keys, *announced))
    own = [_public(key) for key in enrolment.keys]
    if len(set(own)) < len(own) or set(map(_public, others)).intersection(own):
        raise KeysRefusedError(
            "The application does not hold: one of its keys is another member's or the hub's, or stands "
            "twice.",
            fault=MessageFault.KEY_OF_ANOTHER,
        )


def _public(key: str) -> bytes:
    return VerifierKey.parse(key).public


def revoke(hub: Hub, member: str, reason: str) -> None:
    """End the validity of a member's keys, and drop its application, if any. Past answers stay.

    Raises NotAMemberError.
    """
    with hub.store.writing() as work:
        known = {e.member for e in work.enrolments()} | {
            a.enrolment.member for a in work.admissions.applications()
        }
        if member not in known:
            raise NotAMemberError(f"{member} is no member of this region.")
        event = MemberRevoked(member, reason, whole_second(hub.clock.now()))
        index = record(hub, work, Entry(event, {}))
        work.admissions.revoke(member, because=index)
    hub.notifier.notify()


def hub_keys(hub: Hub) -> HubKeys:
    return HubKeys(str(hub.log.key), str(hub.reply_signer.key), hub.authority)
