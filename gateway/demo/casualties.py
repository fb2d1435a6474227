"""Draws casualties that add up to a calibration: codes of the dictionary and dates, without names."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from gateway.demo.calibration import GROUPS, REST, Calibration, YearPlan, shared_out

SEX_AND_AGE: Mapping[str, tuple[str, str]] = {
    "MEN": ("M", "ADULT"),
    "WOMEN": ("F", "ADULT"),
    "BOYS": ("M", "CHILD"),
    "GIRLS": ("F", "CHILD"),
    "ADULT_UNK": ("U", "ADULT_UNK"),
    "UNK": ("U", "UNK"),
}
MANY = 2_000
"""Casualties of one kind of device in a year; beyond this number, accidents are drawn the faster way."""

_CONSENT = {"N": 0.02, "NAT": 0.04, "AGG": 0.6, "REC": 0.34}
_INJURIES = {"AMP_L": 0.17, "AMP_U": 0.06, "AMP_M": 0.02, "EYE": 0.12, "EAR": 0.1, "BURN": 0.08, "FRAG": 0.55}
_ACTIVITIES: Mapping[str, Mapping[str, int]] = {
    "CHILD": {"PLAY": 30, "HAND": 32, "HERD": 14, "FORE": 8, "WOOD": 6, "TRAV": 6, "STND": 4},
    "ADULT": {
        "FARM": 36, "FORE": 14, "TRAV": 16, "HAND": 10, "WOOD": 7, "SCRAP": 4, "HERD": 4, "CONS": 3,
        "FISH": 2, "FIRE": 2, "STND": 1, "UNK": 1,
    },
    "DEM": {"DEM": 96, "TRAV": 4},
    "MIL": {"MIL": 80, "TRAV": 18, "UNK": 2},
}  # fmt: skip
_DUTY = ("DEM", "MIL")
_FIRST_ON_DUTY = ("MEN", "WOMEN", "ADULT_UNK", "UNK", "BOYS", "GIRLS")
_ACCIDENTS_BY_MONTH = (9, 10, 12, 12, 9, 7, 6, 6, 6, 7, 8, 8)
_SHARES_UNTIL = (np.cumsum(_ACCIDENTS_BY_MONTH) / np.sum(_ACCIDENTS_BY_MONTH)).tolist()
"""Share of a year's accidents until the end of each month."""


@dataclass(frozen=True)
class Casualty:
    """One person in one accident, in the dictionary's codes; `age` in years, None when unknown."""

    number: int
    accident: int
    date: str
    place: str
    device: str
    sex: str
    age: int | None
    age_group: str
    civ_status: str
    outcome: str
    activity: str
    injuries: tuple[str, ...]
    consent: str


def draw(
    calibration: Calibration, dice: np.random.Generator, after: Casualty | None = None
) -> list[Casualty]:
    """Draw all casualties of a member, in the order of the years. The same dice draw the same people.

    `after` is the last casualty drawn before; numbers continue from there.
    """
    casualties = [after] if after else []
    for plan in calibration.years:
        accident = casualties[-1].accident + 1 if casualties else 1
        number = casualties[-1].number + 1 if casualties else 1
        casualties += _year(plan, calibration, dice, accident, number)
    return casualties[1:] if after else casualties


def _year(
    plan: YearPlan, calibration: Calibration, dice: np.random.Generator, accident: int, number: int
) -> list[Casualty]:
    """Draw one year: accidents with one device and place each, then the people in the accidents."""
    counts = {name: _exact(plan, name, calibration, dice) for name in calibration.usual}
    accidents = _accidents(plan, counts["device"], calibration, dice)
    where = [a for a, (_, _, _, size) in enumerate(accidents) for _ in range(size)]
    people = _people(plan, counts, dice)
    made = []
    for n, (in_accident, (group, status, outcome)) in enumerate(zip(where, people, strict=True)):
        date, place, device, _ = accidents[in_accident]
        sex, age_group = SEX_AND_AGE[group]
        made.append(
            Casualty(
                number=number + n,
                accident=accident + in_accident,
                date=date,
                place=place,
                device=device,
                sex=sex,
                age=_age(age_group, dice),
                age_group=age_group,
                civ_status=status,
                outcome=outcome,
                activity=_pick(_ACTIVITIES[_activity_of(status, age_group)], dice),
                injuries=_injuries(outcome, dice),
                consent=_pick(_CONSENT, dice),
            )
        )
    return made


def _exact(plan: YearPlan, name: str, calibration: Calibration, dice: np.random.Generator) -> dict[str, int]:
    """Return the count of each code: as published, published groups split by the usual shares."""
    usual = calibration.usual[name]
    published = plan.counts.get(name)
    if published is None:
        return _split(plan.total, usual, dice)
    counts: dict[str, int] = {}
    for code, n in published.items():
        inside = _codes_of(code, published, usual)
        parts = {code: n} if not inside else _split(n, {c: usual[c] for c in inside}, dice)
        for part, size in parts.items():
            counts[part] = counts.get(part, 0) + size
    return counts


def _codes_of(code: str, published: Mapping[str, int], usual: Mapping[str, int]) -> list[str]:
    if code == REST:
        return [c for c in usual if c not in published]
    return [c for c in GROUPS.get(code, ()) if c in usual]


def _split(total: int, usual: Mapping[str, float], dice: np.random.Generator) -> dict[str, int]:
    weights = np.array(list(usual.values()), dtype=np.float64)
    return dict(zip(usual, dice.multinomial(total, weights / weights.sum()).tolist(), strict=True))


def _accidents(
    plan: YearPlan, devices: Mapping[str, int], calibration: Calibration, dice: np.random.Generator
) -> list[tuple[str, str, str, int]]:
    """Draw date, place, device and size of every accident of a year; sizes have a heavy tail."""
    present = {device: n for device, n in devices.items() if n}
    if not present:
        return []
    sizes = np.array(list(present.values()), dtype=np.float64)
    extra = shared_out(max(plan.accidents - len(present), 0), np.maximum(sizes - 1, 1e-9))
    accidents = []
    for (device, people), more in zip(present.items(), extra, strict=True):
        for size in _sizes(people, min(people, 1 + more), dice):
            place, day = _pick(calibration.provinces, dice), _date(plan.year, dice)
            accidents.append((day, _as_of(day, place, calibration), device, size))
    dice.shuffle(accidents)
    return accidents


def _as_of(day: str, place: str, calibration: Calibration) -> str:
    """Return the province, or the part of a divided province as of the day; without dice, so that no draw
    changes.
    """
    division = calibration.divided.get(place)
    if division is None or day <= division["after"]:
        return place
    parts: list[str] = division["into"]
    return parts[int(day[-2:]) % len(parts)]


def _sizes(people: int, accidents: int, dice: np.random.Generator) -> list[int]:
    """Let everybody beyond the first of each accident join an accident in proportion to its size."""
    if people > MANY:
        return _sizes_of_many(people, accidents, dice)
    sizes = [1] * accidents
    for _ in range(people - accidents):
        weights = np.array(sizes, dtype=np.float64)
        sizes[int(dice.choice(accidents, p=weights / weights.sum()))] += 1
    return sizes


def _sizes_of_many(people: int, accidents: int, dice: np.random.Generator) -> list[int]:
    """Draw by the same law as an urn: joining the accident of a uniformly drawn person needs no sum of
    weights.
    """
    urn = list(range(accidents))
    for drawn in dice.random(people - accidents).tolist():
        urn.append(urn[int(drawn * len(urn))])
    return [int(size) for size in np.bincount(urn, minlength=accidents)]


def _people(
    plan: YearPlan, counts: Mapping[str, dict[str, int]], dice: np.random.Generator
) -> list[tuple[str, str, str]]:
    """Draw sex and age, status and outcome of a year's people, each adding up, paired at random.

    Deminers and soldiers are men as long as men remain.
    """
    statuses = _shuffled(counts["civ_status"], dice)
    duty = [s for s in statuses if s in _DUTY]
    others = [s for s in statuses if s not in _DUTY]
    groups = _shuffled(counts["sexage"], dice)
    if plan.sexage_of_civilians:
        groups += ["MEN"] * len(duty)
    groups.sort(key=_FIRST_ON_DUTY.index)
    on_duty, at_home = groups[: len(duty)], groups[len(duty) :]
    dice.shuffle(at_home)
    pairs = list(zip(on_duty + at_home, duty + others, strict=True))
    dice.shuffle(pairs)
    return [(g, s, o) for (g, s), o in zip(pairs, _shuffled(counts["outcome"], dice), strict=True)]


def _shuffled(counts: Mapping[str, int], dice: np.random.Generator) -> list[str]:
    codes = [code for code, n in counts.items() for _ in range(n)]
    dice.shuffle(codes)
    return codes


def _date(year: int, dice: np.random.Generator) -> str:
    month = bisect_right(_SHARES_UNTIL, dice.random()) + 1
    return f"{year}-{month:02d}-{int(dice.integers(1, 29)):02d}"


def _age(group: str, dice: np.random.Generator) -> int | None:
    if group == "CHILD":
        return int(min(17, 2 + dice.binomial(17, 0.55)))
    if group == "ADULT":
        return int(min(84, 18 + dice.gamma(2.0, 9.0)))
    return None


def _activity_of(status: str, age_group: str) -> str:
    if status in _DUTY:
        return status
    return "CHILD" if age_group == "CHILD" else "ADULT"


def _injuries(outcome: str, dice: np.random.Generator) -> tuple[str, ...]:
    """Draw injuries, for the injured only; at least one each."""
    if outcome != "I":
        return ()
    drawn = dice.random(len(_INJURIES))
    found = tuple(c for c, chance, d in zip(_INJURIES, _INJURIES.values(), drawn, strict=True) if d < chance)
    return found or ("OTH",)


def _pick(weights: Mapping[str, float], dice: np.random.Generator) -> str:
    steps = list(accumulate(weights.values()))
    return list(weights)[bisect_right(steps, dice.random() * steps[-1])]
