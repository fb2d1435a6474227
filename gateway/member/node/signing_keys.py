"""Whose signatures count at this node: keys are introduced, replaced and revoked, and each change is logged.

The first key is introduced by whoever sets the node up. Every further one is vouched for by a controller
whose key counts already, so that nobody becomes a second person by making a key.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from audit.errors import AuditError
from audit.events.events import KeyChanged, KeyRevoked, whole_second
from audit.formats.note import Verifier
from gateway.member.errors import KeyRefusedError, SignatureRefusedError
from gateway.member.model.signing_key import Duty, Holder
from gateway.member.node import log_entries
from gateway.member.node.context import Node
from gateway.member.node.ports import UnitOfWork, View
from gateway.member.node.signed_statements import Act, check, statement

USE = "controller"
"""What the log says that these keys are for."""

_NAME = re.compile(r"[a-z][a-z0-9.-]{1,39}")


def counting(view: View) -> list[Holder]:
    """Those whose signatures count now."""
    return [holder for holder in view.holders() if holder.counts]


def persons(view: View) -> int:
    """How many people can sign now, with however many keys."""
    return len({holder.name for holder in counting(view)})


def holder_of(view: View, name: str) -> Holder:
    """The person of this name whose key counts. Raises KeyRefusedError."""
    found = [holder for holder in counting(view) if holder.name == name]
    if not found:
        names = ", ".join(sorted(h.name for h in counting(view))) or "nobody"
        raise KeyRefusedError(
            f"No key of {name!r} counts at this node.",
            remedy=f"Keys count of: {names}. Make one with `safelane keys create`.",
        )
    return found[-1]


def key_name(node: Node, name: str) -> str:
    """What a person's key signs under. Raises KeyRefusedError for a name that no key can have."""
    if not _NAME.fullmatch(name):
        raise KeyRefusedError(
            f"{name!r} cannot name a person here.",
            remedy="Use two to forty small letters, digits, dots and hyphens, a letter first: sok.dara.",
        )
    return f"{node.log.origin.removesuffix('/log')}/{name}"


def introduction(node: Node, name: str, key: str, duty: Duty) -> str:
    """What the new key itself signs, and with it a controller, where there is one."""
    return statement(Act.INTRODUCE, node.member, name=name, key=key, duty=str(duty))


def introduce(node: Node, name: str, key: str, duty: Duty, note: str) -> Holder:
    """Let a new key count. `note`: the introduction, signed with it and by a controller whose key counts.

    Raises KeyRefusedError or SignatureRefusedError; nothing is changed then.
    """
    with node.store.writing() as work:
        known = counting(work)
        now = node.clock.now()
        if any(holder.name == name for holder in known):
            raise KeyRefusedError(
                f"A key of {name!r} counts already.", remedy="Replace it with `safelane keys rotate`."
            )
        new = _holder(node, name, key, duty, now)
        expected = introduction(node, name, key, duty)
        _check_own(note, expected, new)
        vouching = [holder for holder in known if holder.duty is Duty.CONTROLLER]
        if vouching:
            check(note, expected, vouching)
        elif duty is not Duty.CONTROLLER:
            raise KeyRefusedError("The first key must be a controller's.", remedy="Leave --duty out.")
        return _add(node, work, new, former=None, reason="introduced" if vouching else "first", now=now)


def replacement(node: Node, former: str, key: str) -> str:
    """What the former key and the new one sign when one takes over from the other."""
    return statement(Act.REPLACE, node.member, former=former, key=key)


def replace(node: Node, former: Holder, key: str, note: str) -> Holder:
    """Let a new key of the same person take over. Raises KeyRefusedError or SignatureRefusedError."""
    with node.store.writing() as work:
        now = node.clock.now()
        present = holder_of(work, former.name)
        new = _holder(node, former.name, key, present.duty, now)
        expected = replacement(node, present.key, key)
        _check_own(note, expected, new)
        check(note, expected, [present])
        added = _add(node, work, new, former=present.key, reason="replaced", now=now)
        work.end_key(present.key, now, revoked=False, because=added.index)
    return added


def revocation(node: Node, key: str, reason: str) -> str:
    """What a controller signs to revoke a key."""
    return statement(Act.REVOKE_KEY, node.member, key=key, reason=reason)


def revoke(node: Node, holder: Holder, reason: str, note: str | None) -> None:
    """From now on nothing signed with this key counts; what is in force already stays.

    Without `note` (a controller's signature) the log says so: a key that is lost must not need itself.
    """
    with node.store.writing() as work:
        now = node.clock.now()
        present = holder_of(work, holder.name)
        if note is not None:
            check(note, revocation(node, present.key, reason), counting(work))
        event = KeyRevoked(USE, present.key, reason, note is not None, whole_second(now))
        index = log_entries.record(node, work, event, {})
        work.end_key(present.key, now, revoked=True, because=index)


def _holder(node: Node, name: str, key: str, duty: Duty, now: datetime) -> Holder:
    """Raises KeyRefusedError for a key that is no Ed25519 key under this person's name."""
    try:
        signs_as = Verifier.parse(key).key.name
    except AuditError:
        raise KeyRefusedError("This is not a public key.", remedy="Nothing was changed.") from None
    if signs_as != key_name(node, name):
        raise KeyRefusedError(f"The key signs as {signs_as}, which is not {name!r} at this node.")
    return Holder(name, key, duty, now, -1)


def _check_own(note: str, expected: str, new: Holder) -> None:
    """Whoever brings a key must have it."""
    try:
        check(note, expected, [new])
    except SignatureRefusedError:
        raise SignatureRefusedError("The new key has not signed its own introduction.") from None


def _add(
    node: Node, work: UnitOfWork, new: Holder, *, former: str | None, reason: str, now: datetime
) -> Holder:
    event = KeyChanged(USE, former, new.key, reason, whole_second(now), whole_second(now))
    holder = Holder(new.name, new.key, new.duty, new.since, log_entries.record(node, work, event, {}))
    work.add_holder(holder, because=holder.index)
    return holder


def named(holders: Iterable[Holder]) -> str:
    """Their names, for a sentence."""
    return " and ".join(sorted({holder.name for holder in holders})) or "nobody"
