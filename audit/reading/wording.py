"""The words of a log in plain sentences."""

from collections.abc import Iterable
from typing import Final

from audit.events.alert_events import Explanation
from audit.events.event_values import CoarseShare, CoarseSize, Filter, PolicyStep
from audit.events.refusal_events import MessageFault, MessageKind
from audit.reading.messages import Message, joined, message, msgid

REASONS: Final = {
    "role-may-not-ask": msgid("this role may not ask questions"),
    "purpose-not-held": msgid("this purpose is not approved for the organisation"),
    "not-for-you": msgid("its policy does not name this organisation or role"),
    "not-for-this-purpose": msgid("its policy does not share this for this purpose"),
    "not-shared": msgid("its policy does not share this"),
    "too-detailed": msgid("its policy shares this only in less detail or with fewer dimensions"),
    "ready-made-only": msgid("its policy allows ready-made questions only"),
    "not-understood": msgid("it does not know a term of the question"),
    "not-in-force": msgid("it had no policy in force"),
    "not-approved": msgid("approval by a person was required and was not given"),
    "quota-used-up": msgid("the organisation had used up its quota"),
    "not-collected": msgid("its records do not cover this"),
    "too-large": msgid("the table would have had more cells than one answer may hold"),
    "not-ready": msgid("it had no protected table ready"),
    "too-late": msgid("the question reached it after the deadline"),
    "no-proof": msgid("the question was not proved to be logged"),
    "repeated": msgid("it had answered this question before"),
}
"""Every reason used in logs, in words. An unknown reason is shown as is."""

STEPS: Final = {
    PolicyStep.FIRST: msgid("its first"),
    PolicyStep.LOOSENED: msgid("less restrictive than the one before"),
    PolicyStep.TIGHTENED: msgid("more restrictive than the one before"),
    PolicyStep.BOTH: msgid("less restrictive than the one before in some ways, more restrictive in others"),
    PolicyStep.NEITHER: msgid("neither less nor more restrictive than the one before"),
}

MESSAGES: Final = {
    MessageKind.ANSWER: msgid("an answer"),
    MessageKind.APPLICATION: msgid("an application"),
    MessageKind.CHECKPOINT: msgid("a checkpoint of its log"),
    MessageKind.QUESTION: msgid("a question"),
}

FAULTS: Final = {
    MessageFault.UNSIGNED: msgid("it is not signed by the sender"),
    MessageFault.UNPROVED: msgid("its proof does not hold"),
    MessageFault.ABOUT_ANOTHER: msgid("it is about another member, question or entry"),
    MessageFault.CONTRADICTION: msgid("the sender's log contradicts itself"),
    MessageFault.KEY_OF_ANOTHER: msgid("it names a key of somebody else"),
}

EXPLANATIONS: Final = {
    Explanation.EXPECTED: msgid("It is usual work"),
    Explanation.ASKED: msgid("The organisation or office was asked, and its answer convinces"),
    Explanation.MISTAKE: msgid("It was a mistake without harm"),
    Explanation.EXERCISE: msgid("It was an exercise"),
    Explanation.ELSEWHERE: msgid("Others deal with it"),
}
"""Why an alert is no cause for concern."""

SHARES: Final = {
    CoarseShare.FEW: msgid("less than a quarter of the numbers withheld"),
    CoarseShare.SOME: msgid("between a quarter and a half of the numbers withheld"),
    CoarseShare.MANY: msgid("half of the numbers or more withheld"),
}


def say_reasons(reasons: Iterable[str]) -> Message:
    """Return reasons in words, each followed by the log's own word."""
    meanings = [
        message("%(words)s (%(word)s)", words=word_of(REASONS[r]), word=r) if r in REASONS else r
        for r in reasons
    ]
    return joined("; ", meanings) if meanings else message("for no given reason")


def word_of(text: str) -> Message:
    """Return a text of a table as a separate sentence."""
    return Message(text, {})


def say_question(measure: str, by: Iterable[str], where: Iterable[Filter]) -> Message:
    """Return the question in the dictionary's own words."""
    levels = [*by]
    conditions = [
        message("%(dimension)s is %(codes)s", dimension=f.dimension, codes=either(f.codes)) for f in where
    ]
    what = (
        message("%(what)s by %(levels)s", what=measure, levels=listed(levels))
        if levels
        else Message("%(what)s", {"what": measure})
    )
    if not conditions:
        return what
    return message("%(what)s, where %(conditions)s", what=what, conditions=listed(conditions))


def say_size(size: CoarseSize) -> Message:
    """Return the size of a table, as coarsely as logged."""
    if size is CoarseSize.NONE:
        return message("no cells")
    return message("%(size)s cells", size=str(size))


def say_share(share: CoarseShare) -> Message:
    """Return the withheld share of a table, as coarsely as logged."""
    return word_of(SHARES[share])


def listed(words: Iterable[str]) -> str:
    """Words as in a sentence: `a, b and c`."""
    *before, end = [*words] or [""]
    return message("%(first)s and %(last)s", first=joined(", ", before), last=end) if before else end


def either(words: Iterable[str]) -> str:
    """Join alternatives: `a, b or c`."""
    *before, end = [*words] or [""]
    return message("%(first)s or %(last)s", first=joined(", ", before), last=end) if before else end


def say_who(role: str, organisation: str | None) -> Message:
    """Return `An analyst of ARMAC`, or `A keeper`. The role is a separate word: other languages have no
    article."""
    word = word_of(role)
    begins = role[:1] in "aeiou"
    if not organisation:
        return message("An %(role)s", role=word) if begins else message("A %(role)s", role=word)
    if begins:
        return message("An %(role)s of %(organisation)s", role=word, organisation=organisation)
    return message("A %(role)s of %(organisation)s", role=word, organisation=organisation)
