"""Invented victims in plain terms, which the messy registers write down each in its own way."""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from gateway.dictionary import regional

TODAY = date(2026, 11, 25)


@dataclass(frozen=True)
class Victim:
    """`case` and `accident` are numbers from 1 on; `place` and other facts are codes of the dictionary."""

    case: int
    accident: int
    name: str
    day: date
    place: str
    sex: str
    months: int
    outcome: str
    device: str
    civ_status: str
    activity: str
    injuries: tuple[str, ...]

    @property
    def years(self) -> int:
        return self.months // 12


def victims(
    member: str, names: Sequence[str], *, seed: int, count: int, accidents: int, places: int = 8
) -> list[Victim]:
    """Victims of accidents, each accident with one victim at least, in the order of the cases."""
    dice = random.Random(seed)
    codes = sorted(
        p.code for p in regional().places.provinces.values() if p.member == member and not p.valid_from
    )
    codes = dice.sample(codes, min(places, len(codes)))
    happened = [
        (
            date(2015, 1, 1) + timedelta(days=dice.randrange(3650)),
            dice.choice(codes),
            dice.choice(["APM", "CMR", "ERW", "AVM"]),
        )
        for _ in range(accidents)
    ]
    whose = [*range(accidents), *(dice.randrange(accidents) for _ in range(count - accidents))]
    dice.shuffle(whose)
    found = []
    for case, accident in enumerate(whose, 1):
        day, place, device = happened[accident]
        outcome = dice.choice("KII")
        some = dice.sample(["AMP_L", "AMP_U", "EYE", "BURN"], dice.choice([0, 1, 1, 2]))
        found.append(
            Victim(
                case=case,
                accident=accident + 1,
                name=f"{dice.choice(names)} {dice.choice(names)}",
                day=day,
                place=place,
                sex=dice.choice("MMF"),
                months=dice.choice([dice.randrange(3, 24), *(dice.randrange(36, 900) for _ in range(9))]),
                outcome=outcome,
                device=device,
                civ_status=dice.choice(["CIV", "CIV", "CIV", "MIL"]),
                activity=dice.choice(["FARM", "TRAV", "PLAY", "WOOD", "SCRAP"]),
                injuries=tuple(sorted(some)) if outcome == "I" else (),
            )
        )
    return found


Meaning = str | frozenset[str]
"""The target of a column, "" for one to leave out; or several that are all right."""


@dataclass(frozen=True)
class Register:
    """A messy register on disk: `place` is what `member map suggest` is given.

    `meanings`: (table, heading as a draft writes it) -> what the column means.
    """

    member: str
    place: str
    people: Sequence[Victim]
    meanings: Mapping[tuple[str, str], Meaning]
    dimensions: tuple[str, ...] = ("sex", "outcome", "year", "place", "age")

    def true(self, dimension: str) -> Counter[str]:
        """How many victims there are of each code."""
        return Counter(_code(victim, dimension) for victim in self.people)


def _code(victim: Victim, dimension: str) -> str:
    if dimension == "year":
        return str(victim.day.year)
    if dimension == "age":
        bands = ((4, "0-4"), (9, "5-9"), (14, "10-14"), (17, "15-17"), (24, "18-24"), (34, "25-34"))
        more = (*bands, (44, "35-44"), (59, "45-59"), (200, "60+"))
        return next(band for last, band in more if victim.years <= last)
    return str(getattr(victim, dimension))


@dataclass(frozen=True)
class Shape:
    """A shape of register; `write` makes one in an empty folder."""

    name: str
    write: Callable[[Path], Register] = field(repr=False)


def any_of(*targets: str) -> frozenset[str]:
    """Several targets that are all right for a column."""
    return frozenset(targets)
