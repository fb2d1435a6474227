"""What a column of a source can become: the targets that a mapping may name."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from gateway.dictionary import Dictionary, unknown_place
from gateway.member.snapshot import CONSENT
from gateway.sources.washington import DOMAINS, LEVELS, NOT_ASKED

CASE, PERSON, ACCIDENT, BIRTH = "case_id", "national_id", "accident_id", "birth_date"
AGE, DATE, PLACE = "age", "date", "place"
PILLAR, STATUS, BARRIER = "va_pillar", "service_status", "service_barrier"
CONTACT = frozenset({PILLAR, STATUS, BARRIER})
"""Targets of a table of contacts only (contacts.py)."""

MADE_OF_CONTACTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {PILLAR: ("need", "referred", "service"), STATUS: (), BARRIER: ("barrier",)}
)
"""What becomes of them: sets of codes, each a yes-or-no dimension."""

STATES = frozenset({"NEED", "REF", "RECV", "REFUSED", "UNAVAIL", "UNK"})


class Kind(StrEnum):
    """How a target is read."""

    IDENTIFIER = "identifier"  # becomes a pseudonym
    DATE = "date"
    AGE = "age"  # years, or an age band
    CODE = "code"  # a code of the dictionary
    SEVERAL = "several"  # several codes in one cell, each a yes-or-no dimension


@dataclass(frozen=True)
class Target:
    """`codes`: those that the value may become (none for identifiers and dates). `unknown`: the code of a
    value that is blank or cannot be read; where it is None nothing can stand for it and the row is left out.
    """

    name: str
    kind: Kind
    codes: frozenset[str] = frozenset()
    unknown: str | None = None
    essential: bool = False


def targets(dictionary: Dictionary, member: str) -> Mapping[str, Target]:
    """Every target by its name, for one member state."""
    found = [
        Target(CASE, Kind.IDENTIFIER, essential=True),
        Target(PERSON, Kind.IDENTIFIER),
        Target(ACCIDENT, Kind.IDENTIFIER),
        Target(BIRTH, Kind.DATE),
        # without consent nobody belongs to the shared population: what cannot be read counts as none
        Target(CONSENT, Kind.CODE, frozenset(dictionary.consent), "N"),
    ]
    found += [Target(domain, Kind.CODE, frozenset(LEVELS), NOT_ASKED) for domain in DOMAINS]
    several: dict[str, set[str]] = {}
    for name, dim in dictionary.dimensions.items():
        level = dictionary.base_level(name)
        if name == DATE:
            found.append(Target(DATE, Kind.DATE, essential=True))
            continue
        codes = frozenset(dictionary.codes(level, member=member))
        unknown = (
            unknown_place(member) if name == PLACE else next((c for c in ("UNK", "U") if c in codes), None)
        )
        kind = Kind.AGE if name == AGE else Kind.CODE
        found.append(Target(name, kind, codes, unknown, essential=unknown is None))
        if dim.part_of:
            several.setdefault(dim.part_of, set()).add(name.partition(".")[2])
    found += [Target(name, Kind.SEVERAL, frozenset(codes), "UNK") for name, codes in several.items()]
    found += [
        Target(PILLAR, Kind.CODE, frozenset(several["service"]) | {"UNK"}, "UNK"),
        Target(STATUS, Kind.CODE, STATES, "UNK"),
        Target(BARRIER, Kind.CODE, frozenset(several["barrier"]) | {"NONE", "UNK"}, "UNK"),
    ]
    return {target.name: target for target in found}
