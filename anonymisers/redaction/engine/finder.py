"""The recognisers of this package combined: findings in a plain text, and stretches allowed to stay."""

from dataclasses import dataclass, field

from anonymisers.redaction.allow_list import allowed_stretches
from anonymisers.redaction.case_codes import continued
from anonymisers.redaction.dates import births, dates
from anonymisers.redaction.identifying_numbers import numbers
from anonymisers.redaction.profiles import LatinProfile, latin_profiles
from anonymisers.redaction.recognisers.address_chains import address_chains
from anonymisers.redaction.recognisers.address_parts import address_parts, whole_starts
from anonymisers.redaction.recognisers.latin_addresses import addresses, houses
from anonymisers.redaction.recognisers.latin_names import names
from anonymisers.redaction.recognisers.latin_places import villages
from anonymisers.redaction.recognisers.latin_reversed import reversed_names
from anonymisers.redaction.recognisers.latin_spaced import spaced_out
from anonymisers.redaction.recognisers.latin_text import LatinText
from anonymisers.redaction.recognisers.nicknames import nicknames
from anonymisers.redaction.recognisers.script_names import script_allowed, script_spans, scripts_in
from anonymisers.redaction.spans import Span, Stretch, merged
from anonymisers.redaction.tokens import tokens
from anonymisers.redaction.word_list import Dictionary


@dataclass(frozen=True)
class Found:
    """Spans in any order, overlapping; `allowed` overrules mere guesses."""

    spans: list[Span]
    allowed: list[Stretch]
    undecided: list[tuple[int, int]] = field(default_factory=list)
    """English sentences in which a language model may still find a name."""


def find(plain: str, language: str, dictionary: Dictionary | None) -> Found:
    """Find spans in a plain text. `dictionary` is the English dictionary, without which English is read less
    reliably."""
    found_dates = dates(plain)
    spans = [*numbers(plain, found_dates), *births(plain, found_dates), *spaced_out(plain), *nicknames(plain)]
    allowed: list[Stretch] = []
    scripts = scripts_in(plain)
    for script in scripts:
        # "March" begins like a Burmese title: what is part of a date is no name.
        spans += (s for s in script_spans(plain, script) if not _meets(s, found_dates))
        allowed += script_allowed(plain, script)
    taken = [(s.start, s.end) for s in spans] + found_dates
    # In a text of another script the Latin words are read as English.
    profile = latin_profiles().get(language) or latin_profiles()["en"]
    latin = _latin(plain, profile, dictionary if profile.language == "en" else None, taken)
    spans += latin.spans
    spans += list(reversed_names(plain, spans))
    spans += list(continued(plain, merged(plain, spans)))
    spans += list(whole_starts(plain, spans))
    spans += list(address_parts(plain, merged(plain, spans)))
    spans += list(whole_starts(plain, spans))
    stays = sorted(allowed + latin.allowed, key=lambda s: (s.start, s.end))
    spans += list(address_chains(plain, merged(plain, spans), stays, profile.function, profile.language))
    return Found(spans, stays, latin.undecided if language == "en" else [])


def _meets(span: Span, places: list[tuple[int, int]]) -> bool:
    return any(start < span.end and span.start < end for start, end in places)


def _latin(
    plain: str, profile: LatinProfile, dictionary: Dictionary | None, taken: list[tuple[int, int]]
) -> Found:
    words = tokens(plain)
    allowed = allowed_stretches(plain, words, profile)
    text = LatinText(words, profile, dictionary, allowed_here=allowed, taken=taken)
    found = names(text)
    spans = [*found.spans, *villages(text), *addresses(plain, text)]
    return Found([*spans, *houses(plain, spans)], allowed, found.undecided)
