"""The messages of a secure sum: what a member would contribute, who takes part, and masked numbers.

There are three steps. With an answer, a member sends an *offer*: for the hub, bounds of the answer's withheld
cells; for the other members a signed *consent*, which reveals only the list of withheld cells. The hub's
*call* brings each contributor the list of all participants with their consents, and the proof that the list
was logged. The *contribution* is a signed note of numbers that reveal nothing without the numbers of all
participants.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.errors import AuditError
from audit.formats.canonical import canonical_json, load_canonical_object
from audit.formats.note import Note, Signer, Verifier, open_note, sign
from gateway.wire.answer import AskedEntry
from gateway.wire.signed_answer import SignedAnswer
from gateway.wire.sum_call import Codes, SumFormatError, codes, number, storable, text

VERSION = 1
CONTRIBUTION = "contribution"
"""Label of the commitment, in a member's own log, to the text of a contribution."""
TOTALS = "totals"
"""Label of the regional log's commitment to the sums of a round."""


@dataclass(frozen=True)
class Consent:
    """A member's word to all participants: the cells of the answer to `asked` to be contributed, under `key`.

    `contributors` is the smallest number of members, the member included, that the member's policy asks for.
    """

    asked: AskedEntry
    member: str
    snapshot: str
    key: bytes
    contributors: int
    cells: tuple[Codes, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "asked": {"index": self.asked.index, "leaf": self.asked.leaf, "origin": self.asked.origin},
            "cells": [list(c) for c in self.cells],
            "contributors": self.contributors,
            "key": self.key.hex(),
            "member": self.member,
            "snapshot": self.snapshot,
            "v": VERSION,
        }


@dataclass(frozen=True)
class OfferedCell:
    """A cell of the consent, for the hub: the bounds of its count, and a number shared by cells with common
    sums.
    """

    cell: Codes
    low: int
    high: int
    component: int

    def as_json(self) -> dict[str, Any]:
        return {"cell": list(self.cell), "component": self.component, "high": self.high, "low": self.low}


@dataclass(frozen=True)
class Offer:
    """For the hub: the consent's note with bounds of the cells, and the member's k.

    Without a consent ("") the member contributes nothing, and there are only bounds. `least_of` and `most_of`
    bound every withheld cell of the answer, in row-major order; None where no bound follows. All bounds
    follow from the cells of the member's cube that the requester may obtain for the question's purpose.
    """

    question_id: str
    consent: str
    least_of: tuple[int, ...]
    most_of: tuple[int | None, ...]
    cells: tuple[OfferedCell, ...]
    threshold: int

    def as_json(self) -> dict[str, Any]:
        return {
            "cells": [c.as_json() for c in self.cells],
            "consent": self.consent,
            "high": list(self.most_of),
            "low": list(self.least_of),
            "question_id": self.question_id,
            "threshold": self.threshold,
        }


@dataclass(frozen=True)
class Contribution:
    """A member's masked numbers, one number for each sum with the member among its participants, in the order
    of the call.
    """

    question_id: str
    asked: AskedEntry
    member: str
    roster: bytes
    masked: tuple[int, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "asked": {"index": self.asked.index, "leaf": self.asked.leaf, "origin": self.asked.origin},
            # As text: JSON's numbers are not exact in every reader beyond 2^53.
            "masked": [f"{number:016x}" for number in self.masked],
            "member": self.member,
            "question": self.question_id,
            "roster": self.roster.hex(),
            "v": VERSION,
        }


SignedContribution = SignedAnswer
"""A contribution's note with the entry of the member's own log and its proof, in the form of an answer."""


def sign_text(body: Mapping[str, Any], signer: Signer) -> str:
    """The note of a consent or a contribution."""
    return str(sign(canonical_json(dict(body)).decode() + "\n", signer))


def open_consent(note: str, verifier: Verifier) -> Consent:
    """Read a consent. Raises SumFormatError for a malformed consent, or unless `verifier` verifies the
    signature.
    """
    data = _opened(note, verifier)
    try:
        consent = Consent(
            asked=_asked(data["asked"]),
            member=text(data["member"]),
            snapshot=text(data["snapshot"]),
            key=bytes.fromhex(text(data["key"])),
            contributors=number(data["contributors"]),
            cells=tuple(codes(c) for c in data["cells"]),
        )
    except (KeyError, TypeError, ValueError):
        raise SumFormatError("A consent is not in the form of one.") from None
    if consent.as_json() != data:
        raise SumFormatError("A consent has fields that it should not have.")
    return consent


def consenting(note: str) -> str:
    """The member that a note claims to come from, before any signature is checked. Raises SumFormatError."""
    try:
        return text(
            load_canonical_object(Note.parse(note).text.removesuffix("\n").encode(), "consent")["member"]
        )
    except (AuditError, KeyError, ValueError):
        raise SumFormatError("A consent is not in the form of one.") from None


def open_contribution(note: str, verifier: Verifier) -> Contribution:
    """Read a contribution. Raises SumFormatError if malformed, or unless `verifier` verifies the
    signature.
    """
    data = _opened(note, verifier)
    try:
        made = Contribution(
            question_id=text(data["question"]),
            asked=_asked(data["asked"]),
            member=text(data["member"]),
            roster=bytes.fromhex(text(data["roster"])),
            masked=tuple(int(text(n), 16) for n in data["masked"]),
        )
    except (KeyError, TypeError, ValueError):
        raise SumFormatError("A contribution is not in the form of one.") from None
    if made.as_json() != data:
        raise SumFormatError("A contribution has fields or numbers that it should not have.")
    return made


def offer_from_json(data: Mapping[str, Any]) -> Offer:
    """Raises SumFormatError."""
    try:
        offer = Offer(
            question_id=text(data["question_id"]),
            consent=storable(str(data["consent"])),
            least_of=tuple(number(n) for n in data["low"]),
            most_of=tuple(None if n is None else number(n) for n in data["high"]),
            cells=tuple(
                OfferedCell(codes(c["cell"]), number(c["low"]), number(c["high"]), number(c["component"]))
                for c in data["cells"]
            ),
            threshold=number(data["threshold"]),
        )
    except (KeyError, TypeError, ValueError):
        raise SumFormatError("An offer is not in the form of one.") from None
    if offer.as_json() != dict(data) or len(offer.least_of) != len(offer.most_of):
        raise SumFormatError("An offer has fields that it should not have.")
    return offer


def _opened(note: str, verifier: Verifier) -> dict[str, Any]:
    try:
        parsed = Note.parse(note)
        open_note(parsed, [verifier])
        return load_canonical_object(parsed.text.removesuffix("\n").encode(), "note")
    except AuditError as error:
        raise SumFormatError(f"A message about totals cannot be trusted: {error}.") from None


def _asked(data: Mapping[str, Any]) -> AskedEntry:
    return AskedEntry(text(data["origin"]), number(data["index"]), text(data["leaf"]))
