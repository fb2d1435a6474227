"""What a person signs: one line of canonical JSON as a signed note (C2SP signed-note), and who signed it.

A statement names the act, the member and exactly what it is about, so that no signature passes for another.
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
    """What can be signed."""

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
    """A note with the people who are known to have signed it."""

    note: str
    by: tuple[Holder, ...]


def statement(act: Act, member: str, **about: str | int | bool) -> str:
    """The text that is signed."""
    return canonical_json({"act": str(act), "member": member, **about}).decode() + "\n"


def digest(text: str) -> str:
    """How a statement names a document: SHA-256, in hexadecimal. It stays in the state with the document."""
    return sha256(text.encode()).hexdigest()


def check(note: str, expected: str, holders: Iterable[Holder]) -> Signed:
    """Who of `holders` signed exactly the text `expected`.

    Raises SignatureRefusedError for another text, a broken signature, or none by any of them.
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
    """Who of `holders` signed a note, whatever it says. Raises SignatureRefusedError where nobody did."""
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
