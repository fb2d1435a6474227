"""The demo's people: invented, seeded, calibrated, with a truth table and a list of personal values."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gateway.demo.calibration import calibration, members
from gateway.demo.casualties import Casualty, draw
from gateway.demo.identities import Identity, identity, story
from gateway.dictionary import regional
from gateway.sources.rows.convert import age_band

HURT_AGAIN = 0.006
"""Share of casualties who had survived an earlier accident: the same person, counted in both."""

SHARED = frozenset({"AGG", "REC"})


@dataclass(frozen=True)
class Record:
    """One casualty with all values of a national register. `person` numbers the people."""

    casualty: Casualty
    identity: Identity
    narrative: str
    person: int

    @property
    def case_id(self) -> str:
        return f"{self.casualty.place[:2]}-{self.casualty.date[:4]}-{self.casualty.number:06d}"

    @property
    def accident_id(self) -> str:
        return f"ACC{self.casualty.accident:06d}"

    @property
    def codes(self) -> Mapping[str, str]:
        """Return the casualty in the dictionary's codes, by dimension, at the finest level."""
        return {dimension: code(self.casualty) for dimension, code in _CODES.items()}

    def code(self, dimension: str) -> str:
        """Return one of `codes`."""
        return _CODES[dimension](self.casualty)


def _age(casualty: Casualty) -> str:
    if casualty.age is not None:
        return age_band(casualty.age)
    return {"CHILD": "CHILD_UNK", "ADULT": "ADULT_UNK"}.get(casualty.age_group, casualty.age_group)


_CODES: Mapping[str, Callable[[Casualty], str]] = {
    "place": lambda c: c.place,
    "date": lambda c: c.date[:7],
    "age": _age,
    "sex": lambda c: c.sex,
    "device": lambda c: c.device,
    "activity": lambda c: c.activity,
    "civ_status": lambda c: c.civ_status,
    "outcome": lambda c: c.outcome,
    "victim_type": lambda _: "DIR",
}


@dataclass(frozen=True)
class DemoPeople:
    """All records of one member."""

    member: str
    records: tuple[Record, ...]

    def truth(self, levels: Iterable[str], consents: frozenset[str] = SHARED) -> dict[tuple[str, ...], int]:
        """Count the people in every cell over these levels, one by one."""
        dictionary = regional()
        levels = tuple(levels)
        dimensions = [dictionary.level(level).dimension for level in levels]
        cells: dict[tuple[str, ...], set[int]] = defaultdict(set)
        for record in self.records:
            if record.casualty.consent in consents:
                codes = record.codes
                cell = tuple(
                    dictionary.lift(codes[d], level) for d, level in zip(dimensions, levels, strict=True)
                )
                cells[cell].add(record.person)
        return {cell: len(people) for cell, people in cells.items()}

    def secrets(self) -> frozenset[str]:
        """Return every personal value in the records: names, numbers, phones, villages, birth dates,
        narratives.
        """
        found: set[str] = set()
        for record in self.records:
            found |= {record.case_id, record.narrative, *vars(record.identity).values()}
        return frozenset(found - {""})


def demo_members() -> tuple[str, ...]:
    """Return the members with demo people."""
    return members()


def make_people(member: str, seed: int, *, earlier: bool = False) -> DemoPeople:
    """Invent a member's people. The same seed gives the same people, independently of other members.

    `earlier` adds the decades before 2010 where the demo has figures (KH: 63,520 people more).
    """
    plan = calibration(member)
    dice = np.random.default_rng([seed, *member.encode()])
    casualties = draw(plan, dice)
    taken: set[str] = set()
    identities = [identity(member, casualty, dice, taken) for casualty in casualties]
    people = list(range(len(casualties)))
    for first, second in _hurt_again(casualties, identities, dice):
        casualties[second] = _hurt_as(casualties[first], casualties[second], identities[first])
        identities[second] = identities[first]
        people[second] = people[first]
    records = _records(casualties, identities, people, dice)
    if earlier and plan.earlier:
        before = draw(plan.earlier, dice, after=casualties[-1])
        strangers = [identity(member, casualty, dice, taken) for casualty in before]
        numbers = range(len(casualties), len(casualties) + len(before))
        records += _records(before, strangers, numbers, dice)
    return DemoPeople(member, tuple(records))


def _records(
    casualties: Sequence[Casualty],
    identities: Sequence[Identity],
    people: Sequence[int],
    dice: np.random.Generator,
) -> list[Record]:
    return [
        Record(casualty, who, story(casualty, who, dice), person)
        for casualty, who, person in zip(casualties, identities, people, strict=True)
    ]


def _hurt_again(
    casualties: list[Casualty], identities: list[Identity], dice: np.random.Generator
) -> list[tuple[int, int]]:
    """Pair casualties: a numbered adult who survived, and a later casualty of the same sex."""
    pairs: list[tuple[int, int]] = []
    used: set[int] = set()
    for later in np.flatnonzero(dice.random(len(casualties)) < HURT_AGAIN).tolist():
        second = casualties[later]
        fits = [
            n
            for n, first in enumerate(casualties[:later])
            if identities[n].national_id
            and first.outcome == "I"
            and first.age_group == second.age_group == "ADULT"
            and first.sex == second.sex
            and first.date < second.date
            and n not in used
        ]
        if fits and later not in used:
            earlier = fits[int(dice.integers(len(fits)))]
            pairs.append((earlier, later))
            used |= {earlier, later}
    return pairs


def _hurt_as(earlier: Casualty, casualty: Casualty, person: Identity) -> Casualty:
    """Return the later casualty as the same person's: older, with the same consent."""
    born, then = person.birth_date, casualty.date
    age = int(then[:4]) - int(born[:4]) - (then[5:] < born[5:])
    return replace(casualty, age=age, consent=earlier.consent)
