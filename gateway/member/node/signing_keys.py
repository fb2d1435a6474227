"""The signing keys of a node: keys are introduced, replaced and revoked, and each change is logged.

The operator who sets up the node introduces the first key. A controller with a valid key vouches for every
further key, so that nobody becomes a second person by making a key.
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
"""The use of these keys, in the words of the log."""

_NAME = re.compile(r"[a-z][a-z0-9.-]{1,39}")


def counting(view: View) -> list[Holder]:
    """The people whose signatures are valid now."""
    return [holder for holder in view.holders() if holder.counts]


def persons(view: View) -> int:
    """How many people can sign now, with however many keys."""
    return len({holder.name for holder in counting(view)})


def holder_of(view: View, name: str) -> Holder:
    """The person of this name with a valid key. Raises KeyRefusedError."""
    found = [holder for holder in counting(view) if holder.name == name]
    if not found:
        names = ", ".join(sorted(h.name for h in counting(view))) or "nobody"
        raise KeyRefusedError(
            f"No key of {name!r} counts at this node.",
            remedy=f"Keys count of: {names}. Make one with `safelane keys create`.",
        )
    return found[-1]


def key_name(node: Node, name: str) -> str:
    """The key name in a person's signatures. Raises KeyRefusedError for a malformed name."""
    if not _NAME.fullmatch(name):
        raise KeyRefusedError(
            f"{name!r} cannot name a person here.",
            remedy="Use two to forty small letters, digits, dots and hyphens, a letter first: sok.dara.",
        )
    return f"{node.log.origin.removesuffix('/log')}/{name}"


def introduction(node: Node, name: str, key: str, duty: Duty) -> str:
    """The statement to be signed by the new key and, where there is one, a controller."""
    return statement(Act.INTRODUCE, node.member, name=name, key=key, duty=str(duty))


def introduce(node: Node, name: str, key: str, duty: Duty, note: str) -> Holder:
    """Make a new key valid. `note`: the introduction, signed by the new key and by a controller with a valid
    key.

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
    """The statement to be signed by the former key and the new key in a replacement."""
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
    """The statement to be signed by a controller to revoke a key."""
    return statement(Act.REVOKE_KEY, node.member, key=key, reason=reason)


def revoke(node: Node, holder: Holder, reason: str, note: str | None) -> None:
    """End the validity of a key from now on; policies in force stay.

    Without `note` (a controller's signature) the log says so: the revocation of a lost key must not need the
    key.
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
    """A new holder. Raises KeyRefusedError unless the key is an Ed25519 key under this person's name."""
    try:
        signs_as = Verifier.parse(key).key.name
    except AuditError:
        raise KeyRefusedError("This is not a public key.", remedy="Nothing was changed.") from None
    if signs_as != key_name(node, name):
        raise KeyRefusedError(f"The key signs as {signs_as}, which is not {name!r} at this node.")
    return Holder(name, key, duty, now, -1)


def _check_own(note: str, expected: str, new: Holder) -> None:
    """Check that a new key has signed its own introduction."""
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
    """The holders' names, for a sentence."""
    return " and ".join(sorted({holder.name for holder in holders})) or "nobody"
