"""The targets that a mapping may name for a column of a source."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from gateway.dictionary import Dictionary, unknown_place
from gateway.dictionary.attributes import Attribute, AttributeKind
from gateway.member.model.activities import MEASURES
from gateway.member.model.snapshot import CONSENT
from gateway.sources.model.washington_group import DOMAINS, LEVELS, NOT_ASKED

CASE, PERSON, ACCIDENT, BIRTH = "case_id", "national_id", "accident_id", "birth_date"
AGE, DATE, PLACE = "age", "date", "place"
AGE_MONTHS = "age_months"
"""The age of small children in months, in a column beside that of the years."""
PILLAR, STATUS, BARRIER = "va_pillar", "service_status", "service_barrier"
SERVICE, ITEM, COST = "service_id", "service_item", "cost_usd"
SERVICE_DATE, SERVICE_PLACE, PROVIDER = "service_date", "service_place", "provider"
CONTACT = frozenset({PILLAR, STATUS, BARRIER, SERVICE, ITEM, COST, SERVICE_DATE, SERVICE_PLACE, PROVIDER})
"""Targets of a table of contacts only (contacts.py)."""

ACTIVITY, ACTIVITY_DATE, ACTIVITY_TYPE = "activity_id", "activity_date", "activity_type"
OPERATOR = "operator"
"""Who held an activity."""
SESSIONS, REACHED, AREAS = MEASURES
OF_SHEETS = frozenset({ACTIVITY, ACTIVITY_DATE, ACTIVITY_TYPE, OPERATOR, *MEASURES})
"""Targets of a table of activities only (activities.py)."""

MARKING = "MARK"
"""The kind of activity whose sheets are about areas and not about sessions."""

MOST_OF_A_SHEET = 10_000_000
"""The largest number that a sheet of an activity can say: a broadcast reaches a country."""

HOME, DISTRICT, COMMUNE = "home_place", "district", "commune"
PLACES = frozenset({PLACE, HOME, SERVICE_PLACE})
"""Targets that are provinces."""

MADE_OF_CONTACTS: Mapping[str, str] = MappingProxyType({PILLAR: "status"})
"""Attributes made of contacts: for each pillar its farthest status."""

REPLACED: Mapping[str, str] = MappingProxyType({"barrier": BARRIER})
"""Targets of before that are no dimensions now, each with the target of a table of contacts in its place."""

FARTHEST = ("NO_NEED", "NEED", "REF", "UNAVAIL", "DECL", "RECV")
"""The statuses of a contact in the order in which the farther one counts; UNK stands outside of it."""

NO_UNMET, UNSTATED = "NO_UNMET", "NOT_TOLD"
"""Codes of the main barrier that no contact tells: without an unmet need, and with one that tells nothing."""

_MADE_OF_CLIENTS = frozenset({"service_date", "home", "age_now", "client", "barrier_main", "pillar"})
"""Dimensions that no column tells: they follow from contacts and from what is known of a person."""

FORMER_CODES: Mapping[tuple[str, str], str] = MappingProxyType({(STATUS, "REFUSED"): "DECL"})
"""Codes of earlier versions by target, each with the code that replaces it."""


class Kind(StrEnum):
    """How a target is read."""

    IDENTIFIER = "identifier"  # becomes a pseudonym
    DATE = "date"
    AGE = "age"  # years, or an age band
    CODE = "code"  # a code of the dictionary
    SEVERAL = "several"  # several codes in one cell, each a yes-or-no dimension
    LOCAL = "local"  # a local code of the member state
    NUMBER = "number"  # a whole number
    AMOUNT = "amount"  # money


@dataclass(frozen=True)
class Target:
    """`codes`: the possible values (none for identifiers and dates).

    `unknown`: the code of a blank or unreadable value; where `unknown` is None no code can replace the value,
    and the row is left out.
    """

    name: str
    kind: Kind
    codes: frozenset[str] = frozenset()
    unknown: str | None = None
    essential: bool = False
    most: int = 0
    """The greatest value of a number."""


def targets(dictionary: Dictionary, member: str) -> Mapping[str, Target]:
    """Every target by name, for one member state."""
    found = [
        Target(CASE, Kind.IDENTIFIER, essential=True),
        Target(PERSON, Kind.IDENTIFIER),
        Target(ACCIDENT, Kind.IDENTIFIER),
        Target(BIRTH, Kind.DATE),
        # nobody belongs to the shared population without consent: unreadable consent counts as none
        Target(CONSENT, Kind.CODE, frozenset(dictionary.consent), "N"),
    ]
    found += [Target(domain, Kind.CODE, frozenset(LEVELS), NOT_ASKED) for domain in DOMAINS]
    several: dict[str, set[str]] = {}
    for name, dim in dictionary.dimensions.items():
        if name in _MADE_OF_CLIENTS:
            continue
        level = dictionary.base_level(name)
        if name in (DATE, ACTIVITY_DATE):
            found.append(Target(name, Kind.DATE, essential=True))
            continue
        codes = frozenset(dictionary.codes(level, member=member))
        unknown = (
            unknown_place(member) if name == PLACE else next((c for c in ("UNK", "U") if c in codes), None)
        )
        kind = Kind.AGE if name == AGE else Kind.CODE
        found.append(Target(name, kind, codes, unknown, essential=unknown is None))
        if name == AGE:
            found.append(Target(AGE_MONTHS, Kind.AGE, codes, unknown))
        if dim.yes_no:
            several.setdefault(dim.part_of, set()).add(name.partition(".")[2])
    found += [Target(name, Kind.SEVERAL, frozenset(codes), "UNK") for name, codes in several.items()]
    found += [
        Target(PILLAR, Kind.CODE, frozenset(_pillars(dictionary)) | {"UNK"}, "UNK"),
        Target(STATUS, Kind.CODE, frozenset(FARTHEST) | {"UNK"}, "UNK"),
        Target(BARRIER, Kind.CODE, frozenset(_barriers(dictionary)) | {"NONE", "UNK"}, "UNK"),
    ]
    found += [Target(ACTIVITY, Kind.IDENTIFIER), Target(OPERATOR, Kind.IDENTIFIER)]
    found += [Target(measure, Kind.NUMBER, most=MOST_OF_A_SHEET) for measure in MEASURES]
    found += [_of_attribute(a, dictionary, member) for a in dictionary.attributes.values()]
    return {target.name: target for target in found}


def _barriers(dictionary: Dictionary) -> Iterator[str]:
    return (code for code in dictionary.codes("barrier_main") if code not in (NO_UNMET, UNSTATED))


def _pillars(dictionary: Dictionary) -> Iterator[str]:
    for dim in dictionary.dimensions.values():
        if dim.part_of == MADE_OF_CONTACTS[PILLAR]:
            yield dim.name.partition(".")[2]


def _of_attribute(attribute: Attribute, dictionary: Dictionary, member: str) -> Target:
    kind = _KINDS[attribute.kind]
    if attribute.kind is AttributeKind.PROVINCE:
        level = dictionary.base_level(PLACE)
        return Target(
            attribute.name, kind, frozenset(dictionary.codes(level, member=member)), unknown_place(member)
        )
    unknown = None if kind in (Kind.IDENTIFIER, Kind.AMOUNT) else "UNK"
    codes = frozenset(attribute.codes)
    if kind is Kind.NUMBER:
        codes = frozenset(map(str, range(attribute.most + 1))) | {"UNK"}
    return Target(attribute.name, kind, codes, unknown, most=attribute.most)


_KINDS = {
    AttributeKind.CODES: Kind.CODE,
    AttributeKind.PROVINCE: Kind.CODE,
    AttributeKind.LOCAL: Kind.LOCAL,
    AttributeKind.NUMBER: Kind.NUMBER,
    AttributeKind.MONTH: Kind.DATE,
    AttributeKind.AMOUNT: Kind.AMOUNT,
    AttributeKind.IDENTIFIER: Kind.IDENTIFIER,
}
