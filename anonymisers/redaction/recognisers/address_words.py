"""The words of addresses in all languages as patterns, for texts in small letters without accents."""

import re
from functools import cache

from anonymisers.redaction.profiles import alternatives, data
from anonymisers.redaction.recognisers.address_parts import BUILDING, NUMBER
from anonymisers.redaction.text_reading import fold, is_latin


@cache
def numbered(language: str) -> re.Pattern[str]:
    """Words with a number behind or before them, and floors.

    Groups: `box`, `house` (a house, a street or a part of it), `lettered` ("Block C"), `stone` (of a road),
    `letter` (Vietnamese wards, "p.5"), `floor`, `side` ("(left)") and `sign` ("#27").
    """
    link = rf"[ .:]{{0,2}}(?:(?:{_words(language, 'number_links')})[ .:]{{0,2}})?#?"
    heads = f"{_part_words(language, 'houses', 'parts')}|"
    heads += _words(language, "streets", "buildings", "phases", "stalls")
    figure = (
        rf"{NUMBER}(?:[.+]\d{{1,3}})?|\d{{1,4}}[a-z]\d{{1,2}}|[a-z]{{1,2}}[-/]?\d{{1,3}}(?:[-/.]\d{{1,4}})?"
    )
    behind = f"{_words(language, 'burmese_after_number')}|{_part_words(language, 'after_number')}"
    counted = rf" ?(?:{_words(language, 'classifiers')})"
    houses = (
        rf"(?:{heads}){link}(?:{figure})(?![a-z\d])(?!{counted})(?: de [^\W\d_]+)?",
        _words(language, "ordinal_houses"),
        rf"\d{{1,4}}[a-z]? ?(?:{behind})",
        r"(?<![\w-])[a-z]{1,2}-?\d{1,3}(?:[-/]\d{1,3}[a-z]?){1,2}(?![\w-])",
    )
    return re.compile(
        rf"(?P<box>(?:{_words(language, 'boxes')})[ .:#]{{0,2}}\d{{1,5}}(?!\d))"
        rf"|(?P<house>{'|'.join(houses)})"
        rf"|(?P<lettered>(?:{_words(language, 'lettered')}) ?(?:[a-z](?!\w)|{BUILDING}))"
        rf"|(?P<stone>(?:{_words(language, 'stones')})[ .]{{0,2}}\d{{1,4}}(?:[+/.]\d{{1,4}})?(?!\w))"
        rf"|(?P<letter>(?<![\w.])(?:{_letters(language)})[. ]{{1,2}}\d{{1,4}}(?!\w))"
        rf"|(?P<floor>\d{{1,2}}(?:st|nd|rd|th)? ?(?:floor|palapag)|{_words(language, 'floors')})"
        rf"|(?P<side>\((?:{_words(language, 'sides')})\))"
        rf"|(?P<sign>(?<!\w)#\d{{1,4}}(?:-?[a-z])?(?:[-/]\d{{1,4}})*(?!\w))"
    )


@cache
def heads(language: str) -> re.Pattern[str]:
    """Words before the name of a `street`, or of a quarter, a district or a building (`other`)."""
    letters = rf"(?<![\w.])(?:{_letters(language)})(?:\.|(?= ))"
    return re.compile(
        rf"(?P<street>{_words(language, 'streets')})"
        rf"|(?P<other>{_words(language, 'districts', 'buildings')}|{letters})"
    )


@cache
def endings(language: str) -> re.Pattern[str]:
    """Words behind the name of a `street`, or of a quarter or a building, and their Burmese forms."""
    return re.compile(
        rf"(?<= )(?P<street>(?:{_words(language, 'street_endings')})\.?)"
        rf"|(?<= )(?P<other>{_words(language, 'district_endings', 'building_endings')})"
        rf"|(?P<burmese>{_words(language, 'endings_my')})"
    )


@cache
def landmarks(language: str) -> re.Pattern[str]:
    """'behind', 'next to'."""
    return re.compile(_words(language, "landmarks"))


@cache
def connected(language: str) -> re.Pattern[str]:
    """What may stand between two parts: 'on', 'corner', 'and'."""
    spaced, glued = _words(language, "connectors"), _words(language, "conjunctions")
    return re.compile(rf"[ ,]{{1,2}}(?:{spaced})[ .]{{1,2}}|(?:{glued}) ?")


@cache
def never(language: str) -> frozenset[str]:
    """Words that are in no name of a street or place, as they are spelt."""
    return frozenset(data("address_chains")["never"].get(language, ()))


@cache
def provinces() -> re.Pattern[str]:
    """Provinces in Latin letters."""
    return re.compile(alternatives(data("provinces")["names"]))


@cache
def provinces_in_scripts() -> frozenset[str]:
    """Provinces as they are written in their own country."""
    return frozenset(data("provinces")["in_scripts"])


@cache
def qualifiers() -> frozenset[str]:
    """Words behind a name that tell places apart: 'Laut', 'Leten', 'Mới'."""
    return frozenset(map(fold, data("address_chains")["qualifiers"]))


@cache
def qualified() -> re.Pattern[str]:
    """Qualifiers behind a name: 'Kampung Tanduo' *Laut*, 'Suku Komoro' *Leten*."""
    return re.compile(rf"(?: (?:{'|'.join(sorted(map(re.escape, qualifiers())))})(?![^\W_]))+")


@cache
def vietnamese() -> dict[str, frozenset[str]]:
    """The words of Vietnamese addresses by what is left of them without accents."""
    parts, chains = data("address_parts"), data("address_chains")
    words = [*chains["vietnamese"], *(w for field in ("houses", "parts", "wards") for w in parts[field])]
    folded: dict[str, frozenset[str]] = {}
    for word in words:
        folded[fold(word)] = folded.get(fold(word), frozenset()) | {word}
    return folded


def _letters(language: str) -> str:
    return "|".join(data("address_chains").get(f"district_letters_{language}", ())) or "(?!)"


def _words(language: str, *fields: str, file: str = "address_chains") -> str:
    """Return the words of some fields as a pattern, without those that only another language has."""
    only = data("address_chains")["only"]
    foreign = {word for of, words in only.items() if of != language for word in words}
    words = (word for field in fields for word in data(file)[field] if word not in foreign)
    return alternatives(fold(word) if is_latin(word[0]) else word for word in words)


def _part_words(language: str, *fields: str) -> str:
    return _words(language, *fields, file="address_parts")
