"""Lines of a file of narratives: strict reading, and writing of results. No message quotes a value."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anonymisers.redaction.engine.redactor import Redacted
from gateway.errors import SafelaneError

FIELDS = frozenset({"id", "text", "lang", "known"})


class NarrativeError(SafelaneError):
    """A line that is not a narrative."""

    exit_code = 2


@dataclass(frozen=True)
class Narrative:
    """`known` holds the record's own values by field; `ignored` the unknown keys."""

    id: str
    text: str
    language: str | None
    known: Mapping[str, str]
    ignored: frozenset[str]


def parse_line(line: bytes, number: int) -> Narrative:
    """Read line `number` (from 1). Raises NarrativeError with the line and the field."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        # Not chained: the parser's message quotes the line.
        raise _refused(number, "is not a JSON object in UTF-8") from None
    if not isinstance(document, dict):
        raise _refused(number, "is not a JSON object")
    for field in ("id", "text"):
        if not isinstance(document.get(field), str):
            raise _refused(number, f'has no text in "{field}"')
    if not _is_text(document["id"]):
        raise _refused(number, 'has half of a surrogate pair in "id"')
    language = document.get("lang")
    if language is not None and not isinstance(language, str):
        raise _refused(number, 'has something else than a language tag in "lang"')
    return Narrative(
        document["id"],
        document["text"],
        language,
        _known(document.get("known"), number),
        frozenset(document) - FIELDS,
    )


def written(narrative_id: str, redacted: Redacted) -> str:
    """Return the line for a redacted or withheld narrative."""
    if redacted.text is None:
        document: dict[str, Any] = {"id": narrative_id, "redacted": None, "withheld": redacted.reason}
    else:
        spans = [{"start": start, "end": end, "type": kind} for start, end, kind in redacted.spans]
        document = {"id": narrative_id, "redacted": redacted.text, "spans": spans}
    return json.dumps(document, ensure_ascii=False) + "\n"


def _known(known: object, number: int) -> dict[str, str]:
    if known is None:
        return {}
    if not isinstance(known, dict):
        raise _refused(number, 'has something else than an object in "known"')
    values: dict[str, str] = {}
    for field, value in known.items():
        if isinstance(value, bool) or not isinstance(value, str | int | float | None):
            raise _refused(number, 'has a value in "known" that is neither text nor a number')
        if value is not None:
            values[field] = str(value)
    return values


def _is_text(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _refused(number: int, what: str) -> NarrativeError:
    return NarrativeError(
        f"line {number} {what}",
        remedy='Each line is {"id": ..., "text": ..., "lang": optional, "known": optional}.',
    )
