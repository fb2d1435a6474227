"""Statements that people sign: canonical JSON in a signed note (C2SP signed-note), with the signers.

A statement names the act, the member and the exact object of the act, so that no signature passes for
another.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from audit.errors import AuditError
from audit.formats.canonical import canonical_json, parse_json_object
from audit.formats.note import Note, Verifier, open_note
from gateway.member.errors import SignatureRefusedError
from gateway.member.model.signing_key import Holder


class Act(StrEnum):
    """The acts that people sign for."""

    INTRODUCE = "introduce-key"
    REPLACE = "replace-key"
    REVOKE_KEY = "revoke-key"
    REVIEW = "review-policy"
    PUBLISH = "publish-policy"
    REVOKE_POLICY = "revoke-policy"
    APPROVE = "approve-answer"
    REFUSE = "refuse-answer"
    REQUEST_EXTRACT = "request-extract"
    APPROVE_EXTRACT = "approve-extract"
    REFUSE_EXTRACT = "refuse-extract"


@dataclass(frozen=True)
class Signed:
    """A note with its known signers."""

    note: str
    by: tuple[Holder, ...]


def statement(act: Act, member: str, **about: str | int | bool) -> str:
    """The text to be signed."""
    return canonical_json({"act": str(act), "member": member, **about}).decode() + "\n"


def digest(text: str) -> str:
    """The name of a document in a statement: SHA-256, in hexadecimal. Stays in the country with the
    document.
    """
    return sha256(text.encode()).hexdigest()


def check(note: str, expected: str, holders: Iterable[Holder]) -> Signed:
    """The people among `holders` who signed exactly the text `expected`.

    Raises SignatureRefusedError for another text, a broken signature, or no signature by any of them.
    """
    known = {holder.key: holder for holder in holders}
    try:
        parsed = Note.parse(note)
        if parsed.text != expected:
            raise SignatureRefusedError(
                "The signature is on something else than this.",
                remedy="Nothing was changed. What was signed may have been edited since: sign it again.",
            )
        keys = open_note(parsed, [Verifier.parse(key) for key in known])
    except AuditError:
        raise SignatureRefusedError(
            "The signature is not by any key that counts at this node, or it does not hold.",
            remedy="Nothing was changed. `safelane keys list` says whose keys count.",
        ) from None
    return Signed(note, tuple(known[str(key)] for key in keys))


def signed_by(note: str, holders: Iterable[Holder]) -> tuple[Holder, ...]:
    """The people among `holders` who signed a note with any text. Raises SignatureRefusedError without
    any.
    """
    try:
        text = Note.parse(note).text
    except AuditError:
        raise SignatureRefusedError("This is not a signed statement.") from None
    return check(note, text, holders).by


def accepts_shared_values(note: str) -> bool:
    """Whether a publication accepts groups whose people share one value. Raises SignatureRefusedError."""
    try:
        return parse_json_object(Note.parse(note).text.encode(), "statement").get("accepts") is True
    except AuditError:
        raise SignatureRefusedError("This is not a signed publication.") from None
