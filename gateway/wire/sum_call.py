"""A round of secure sums as the hub calls for contributions, and the strict reading of such messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from audit.errors import AuditError
from audit.formats.encoding import parse_base64, to_base64
from gateway.errors import SafelaneError

Codes: TypeAlias = tuple[str, ...]
"""A cell by its codes, one code for each axis of the answer."""


class SumFormatError(SafelaneError):
    """A malformed message about secure sums, or a message that its member did not sign."""


@dataclass(frozen=True)
class CalledSum:
    """A cell to be summed, and over whom."""

    cell: Codes
    members: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {"cell": list(self.cell), "members": list(self.members)}


@dataclass(frozen=True)
class SumCall:
    """A round: the log entry that began the round with its proof, the sums, and every participant's
    consent.
    """

    question_id: str
    entry: bytes
    receipt: str
    sums: tuple[CalledSum, ...]
    consents: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "consents": list(self.consents),
            "entry": to_base64(self.entry),
            "question_id": self.question_id,
            "receipt": self.receipt,
            "sums": [s.as_json() for s in self.sums],
        }


def sum_call_from_json(data: Mapping[str, Any]) -> SumCall:
    """Raises SumFormatError."""
    try:
        call = SumCall(
            question_id=text(data["question_id"]),
            entry=parse_base64(data["entry"], "log entry"),
            receipt=str(data["receipt"]),
            sums=tuple(CalledSum(codes(s["cell"]), codes(s["members"])) for s in data["sums"]),
            consents=tuple(str(note) for note in data["consents"]),
        )
    except (AuditError, AttributeError, KeyError, TypeError, ValueError):
        raise SumFormatError("A call for totals is not in the form of one.") from None
    if call.as_json() != dict(data):
        raise SumFormatError("A call for totals has fields that it should not have.")
    return call


def text(value: object) -> str:
    if not isinstance(value, str) or not value or len(value) > 200:
        raise ValueError
    return storable(value)


def storable(value: str) -> str:
    """Text that every database keeps. Raises ValueError for half a surrogate pair, and for the character
    NUL.
    """
    value.encode()
    if "\0" in value:
        raise ValueError
    return value


def number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise ValueError
    return value


def codes(value: object) -> Codes:
    if not isinstance(value, list):
        raise TypeError
    return tuple(text(code) for code in value)
