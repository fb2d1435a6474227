"""Redact one narrative, or give the reason for withholding it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from anonymisers.identity.burmese_encoding import Burmese, in_unicode
from anonymisers.redaction.engine.finder import Found
from anonymisers.redaction.engine.language import LONGEST, Withheld, language_of
from anonymisers.redaction.record_values import known_spans, too_long
from anonymisers.redaction.repetitions import repeated
from anonymisers.redaction.spans import Span, merged, without
from anonymisers.redaction.text_reading import Reading, read

Find = Callable[[str, str], Found]
"""Recognises in a plain text of a language."""


@dataclass(frozen=True)
class Redacted:
    """`text` with typed placeholders, or None for a text withheld for `reason`.

    `spans` are the removed stretches: start, end and kind, as offsets into the original text. Burmese typed
    for the Zawgyi font comes back in Unicode.
    """

    text: str | None
    spans: tuple[tuple[int, int, str], ...] = ()
    reason: str = ""


def redact(
    text: str, find: Find, *, language: str | None = None, known: Mapping[str, str] | None = None
) -> Redacted:
    """Redact one narrative.

    `language` is a BCP 47 tag, or None for detection; `known` holds the record's own values by field. A text
    without a fitting profile is withheld whole: an unread text cannot be called clean.
    """
    if too_long(known or {}):
        return Redacted(None, reason="known values too long")
    typed = in_unicode(text) if len(text) <= LONGEST else Burmese(text)
    reading = read(typed.text)
    try:
        chosen = language_of(text, reading.plain, language)
    except Withheld as decision:
        return Redacted(None, reason=decision.reason)
    if typed.unclear:
        return Redacted(None, reason="Burmese in an unclear encoding")
    found = find(reading.plain, chosen)
    spans = [*without(found.spans, found.allowed), *known_spans(reading.plain, known or {})]
    spans += without(repeated(reading.plain, spans), found.allowed)
    return _written(reading, merged(reading.plain, spans), typed)


def _written(reading: Reading, spans: list[Span], typed: Burmese) -> Redacted:
    pieces: list[str] = []
    places: list[tuple[int, int, str]] = []
    at = 0
    for span in spans:
        start, end = reading.original(span.start, span.end)
        pieces += [reading.text[at:start], f"<{span.kind}>"]
        places.append((*typed.as_typed(start, end), str(span.kind)))
        at = end
    pieces.append(reading.text[at:])
    return Redacted("".join(pieces), tuple(places))
