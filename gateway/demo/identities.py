"""Names, numbers and stories for the demo's people, so that there is something to protect. All invented."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from gateway.demo.casualties import Casualty

WITHOUT_NUMBER = 0.3
"""Share of adults without a recorded national number."""
WITHOUT_PHONE = 0.4

_STORIES = (
    "{name}, {age}, from {village}, was {doing} when the device exploded. {parent} called {phone} for help.",
    "Interview with {parent} of {village}: {name} ({local}) had been {doing} since the morning.",
    "On {date} {name} was {doing} near {village}. ID {number}. The family can be reached at {phone}.",
    "{local} ({name}) was carried to the district hospital by {parent}. Witnesses say they were {doing}.",
)
_DOING = MappingProxyType(
    {
        "FARM": "ploughing", "HERD": "herding buffaloes", "FORE": "picking mushrooms", "WOOD": "cutting wood",
        "TRAV": "walking home", "PLAY": "playing", "HAND": "handling it", "SCRAP": "collecting scrap metal",
        "FIRE": "lighting a fire", "CONS": "digging a ditch", "FISH": "fishing", "DEM": "clearing a lane",
        "MIL": "on patrol", "STND": "standing by", "UNK": "outside",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Identity:
    """The personal values in a record, which must never leave the state; empty where not recorded."""

    name_latin: str
    name_local: str
    parent_name: str
    village: str
    national_id: str
    phone: str
    birth_date: str


def identity(member: str, casualty: Casualty, dice: np.random.Generator, taken: set[str]) -> Identity:
    """Invent a person for a casualty; the new number is added to `taken`."""
    names = _names()[member]
    latin, local = _full_name(names, casualty.sex, dice)
    child = casualty.age_group == "CHILD"
    number = "" if child or dice.random() < WITHOUT_NUMBER else _number(member, casualty, dice, taken)
    return Identity(
        name_latin=latin,
        name_local=local,
        parent_name=_full_name(names, "M" if dice.random() < 0.6 else "F", dice)[0],
        village=_village(names, dice),
        national_id=number,
        phone="" if dice.random() < WITHOUT_PHONE else _pattern(_PHONES[member], dice),
        birth_date=_birth_date(casualty, dice),
    )


def story(casualty: Casualty, person: Identity, dice: np.random.Generator) -> str:
    """Write a narrative as investigators do, full of personal values."""
    return _STORIES[int(dice.integers(len(_STORIES)))].format(
        name=person.name_latin,
        local=person.name_local,
        age="age unknown" if casualty.age is None else f"{casualty.age} years old",
        village=person.village,
        parent=person.parent_name,
        phone=person.phone or "a neighbour",
        number=person.national_id or "not seen",
        date=casualty.date,
        doing=_DOING[casualty.activity],
    )


@cache
def _names() -> Mapping[str, Mapping[str, Sequence[Any]]]:
    """Return the lists of names of each member, names as pairs: Latin letters, local script."""
    text = files("gateway.demo").joinpath("names.yaml").read_text(encoding="utf-8")
    return {
        member: {name: [*each.items()] if isinstance(each, dict) else each for name, each in lists.items()}
        for member, lists in YAML(typ="safe").load(text).items()
    }


def _full_name(names: Mapping[str, Any], sex: str, dice: np.random.Generator) -> tuple[str, str]:
    """Return a name in Latin letters and in the local script, the parts in the state's order."""
    kind = "female" if sex == "F" else "male"
    lists = {"family": "family", "middle": f"middle_{kind}", "given": kind}
    parts = [_one(names[lists[part]], dice) for part in names["order"]]
    latin, local = zip(*parts, strict=True)
    spaced = "" if names["order"].count("given") > 1 else " "  # Burmese names are written without spaces
    return " ".join(latin), spaced.join(local)


def _one(pairs: Sequence[tuple[str, str]], dice: np.random.Generator) -> tuple[str, str]:
    return pairs[int(dice.integers(len(pairs)))]


def _village(names: Mapping[str, Any], dice: np.random.Generator) -> str:
    return f"{_one(names['village'], dice)[0]} {int(dice.integers(1, 90))}"


def _birth_date(casualty: Casualty, dice: np.random.Generator) -> str:
    """Draw a day of birth that matches the casualty's age."""
    if casualty.age is None:
        return ""
    year, day = int(casualty.date[:4]), casualty.date[5:]
    born = f"{int(dice.integers(1, 13)):02d}-{int(dice.integers(1, 29)):02d}"
    return f"{year - casualty.age - (born > day):04d}-{born}"


def _number(member: str, casualty: Casualty, dice: np.random.Generator, taken: set[str]) -> str:
    """Draw a number that nobody else has."""
    number = _NUMBERS[member](casualty, dice)
    while number in taken:
        number = _NUMBERS[member](casualty, dice)
    taken.add(number)
    return number


def _pattern(form: str, dice: np.random.Generator) -> str:
    """Fill a pattern: `#` is a digit, `%` a digit from 1 to 9; every other character stays."""
    digits = dice.integers(0, 10, len(form)).tolist()
    return "".join(
        str(d) if c == "#" else str(1 + d % 9) if c == "%" else c for c, d in zip(form, digits, strict=True)
    )


def _thai_number(casualty: Casualty, dice: np.random.Generator) -> str:  # noqa: ARG001
    """Draw thirteen digits, the last a check digit: the last digit of 11 less the weighted sum modulo 11."""
    first = _pattern("%###########", dice)
    total = sum(int(d) * (13 - i) for i, d in enumerate(first))
    number = f"{first}{(11 - total % 11) % 10}"
    return f"{number[0]}-{number[1:5]}-{number[5:10]}-{number[10:12]}-{number[12]}"


def _vietnamese_number(casualty: Casualty, dice: np.random.Generator) -> str:
    """Draw twelve digits: province, century and sex, year of birth, six at random."""
    born = int(casualty.date[:4]) - (casualty.age or 30)
    century = 2 * (born // 100 - 19) + (casualty.sex == "F")
    return f"0{_pattern('##', dice)}{century}{born % 100:02d}{_pattern('######', dice)}"


_BURMESE_DIGITS = str.maketrans("0123456789", "၀၁၂၃၄၅၆၇၈၉")


def _burmese_number(casualty: Casualty, dice: np.random.Generator) -> str:  # noqa: ARG001
    """Draw state, township, citizenship and six digits, as on a national registration card."""
    towns = ("ကမတ", "မရန", "လသန", "ပဘတ", "တကန")
    state, town = int(dice.integers(1, 15)), towns[int(dice.integers(len(towns)))]
    return f"{state}/{town}(နိုင်){_pattern('%#####', dice)}".translate(_BURMESE_DIGITS)


def _by_pattern(form: str) -> Callable[[Casualty, np.random.Generator], str]:
    return lambda _casualty, dice: _pattern(form, dice)


_NUMBERS: Mapping[str, Callable[[Casualty, np.random.Generator], str]] = {
    "KH": _by_pattern("%## ### ###"),
    "LA": _by_pattern("%# - ########"),
    "MM": _burmese_number,
    "TH": _thai_number,
    "VN": _vietnamese_number,
    "PH": _by_pattern("%###-####-####-####"),
}
_PHONES = {
    "KH": "0%# ### ###",
    "LA": "020 5%## ####",
    "MM": "09 %## ### ###",
    "TH": "08%-###-####",
    "VN": "09%# ### ###",
    "PH": "09%# ### ####",
}
