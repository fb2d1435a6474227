"""The words of a log in plain sentences."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from audit.event_values import CoarseShare, CoarseSize, Filter, PolicyStep

REASONS: Final = {
    "role-may-not-ask": "this role does not ask questions",
    "purpose-not-held": "the organisation does not hold this purpose",
    "not-for-you": "its policy does not name this organisation or role",
    "not-for-this-purpose": "its policy does not share this for this purpose",
    "not-shared": "its policy does not share this",
    "too-detailed": "its policy shares this only less finely or with fewer dimensions",
    "ready-made-only": "its policy allows ready-made questions only",
    "not-understood": "it does not know a word of the question",
    "not-in-force": "it had no policy in force",
    "not-approved": "a person had to give leave, and did not",
    "quota-used-up": "the organisation had asked as often as it may",
    "not-collected": "its records do not cover this",
    "too-large": "the table would have had more cells than it gives in one answer",
    "not-ready": "it had no protected table ready",
    "too-late": "the question reached it after the deadline",
    "no-proof": "the question was not proved to be logged",
    "repeated": "it had answered this question before",
}
"""Every reason that a log gives, in words. A reason that is not here is shown as it is."""

STEPS: Final = {
    PolicyStep.FIRST: "its first",
    PolicyStep.LOOSENED: "looser than the one before",
    PolicyStep.TIGHTENED: "tighter than the one before",
    PolicyStep.BOTH: "looser than the one before in some ways, tighter in others",
    PolicyStep.NEITHER: "neither looser nor tighter than the one before",
}

SHARES: Final = {
    CoarseShare.FEW: "less than a quarter of it withheld",
    CoarseShare.SOME: "between a quarter and a half of it withheld",
    CoarseShare.MANY: "half of it or more withheld",
}


def say_reasons(reasons: Iterable[str]) -> str:
    """Reasons in words, each followed by the log's own word for it."""
    return "; ".join(f"{REASONS[r]} ({r})" if r in REASONS else r for r in reasons) or "for no given reason"


def say_time(time: datetime) -> str:
    """A time as people read it, in UTC."""
    return f"{time.isoformat(sep=' ')[:19]}Z"


def say_question(measure: str, by: Iterable[str], where: Iterable[Filter]) -> str:
    """What is asked, in the dictionary's own words."""
    levels = listed(by)
    conditions = [f"{f.dimension} is {listed(f.codes, 'or')}" for f in where]
    return "".join(
        [measure, f" by {levels}" if levels else "", f", where {listed(conditions)}" if conditions else ""]
    )


def say_size(size: CoarseSize) -> str:
    """How large a table is, as coarsely as the log has it."""
    return "no cells" if size is CoarseSize.NONE else f"{size} cells"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words as in a sentence: `a, b and c`."""
    *before, end = [*words] or [""]
    return f"{', '.join(before)} {last} {end}" if before else end


def article(word: str) -> str:
    """`An analyst`, `A keeper`."""
    return f"{'An' if word[:1] in 'aeiou' else 'A'} {word}"
