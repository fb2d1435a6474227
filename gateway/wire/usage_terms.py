"""What a member's policy asks of the recipient of an answer: part of the answer, and signed with it."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LONGEST_BASIS = 200
"""Characters of a legal basis, as in a policy."""

LONGEST_DAYS = 10**6
"""A policy's longest time is far shorter: a larger number is a fault."""


class PassOn(StrEnum):
    """Whether a recipient may pass an answer on; in the words of policies."""

    YES = "yes"
    WITH_CREDIT = "aggregates with credit"
    NO = "no"


@dataclass(frozen=True)
class Terms:
    """`retention_days`: how long a recipient may keep the answer, None without limit. `legal_basis`: the law,
    order or agreement named in the policy, one line; None where the policy names none.
    """

    retention_days: int | None
    redistribution: PassOn
    legal_basis: str | None

    def as_json(self) -> dict[str, Any]:
        return {
            "legal_basis": self.legal_basis,
            "redistribution": self.redistribution.value,
            "retention_days": self.retention_days,
        }


def terms_from_json(data: Mapping[str, Any]) -> Terms:
    """Read what `Terms.as_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    days, basis = data["retention_days"], data["legal_basis"]
    terms = Terms(
        None if days is None else _days(days),
        PassOn(data["redistribution"]),
        None if basis is None else _line(basis),
    )
    if terms.as_json() != data:
        raise ValueError
    return terms


def _days(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LONGEST_DAYS:
        raise ValueError
    return value


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories of characters that could break a line or reverse the text around them."""


def _line(value: object) -> str:
    """Check a text of the other side that people will read: one line, without control characters."""
    if not isinstance(value, str) or not value or len(value) > LONGEST_BASIS:
        raise ValueError
    if any(unicodedata.category(character) in _UNSEEN for character in value):
        raise ValueError
    return value
