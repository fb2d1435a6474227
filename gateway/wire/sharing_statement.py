"""What a member's policy in force releases, as the member states with its polls.

A statement travels as a signed note (C2SP signed-note); the note's text is one line of canonical JSON. The
statement follows from the policy's text and from the list of tables in the member's protected cube, never
from the data. A statement only helps to ask well; the member's own decision about each question is what
counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.errors import AuditError
from audit.formats.canonical import canonical_json, load_canonical_object
from audit.formats.note import Note, Signer, Verifier, open_note, sign
from gateway.errors import SafelaneError
from gateway.wire.strict_values import number, text

VERSION = 2

LARGEST = 64 * 1024
"""Bytes of a statement. A policy of a hundred rules needs less."""

Words = tuple[str, ...]


class SharingError(SafelaneError):
    """A malformed statement of what is shared, or a statement that the member did not sign."""


@dataclass(frozen=True)
class Shared:
    """A permission: these recipients, for these purposes, these measures, at these levels.

    A table may use up to `max_dims` of the dimensions, in breakdown and filters together. `roles` None: any
    role. `approval_ready_made` and `approval`: whether a person must approve the answer to a ready-made
    question, and to any other question. All words are sorted, without repetition.
    """

    recipients: Words
    roles: Words | None
    purposes: Words
    measures: Words
    levels: Words
    max_dims: int
    ready_made_only: bool
    approval_ready_made: bool
    approval: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "approval": self.approval,
            "approval_ready_made": self.approval_ready_made,
            "levels": list(self.levels),
            "max_dims": self.max_dims,
            "measures": list(self.measures),
            "purposes": list(self.purposes),
            "ready_made_only": self.ready_made_only,
            "recipients": list(self.recipients),
            "roles": None if self.roles is None else list(self.roles),
        }


@dataclass(frozen=True)
class Never:
    """A prohibition, which wins over every permission; a prohibition applies where all its conditions apply.

    `show`: where any of these levels is used; `together`: where one level of each of these lists is used.
    None and empty: any.
    """

    recipients: Words | None
    roles: Words | None
    purposes: Words | None
    measures: Words | None
    show: Words
    together: tuple[Words, ...]

    def as_json(self) -> dict[str, Any]:
        who = {name: getattr(self, name) for name in _WHO}
        return {
            **{name: None if words is None else list(words) for name, words in who.items()},
            "show": list(self.show),
            "together": [list(levels) for levels in self.together],
        }


_WHO = ("recipients", "roles", "purposes", "measures")


@dataclass(frozen=True)
class Sharing:
    """`policy` None: no policy is in force. `snapshot` None: no tables are protected under this policy yet.

    `snapshot_date` is the last day that the records cover, `vintage` the day on which the records were
    loaded, `valid_until` the policy's last day; dates as YYYY-MM-DD.
    """

    member: str
    policy: str | None
    valid_until: str | None
    snapshot: str | None
    snapshot_date: str | None
    vintage: str | None
    shared: tuple[Shared, ...]
    never: tuple[Never, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "member": self.member,
            "never": [one.as_json() for one in self.never],
            "policy": self.policy,
            "shared": [one.as_json() for one in self.shared],
            "snapshot": self.snapshot,
            "snapshot_date": self.snapshot_date,
            "v": VERSION,
            "valid_until": self.valid_until,
            "vintage": self.vintage,
        }


def sign_sharing(sharing: Sharing, signer: Signer) -> str:
    """The statement's note, signed with the member's answer key."""
    return str(sign(canonical_json(sharing.as_json()).decode() + "\n", signer))


def open_sharing(note: str, verifier: Verifier) -> Sharing:
    """The statement in a note, once `verifier` has verified the signature. Raises SharingError."""
    if len(note) > LARGEST:
        raise SharingError("The statement of what is shared is larger than any policy needs.")
    try:
        parsed = Note.parse(note)
        open_note(parsed, [verifier])
    except AuditError as error:
        raise SharingError(f"The statement of what is shared cannot be trusted: {error}.") from None
    return sharing_of_text(parsed.text)


def sharing_of_text(said: str) -> Sharing:
    """Read the text of a note with a verified signature. Raises SharingError."""
    try:
        data = load_canonical_object(said.removesuffix("\n").encode(), "statement of what is shared")
        _check_version(data)
        sharing = _sharing(data)
    except (AuditError, AttributeError, KeyError, TypeError, ValueError):
        raise SharingError("The statement of what is shared is not in the form of one.") from None
    if sharing.as_json() != data:
        raise SharingError("The statement of what is shared has fields that it should not have.")
    return sharing


def _check_version(data: Mapping[str, Any]) -> None:
    if data["v"] == VERSION - 1:
        raise SharingError("The statement of what is shared is of a former version: upgrade the node.")


def _sharing(data: Mapping[str, Any]) -> Sharing:
    return Sharing(
        member=text(data["member"]),
        policy=_maybe(data["policy"]),
        valid_until=_maybe(data["valid_until"]),
        snapshot=_maybe(data["snapshot"]),
        snapshot_date=_maybe(data["snapshot_date"]),
        vintage=_maybe(data["vintage"]),
        shared=tuple(_shared(one) for one in data["shared"]),
        never=tuple(_never(one) for one in data["never"]),
    )


def _shared(data: Mapping[str, Any]) -> Shared:
    return Shared(
        recipients=_words(data["recipients"]),
        roles=_maybe_words(data["roles"]),
        purposes=_words(data["purposes"]),
        measures=_words(data["measures"]),
        levels=_words(data["levels"]),
        max_dims=number(data["max_dims"]),
        ready_made_only=_truth(data["ready_made_only"]),
        approval_ready_made=_truth(data["approval_ready_made"]),
        approval=_truth(data["approval"]),
    )


def _never(data: Mapping[str, Any]) -> Never:
    who = {name: _maybe_words(data[name]) for name in _WHO}
    together = tuple(_words(levels) for levels in data["together"])
    return Never(**who, show=_words(data["show"]), together=together)


def _words(value: object) -> Words:
    """Sorted, each once: the same policy has the same statement."""
    if not isinstance(value, list):
        raise TypeError
    words = tuple(text(word) for word in value)
    if list(words) != sorted(set(words)):
        raise ValueError
    return words


def _maybe_words(value: object) -> Words | None:
    return None if value is None else _words(value)


def _maybe(value: object) -> str | None:
    return None if value is None else text(value)


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value
