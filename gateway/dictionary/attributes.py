"""Attributes beside the dimensions: read, checked and kept, but never a dimension of counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from gateway.dictionary.coding import UNKNOWN


class AttributeKind(StrEnum):
    """The kind of an attribute's values."""

    CODES = "codes"  # those that the dictionary lists
    PROVINCE = "province"  # a province of the member's own
    LOCAL = "local"  # a code of the state's own: a district, a commune
    NUMBER = "number"  # a whole number from 0 to `most`
    MONTH = "month"  # a date, kept to the month
    AMOUNT = "amount"  # US dollars, kept in cents
    IDENTIFIER = "identifier"  # becomes an internal pseudonym


@dataclass(frozen=True)
class Attribute:
    """`of` is the subject, a casualty or a contact. `codes` with their labels; `most`: the largest number."""

    name: str
    label: str
    of: str
    kind: AttributeKind
    codes: Mapping[str, str]
    most: int = 0


def read_attributes(part: Mapping[str, Mapping[str, Any]], countries: str) -> Mapping[str, Attribute]:
    """Read the dictionary's attributes; `countries`: the two-letter codes of ISO 3166-1, as CSV."""
    found = {
        name: _attribute(name, of, body, countries)
        for of, each in part.items()
        for name, body in each.items()
    }
    return MappingProxyType(found)


def _attribute(name: str, of: str, body: Mapping[str, Any], countries: str) -> Attribute:
    listed = body.get("codes", {})
    codes = {code: code for code in countries.split()[1:]} if listed == "countries" else dict(listed)
    if codes:
        codes[UNKNOWN] = "unknown"
    kind = AttributeKind(body.get("kind", AttributeKind.CODES))
    return Attribute(name, body["label"], of, kind, MappingProxyType(codes), body.get("most", 0))
