"""Identifying stretches of a text: their kinds, merging, and placeholders."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """The kind of a removed stretch; the placeholder is `<KIND>`."""

    PERSON = "PERSON"
    VILLAGE = "VILLAGE"
    ADDRESS = "ADDRESS"
    NATIONAL_ID = "NATIONAL_ID"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    GPS = "GPS"
    CASE_NUMBER = "CASE_NUMBER"
    DATE_OF_BIRTH = "DATE_OF_BIRTH"


class Evidence(IntEnum):
    """How sure a recogniser is; the allow-list overrules a GUESS only."""

    GUESS = 1
    CUE = 2
    FORM = 3
    KNOWN = 4


@dataclass(frozen=True)
class Span:
    """Characters `start` up to, not including, `end` of the plain text."""

    start: int
    end: int
    kind: Kind
    evidence: Evidence


@dataclass(frozen=True)
class Stretch:
    """Characters that name no person by themselves: a device, a unit, an organisation, a province."""

    start: int
    end: int


def without(spans: Iterable[Span], allowed: Sequence[Stretch]) -> list[Span]:
    """Return the spans, with allowed stretches cut out of mere guesses."""
    kept: list[Span] = []
    for span in spans:
        if span.evidence > Evidence.GUESS:
            kept.append(span)
            continue
        start = span.start
        for stretch in allowed:
            if stretch.end <= start or stretch.start >= span.end:
                continue
            if stretch.start > start:
                kept.append(Span(start, stretch.start, span.kind, span.evidence))
            start = stretch.end
        if start < span.end:
            kept.append(Span(start, span.end, span.kind, span.evidence))
    return kept


def merged(plain: str, spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order, overlapping spans joined, and also adjacent spans of one kind with a space
    between.

    The kind of a joined span is the kind of its surest, then longest part. Spaces and punctuation at the ends
    are not part of a span.
    """
    ordered = sorted(
        (s for s in (_trimmed(plain, span) for span in spans) if s), key=lambda s: (s.start, -s.end)
    )
    result: list[Span] = []
    for span in ordered:
        last = result[-1] if result else None
        if last and span.start < last.end:
            surer = max(last, span, key=lambda s: (s.evidence, s.end - s.start))
            result[-1] = Span(last.start, max(last.end, span.end), surer.kind, surer.evidence)
        elif last and span.kind == last.kind and plain[last.end : span.start] in ("", " "):
            result[-1] = Span(last.start, span.end, span.kind, max(last.evidence, span.evidence))
        else:
            result.append(span)
    return result


def _trimmed(plain: str, span: Span) -> Span | None:
    start, end = span.start, span.end
    while start < end and plain[start] in " ,;:\n":
        start += 1
    while end > start and plain[end - 1] in " ,;:\n":
        end -= 1
    return Span(start, end, span.kind, span.evidence) if start < end else None
