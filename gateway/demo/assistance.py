"""What became of the demo's survivors: where they live, their disabilities, and assistance year by year.

Shares are those of the calibration's assumptions: no state publishes a table by pillar and sex, barriers by
province, or costs. What is published is about other units, and is not used here.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np

from gateway.demo.casualties import Casualty
from gateway.demo.contacts import AMPUTATIONS, LAST_EARLY_DAY, Contact, with_details
from gateway.demo.people import DemoPeople, Record

FOLLOWED = range(2022, 2026)
"""The years in which survivors are visited, whoever was hurt in or after FIRST_YEAR."""
FIRST_YEAR = 2010
ENROLLED: Mapping[str, float] = {"KH": 0.9, "LA": 0.8, "PH": 0.7}
"""Share of survivors who are clients, by member; other members' registers have no assistance."""
PILLARS: Mapping[str, tuple[str, ...]] = {
    "KH": ("DATA", "EMC", "REH", "PSS", "SEI", "LAW"),
    "LA": ("DATA", "EMC", "REH", "PSS", "SEI"),
    "PH": ("DATA", "REH", "SEI"),
}
_LOST_A_YEAR = 0.08
_NEED = {"DATA": 0.95, "EMC": 0.22, "REH": 0.55, "PSS": 0.35, "SEI": 0.60, "LAW": 0.14}
_RECEIVED = {"DATA": 0.80, "EMC": 0.75, "REH": 0.55, "PSS": 0.30, "SEI": 0.35, "LAW": 0.40}
_REST = {"NEED": 0.52, "REF": 0.26, "UNAVAIL": 0.16, "DECL": 0.06}
_BARRIERS = {"DIST": 0.45, "COST": 0.50, "INFO": 0.30, "QUAL": 0.15, "STIG": 0.10, "SEC": 0.06}
_NOT_STATED, _ASKED, _NEED_FIRST = 0.15, 0.6, 0.4
"""Unmet needs without a barrier; pillars asked about without a need; services after a visit of need alone."""
_STAYED = 0.80
"""Share of people who live in the province of their accident."""
_CAPITALS = {"KH": "KH-12", "LA": "LA-VT"}
_DISABILITY = {True: {"YES": 0.80, "NO": 0.12, "UNK": 0.08}, False: {"YES": 0.40, "NO": 0.50, "UNK": 0.10}}
_SEVERE = AMPUTATIONS | {"SPN"}


@dataclass(frozen=True)
class Life:
    """Where a person lives, and whether with a disability."""

    home: str
    disability: str


def lives_of(people: DemoPeople, seed: int) -> dict[int, Life]:
    """Return person -> life; the same seed gives the same lives."""
    dice = np.random.default_rng([seed, *people.member.encode(), 5])
    places = sorted({record.casualty.place for record in people.records})
    lives: dict[int, Life] = {}
    for record in people.records:
        if record.person not in lives:
            lives[record.person] = _life(people.member, record.casualty, places, dice)
    return lives


def follow_ups(people: DemoPeople, seed: int) -> list[tuple[Contact, ...]]:
    """Return the visits to every record's person, years after the accident; none to people who died."""
    dice = np.random.default_rng([seed, *people.member.encode(), 6])
    last = {record.person: number for number, record in enumerate(people.records)}
    dead = {record.person for record in people.records if record.casualty.outcome != "I"}
    return [
        tuple(_visits(people.member, record, dice))
        if last[record.person] == number and record.person not in dead and _followed(people.member, record)
        else ()
        for number, record in enumerate(people.records)
    ]


def deaths_of(people: DemoPeople) -> dict[int, date]:
    """Return person -> day of the accident in which the person was killed."""
    return {
        record.person: date.fromisoformat(record.casualty.date)
        for record in people.records
        if record.casualty.outcome == "K"
    }


def _followed(member: str, record: Record) -> bool:
    return member in ENROLLED and int(record.casualty.date[:4]) >= FIRST_YEAR


def _life(member: str, casualty: Casualty, places: Sequence[str], dice: np.random.Generator) -> Life:
    stayed, capital = dice.random() < _STAYED, dice.random() < 0.5
    elsewhere = places[int(dice.integers(len(places)))]
    moved = _CAPITALS.get(member, elsewhere) if capital else elsewhere
    disability = _drawn(_DISABILITY[not _SEVERE.isdisjoint(casualty.injuries)], dice)
    home = casualty.place if stayed or casualty.outcome != "I" else moved
    return Life(home, disability if casualty.outcome == "I" else "UNK")


def _visits(member: str, record: Record, dice: np.random.Generator) -> list[Contact]:
    hurt = date.fromisoformat(record.casualty.date)
    enrolled = dice.random() < ENROLLED[member]
    made: list[Contact] = []
    for year in FOLLOWED:
        lost = dice.random() < _LOST_A_YEAR
        enrolled = enrolled and not lost
        if enrolled and year > (hurt + timedelta(days=LAST_EARLY_DAY)).year:
            made += _of_year(member, hurt, year, dice)
    return made


def _of_year(member: str, hurt: date, year: int, dice: np.random.Generator) -> list[Contact]:
    """The contacts of one year, those of each pillar in chronological order."""
    first = (date(year, 1, 1) - hurt).days
    made = []
    for pillar in PILLARS[member]:
        day = first + int(dice.integers(5, 200))
        if dice.random() >= _NEED[pillar]:
            if dice.random() < _ASKED:
                made.append(_contact(pillar, "NO_NEED", day, dice))
            continue
        state = "RECV" if dice.random() < _RECEIVED[pillar] else _drawn(_REST, dice)
        if state != "NEED" and dice.random() < _NEED_FIRST:
            made.append(_contact(pillar, "NEED", day, dice))
        made.append(_contact(pillar, state, day + int(dice.integers(1, 150)), dice))
    return made


def _contact(pillar: str, state: str, day: int, dice: np.random.Generator) -> Contact:
    unmet = state in ("NEED", "REF", "UNAVAIL") and dice.random() >= _NOT_STATED
    made = with_details(Contact(pillar, state), dice)
    return Contact(
        pillar, state, made.item, made.provider, day, made.cents, _drawn(_BARRIERS, dice) if unmet else ""
    )


def _drawn(shares: Mapping[str, float], dice: np.random.Generator) -> str:
    """Draw as `dice.choice` does, which would add the shares up anew each time."""
    return list(shares)[bisect_right(_limits(tuple(shares.values())), dice.random())]


@cache
def _limits(shares: tuple[float, ...]) -> list[float]:
    limits = np.cumsum(np.array(shares) / np.array(shares).sum())
    added: list[float] = (limits / limits[-1]).tolist()
    return added
