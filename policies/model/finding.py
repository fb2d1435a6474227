"""A finding of lint: its severity, the rule that found it, and a sentence with the remedy."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """`error`: must not come into force; `warning`: probably not meant; `note`: worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One finding; `code` is stable and names the rule."""

    severity: Severity
    code: str
    sentence: str


def error(code: str, sentence: str) -> Finding:
    """A finding that must be corrected first."""
    return Finding(Severity.ERROR, code, sentence)


def warning(code: str, sentence: str) -> Finding:
    """A finding that is probably a mistake."""
    return Finding(Severity.WARNING, code, sentence)


def note(code: str, sentence: str) -> Finding:
    """A finding that is worth knowing."""
    return Finding(Severity.NOTE, code, sentence)
