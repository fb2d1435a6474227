"""The conventions for names, places and numbers in each language, read from `data/`."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from anonymisers.redaction.text_reading import fold, is_latin

LATIN = ("en", "vi", "id", "tl", "tet")
SCRIPTS = ("km", "lo", "th", "my")
RANGES: Mapping[str, str] = {
    "Khmer": r"\u1780-\u17d3\u17d7\u17dc\u17dd",
    "Lao": r"\u0e80-\u0ecf\u0edc-\u0edf",
    "Thai": r"\u0e01-\u0e3a\u0e40-\u0e4e",
    "Myanmar": r"\u1000-\u103f\u1050-\u109f\ua9e0-\ua9fe\uaa60-\uaa7f",
}
"""Letters and marks of each script, for a character class; digits and punctuation are left out."""
MARKS: Mapping[str, str] = {
    "Khmer": r"\u17b4-\u17d3\u17dd",
    "Lao": r"\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd",
    "Thai": r"\u0e31\u0e34-\u0e3a\u0e47-\u0e4e",
    "Myanmar": r"\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d",
}
"""Combining signs, belonging to the letter in front: no word begins with such a sign."""


@dataclass(frozen=True)
class LatinProfile:
    """A language in Latin letters.

    `common`, `short`, `titles`, `markers`, `place_before` and `street_words` are in small letters with
    accents, and also without accents unless this makes a different word (as in Vietnamese); all other lists
    are folded.
    """

    language: str
    tags: tuple[str, ...]
    common: frozenset[str]
    """Words other than names, even with a capital at the beginning of a sentence."""
    names_marked: bool
    """Whether every name is marked, as by "si" in Tagalog, so that a sentence's first word is no name."""
    function: frozenset[str]
    """Words indicating the language of a text."""
    short: frozenset[str]
    ambiguous: frozenset[str]
    """Words that are also names."""
    ambiguous_spelt: frozenset[str]
    """The same with their accents, where accents make other words: `chu` is a name, `chủ` an owner."""
    titles: frozenset[str]
    plain_titles: frozenset[str]
    """Titles that are never part of a name; all other titles go with the name: Saw, Naw, Datu, Khun."""
    markers: frozenset[str]
    """Words followed by a name, even in small letters."""
    particles: frozenset[str]
    person_cues: frozenset[str]
    place_before: frozenset[str]
    place_after: frozenset[str]
    province_before: frozenset[str]
    street_words: frozenset[str]
    residence_cues: tuple[str, ...]


@dataclass(frozen=True)
class ScriptProfile:
    """A language in its own script, written without capitals and mostly without spaces."""

    language: str
    tags: tuple[str, ...]
    script: str
    titles: tuple[str, ...]
    titles_not: tuple[str, ...]
    titles_after: tuple[str, ...]
    """Words after which a title is glued, wherever they stand: "that", "of", "saw"."""
    conjunctions: tuple[str, ...]
    """Words such as "and" and "of", followed by a title without a space."""
    copulas: tuple[str, ...]
    """Words such as "is" and "named" between a cue and the name."""
    cues_before: tuple[str, ...]
    cues_not: tuple[str, ...]
    """Words ending like a cue: "citizen" ends with "son" in Burmese."""
    cues_after: tuple[str, ...]
    agents: tuple[str, ...]
    """What words for people who do something begin with."""
    saw: tuple[str, ...]
    fell: tuple[str, ...]
    """Verbs around a person who is seen to move: "saw" and "fell"."""
    did: tuple[str, ...]
    """Verbs of what victims did, glued to the subject."""
    that: tuple[str, ...]
    """Words for "said that"."""
    to: tuple[str, ...]
    """Words for "to", "with" and "from" before a person; `roles` say who the person is."""
    roles: tuple[str, ...]
    signs: tuple[str, ...]
    """Words before the name that ends a letter."""
    nouns: tuple[str, ...]
    """Words that stand alone at the beginning of a sentence or of a line of a form."""
    possessives: tuple[str, ...]
    """Words such as "his" between a kinship word and the name."""
    lists: tuple[str, ...]
    """Words such as "namely" before the names of several people."""
    people: tuple[str, ...]
    """Words that count people."""
    verbs: tuple[str, ...]
    """Verbs and auxiliaries that follow a subject after a space."""
    ands: tuple[str, ...]
    """Words that join two names."""
    devices: tuple[str, ...]
    """Words for mines, bombs, shells and their parts."""
    of: tuple[str, ...]
    """Words for "of" before an owner."""
    called_after: tuple[str, ...]
    """Words for "as he is called", after the name."""
    titles_named: tuple[str, ...]
    """Titles that tell a people, and go with the name."""
    weak_after: tuple[str, ...]
    stops: tuple[str, ...]
    """Ordinary words: a name ends where such a word begins."""
    met: tuple[str, ...]
    """Verbs followed by people and things without a space."""
    openings: tuple[str, ...]
    """Function words that begin no name; `closings` are function words that end no name."""
    closings: tuple[str, ...]
    surnames: tuple[str, ...]
    """Family names, ordinary words included."""
    place_before: tuple[str, ...]
    place_after: tuple[str, ...]
    place_not: tuple[str, ...]
    place_part: tuple[str, ...]
    """Words that make one word with the place word after them: 'villager', 'village head'."""
    province_before: tuple[str, ...]
    province_after: tuple[str, ...]
    organisation_before: tuple[str, ...]
    organisation_after: tuple[str, ...]
    name_chunks: int
    """Largest number of stretches between spaces in a name."""
    titles_glued: bool
    """Whether no space stands between a title and a name."""


@dataclass(frozen=True)
class NumberCues:
    """Words beside numbers, pooled over all languages, since records mix languages."""

    birth_before: tuple[str, ...]
    birth_after: tuple[str, ...]
    birth_not: tuple[str, ...]
    phone: tuple[str, ...]
    national_id: tuple[str, ...]
    case: tuple[str, ...]
    months: tuple[str, ...]
    date_words: tuple[str, ...]


@dataclass(frozen=True)
class Allowed:
    """The reviewed allow-list, folded; phrases are tuples of words."""

    phrases: frozenset[tuple[str, ...]]
    provinces: frozenset[tuple[str, ...]]
    organisation_heads: frozenset[str]
    leading_heads: frozenset[tuple[str, ...]]
    unit_heads: frozenset[tuple[str, ...]]
    unit_words: frozenset[str]
    """Words allowed in a unit's name beside acronyms."""
    acronyms: frozenset[str]
    device_nouns: frozenset[str]
    device_names: frozenset[tuple[str, ...]]
    capitalised: frozenset[str]
    """Months, weekdays and peoples: capitals without a person's name."""


@cache
def data(name: str) -> Mapping[str, Any]:
    """Return a data file of this package."""
    text = (files("anonymisers.redaction.data") / f"{name}.json").read_text("utf-8")
    loaded: Mapping[str, Any] = json.loads(text)
    return loaded


def alternatives(words: Iterable[str]) -> str:
    """Return a pattern of whole words, the longest first; scripts without spaces have no word ends."""
    longest = sorted(words, key=lambda word: (-len(word), word))
    latin = "|".join(re.escape(word) for word in longest if is_latin(word[0]))
    other = "|".join(re.escape(word) for word in longest if not is_latin(word[0]))
    return "|".join(filter(None, (rf"(?<![^\W_])(?:{latin})(?![^\W_])" if latin else "", other)))


@cache
def latin_words(name: str) -> frozenset[str]:
    """Return a small list shared by the Latin recognisers."""
    return frozenset(data("latin")[name].split())


def _words(raw: Mapping[str, Any], field: str) -> frozenset[str]:
    return frozenset(fold(raw.get(field, "")).split())


def _spelt(raw: Mapping[str, Any], *fields: str) -> frozenset[str]:
    words = frozenset(word for field in fields for word in raw.get(field, "").lower().split())
    return words if raw["language"] == "vi" else words | frozenset(map(fold, words))


def _cue_words(raw: Mapping[str, Any]) -> frozenset[str]:
    """The words of the cues beside numbers and addresses: a form's labels are no names."""
    fields = ("phone_cues", "id_cues", "case_cues", "birth_before", "birth_after", "residence_cues")
    words = {
        word.strip(".:()") for field in fields for cue in raw.get(field, ()) for word in cue.lower().split()
    }
    names = raw.get("ambiguous_names", "").split()
    return frozenset(word for word in words if fold(word) not in names and len(word) > 1)


def _phrase(text: str) -> tuple[str, ...]:
    return tuple(fold(text).replace("-", " ").split())


@cache
def latin_profiles() -> Mapping[str, LatinProfile]:
    """Return the Latin profiles by language. English has the titles and place words of all languages, which
    its records use."""
    raws = {language: data(language) for language in LATIN}
    english = raws["en"]
    english_places = _words(english, "place_before")
    # English records write addresses as they are said; Vietnamese street words are too short to be pooled.
    all_street_words = frozenset().union(
        *(_spelt(raw, "street_words") for tag, raw in raws.items() if tag != "vi")
    )
    return {
        language: LatinProfile(
            language=language,
            tags=tuple(raw["tags"]),
            common=_spelt(raw, "common", "domain", "short") | _cue_words(raw),
            names_marked=raw.get("names_marked", False),
            function=_spelt(raw, "common", "titles" if language != "en" else "common"),
            short=_spelt(raw, "short", "common"),
            ambiguous=_words(raw, "ambiguous_names"),
            ambiguous_spelt=frozenset(raw["ambiguous_names"].split()) if language == "vi" else frozenset(),
            titles=_spelt(raw, "titles") | (_words(english, "titles") if language != "vi" else frozenset()),
            plain_titles=_words(english, "plain_titles"),
            markers=_spelt(raw, "markers"),
            particles=_words(raw, "person_particles") | _words(english, "person_particles"),
            person_cues=_words(raw, "person_cues") if language == "en" else frozenset(),
            place_before=_spelt(raw, "place_before") | (frozenset() if language == "vi" else english_places),
            place_after=_words(raw, "place_after") | _words(english, "place_after"),
            province_before=_words(raw, "province_before"),
            street_words=_spelt(raw, "street_words")
            | (all_street_words if language == "en" else _words(english, "street_words")),
            residence_cues=tuple(map(fold, raw["residence_cues"])),
        )
        for language, raw in raws.items()
    }


_SCRIPT_WORDS = (
    "titles", "titles_not", "conjunctions", "copulas", "cues_before", "cues_after", "weak_after", "stops",
    "met", "openings", "closings", "surnames", "place_before", "place_after", "place_not", "province_before",
    "province_after", "organisation_before", "organisation_after", "cues_not", "verbs", "ands",
    "titles_named", "place_part", "possessives", "lists", "people", "titles_after", "nouns",
    "saw", "fell", "that", "to", "roles", "signs", "agents", "called_after", "did", "devices", "of",
)  # fmt: skip


@cache
def script_profiles() -> Mapping[str, ScriptProfile]:
    """The profiles of Khmer, Lao, Thai and Burmese, by the Unicode name of the script."""

    def longest_first(raw: Mapping[str, Any], field: str) -> tuple[str, ...]:
        return tuple(sorted(raw.get(field, ()), key=len, reverse=True))

    found = {}
    for language in SCRIPTS:
        raw = data(language)
        words = {field: longest_first(raw, field) for field in _SCRIPT_WORDS}
        numbers = [w for field in ("phone_cues", "id_cues", "case_cues") for w in raw[field]]
        words["stops"] = tuple(sorted({*words["stops"], *numbers}, key=len, reverse=True))
        script = raw["scripts"][0]
        found[script] = ScriptProfile(
            language=language,
            tags=tuple(raw["tags"]),
            script=script,
            name_chunks=raw["name_chunks"],
            titles_glued=raw.get("titles_glued", False),
            **words,
        )
    return found


@cache
def number_cues() -> NumberCues:
    """The words beside numbers, of every language."""
    raws = [data(language) for language in (*LATIN, *SCRIPTS)]

    def pooled(field: str) -> tuple[str, ...]:
        words = {word.lower() for raw in raws for word in raw.get(field, ())}
        return tuple(sorted(words, key=lambda w: (-len(w), w)))

    return NumberCues(
        birth_before=pooled("birth_before"),
        birth_after=pooled("birth_after"),
        birth_not=pooled("birth_not"),
        phone=pooled("phone_cues"),
        national_id=pooled("id_cues"),
        case=pooled("case_cues"),
        months=pooled("months"),
        date_words=pooled("date_words"),
    )


@cache
def record_nouns() -> tuple[str, ...]:
    """The words for files, letters and other records of an office, of every language, longest first."""
    words = {word for raw in map(data, (*LATIN, *SCRIPTS)) for word in raw["record_nouns"]}
    return tuple(sorted(words, key=lambda w: (-len(w), w)))


@cache
def allowed() -> Allowed:
    """The reviewed allow-list."""
    raw = data("allowed")
    return Allowed(
        phrases=frozenset(map(_phrase, raw["organisations"])),
        provinces=frozenset(map(_phrase, data("provinces")["names"])),
        organisation_heads=frozenset(raw["organisation_heads"]),
        leading_heads=frozenset(map(_phrase, raw["leading_heads"])),
        unit_heads=frozenset(map(_phrase, raw["unit_heads"])),
        unit_words=frozenset(raw["unit_words"].split()),
        acronyms=frozenset(raw["acronyms"].split()),
        device_nouns=frozenset(raw["device_nouns"].split()),
        device_names=frozenset(map(_phrase, raw["device_names"])),
        capitalised=frozenset(
            word for field in ("months", "weekdays", "peoples") for word in fold(raw[field]).split()
        ),
    )
