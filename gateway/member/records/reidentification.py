"""Re-identification inside the member: a custodian asks with a reason, another confirms; once, for a limited
time.

Neither can re-identify alone: the vault's identities open only with the shares of both. The confirmer's share
is sealed to the request and erased once shown; every step is logged before it takes effect.
"""

import secrets
from collections.abc import Iterator
from datetime import timedelta

from anonymisers.errors import AnonymiserError
from anonymisers.identity.key_custody import (
    Custody,
    Lock,
    borrowed_share,
    lend_share,
    open_identity,
    open_share,
    private_keys,
    unwrap_reply,
    wrap_reply,
)
from anonymisers.identity.pseudonym_domain import Domain
from anonymisers.identity.pseudonyms import parse, pseudonyms, pseudonyms_where_given
from anonymisers.identity.sealed_messages import new_private, public_of
from anonymisers.identity.vault_records import Compartment, ContentKey
from audit.events.events import whole_second
from audit.events.extract_events import (
    ReidentificationConfirmed,
    ReidentificationRequested,
    ReidentificationShown,
)
from audit.formats.commitment import commit
from gateway.member.errors import ReidentificationRefusedError
from gateway.member.model.reidentification_request import ReidentificationRequest, Subject
from gateway.member.model.snapshot import Snapshot
from gateway.member.node import log_entries
from gateway.member.node.context import Node
from gateway.member.node.ports import View
from gateway.member.records.extract_workflow import EpochKey

PERSON = "person"
"""Kind of the pseudonyms in extracts: of the internal pseudonym of a person, not of a value in the vault."""
CUSTODIAN, SUBJECT, REASON = "custodian", "subject", "reason"
DAYS = 7
LEAST_REASON = 10


def request(
    node: Node, custody: Custody, by: str, lock: Lock, *, subject: Subject, reason: str
) -> ReidentificationRequest:
    """Ask to re-identify a pseudonym, as a custodian. Raises KeyStoreError, ReidentificationRefusedError."""
    if len(reason.strip()) < LEAST_REASON:
        raise ReidentificationRefusedError(
            "A reason is needed that somebody else can judge.", remedy="Say in a sentence why, with --reason."
        )
    try:
        parse(subject.pseudonym)
    except AnonymiserError as error:
        raise ReidentificationRefusedError(f"{error.message[:1].upper()}{error.message[1:]}.") from None
    name, private = f"r-{secrets.token_hex(8)}", new_private()
    wrapped = wrap_reply(custody, by, lock, name, private)
    now = node.clock.now()
    asked = ReidentificationRequest(
        name, by, subject, reason, now + timedelta(days=DAYS), public_of(private), wrapped
    )
    openings = {
        CUSTODIAN: commit(CUSTODIAN, by.encode()),
        SUBJECT: commit(SUBJECT, subject.pseudonym.encode()),
        REASON: commit(REASON, reason.encode()),
    }
    event = ReidentificationRequested(
        request=name,
        member=node.member,
        custodian=openings[CUSTODIAN].commitment,
        subject=openings[SUBJECT].commitment,
        reason=openings[REASON].commitment,
        expires=whole_second(asked.expires),
        at=whole_second(now),
    )
    with node.store.writing() as work:
        index = log_entries.record(node, work, event, openings)
        work.reidentifications.add(asked, because=index)
    return asked


def confirm(node: Node, custody: Custody, request: str, name: str, lock: Lock) -> None:
    """Lend a share to a request, as another custodian. Raises as `request` does."""
    share = open_share(custody, name, lock)
    with node.store.writing() as work:
        asked = _open(node, work, request)
        if name == asked.by:
            raise ReidentificationRefusedError(
                "Whoever asks cannot confirm.", remedy="Another custodian confirms, with a key of their own."
            )
        if asked.confirmer is not None:
            raise ReidentificationRefusedError("This request was confirmed already.")
        lent = lend_share(custody, share, asked.reply_key, request)
        opening = commit(CUSTODIAN, name.encode())
        event = ReidentificationConfirmed(
            request, node.member, opening.commitment, whole_second(node.clock.now())
        )
        index = log_entries.record(node, work, event, {CUSTODIAN: opening})
        work.reidentifications.confirm(request, name, lent, because=index)


def show(node: Node, custody: Custody, request: str, lock: Lock, epoch: EpochKey) -> list[dict[str, str]]:
    """The vault's records of the person, for the requesting custodian: once, and logged beforehand.

    Raises KeyStoreError, EpochDestroyedError, ReidentificationRefusedError.
    """
    with node.store.reading() as view:
        asked = _open(node, view, request)
        if asked.confirmer is None or asked.share is None:
            raise ReidentificationRefusedError(
                "Nobody has confirmed this request yet.",
                remedy="Another custodian: safelane reidentify confirm.",
            )
        reply = unwrap_reply(custody, asked.by, lock, request, asked.wrapped_reply)
        lent = borrowed_share(custody, asked.confirmer, asked.share, reply, request)
        private = open_identity(custody, open_share(custody, asked.by, lock), lent)
        privates = private_keys(custody, Compartment.IDENTITY, private)
        found = list(_found(node, view, asked.subject, privates, epoch))
    with node.store.writing() as work:
        _open(node, work, request)
        opening = commit(CUSTODIAN, asked.by.encode())
        event = ReidentificationShown(
            request, node.member, opening.commitment, whole_second(node.clock.now())
        )
        index = log_entries.record(node, work, event, {CUSTODIAN: opening})
        work.reidentifications.show(request, because=index)
    return found


def persons_by_value(snapshot: Snapshot) -> dict[str, str]:
    """Every value behind a person's pseudonyms in extracts -> the person: the person, and each case."""
    people = [link.decode("ascii") for link in snapshot.links["person"].tolist()]
    cases = [link.decode("ascii") for link in snapshot.links["case"].tolist()]
    return dict(zip(cases, people, strict=True)) | {person: person for person in people}


def epoch_of(subject: Subject) -> int:
    """The epoch in a pseudonym."""
    return parse(subject.pseudonym).epoch


def _open(node: Node, view: View, request: str) -> ReidentificationRequest:
    asked = view.reidentifications.find(request)
    if asked is None:
        raise ReidentificationRefusedError("There is no such request here.")
    if asked.shown:
        raise ReidentificationRefusedError(
            "This request was answered already.", remedy="Ask again, with a reason."
        )
    if node.clock.now() >= asked.expires:
        raise ReidentificationRefusedError("The time of this request is over.", remedy="Ask again.")
    return asked


def _found(
    node: Node, view: View, subject: Subject, privates: tuple[bytes, ...], epoch: EpochKey
) -> Iterator[dict[str, str]]:
    """The records of the vault whose person, or whose value, has this pseudonym."""
    load, sealed = view.vault.load(), view.vault.sealed_key(Compartment.IDENTITY)
    loaded = view.snapshot()
    if load is None or sealed is None or loaded is None:
        raise ReidentificationRefusedError(
            "The vault keeps nothing of anybody.", remedy="The mapping says what it keeps of people."
        )
    if epoch_of(subject) != epoch.number:
        raise ReidentificationRefusedError("The pseudonym is of another epoch than the key.")
    content = ContentKey.opened(node.member, load, Compartment.IDENTITY, sealed, *privates)
    domain = Domain(node.member, epoch.number, subject.recipient, subject.purpose, subject.kind)
    if subject.kind == PERSON:
        of = persons_by_value(loaded[1])
        made = dict(zip(pseudonyms(epoch.key, domain, list(of)), of.values(), strict=True))
        person = made.get(subject.pseudonym)
        if person is None:
            return
        for record in view.vault.records(Compartment.IDENTITY, person):
            yield content.decrypt(record.whose, record.sealed)
        return
    for record in view.vault.records(Compartment.IDENTITY):
        fields = content.decrypt(record.whose, record.sealed)
        value = fields.get(subject.kind, "")
        if value and pseudonyms_where_given(epoch.key, domain, [value]) == [subject.pseudonym]:
            yield fields
