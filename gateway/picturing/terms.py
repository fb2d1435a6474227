"""The terms of a member's part of a table for a recipient, in sentences."""

from collections.abc import Sequence

from gateway.picturing.words import Words, msgid
from gateway.wire.release import Coverage
from gateway.wire.usage_terms import PassOn

PASSING_ON = {
    PassOn.YES: msgid("This answer may be passed on."),
    PassOn.WITH_CREDIT: msgid(
        "Aggregates of this answer may be passed on if the member is named as the source."
    ),
    PassOn.NO: msgid("This answer may not be passed on."),
}
"""From the loosest to the strictest."""


def terms(coverage: Coverage, words: Words) -> tuple[str, ...]:
    """The retention time, whether the data may be passed on, and the legal basis where the policy names one.

    Empty for a member without data. Nodes of older versions do not state their terms: silence is not
    permission, and the sentence says so.
    """
    if not coverage.answered:
        return ()
    stated = coverage.terms
    if stated is None:
        return (
            words.say(
                msgid("The terms did not come with the answer: ask the member before you pass the answer on.")
            ),
        )
    said = [_kept(stated.retention_days, words), words.say(PASSING_ON[stated.redistribution])]
    if stated.legal_basis is not None:
        said.append(words.filled(msgid("Legal basis: %(basis)s"), basis=stated.legal_basis))
    return tuple(said)


OF_TOTALS = msgid("Regional totals")


def of_totals(coverage: Sequence[Coverage], words: Words) -> tuple[str, ...]:
    """The terms of totals, which include a part of each member: the strictest terms of all members.

    Empty where fewer than two members gave data, or all terms are the same. A member with unknown terms might
    forbid passing data on.
    """
    given = [one.terms for one in coverage if one.answered]
    asked = {None if one is None else (one.retention_days, one.redistribution) for one in given}
    if len(given) < 2 or len(asked) < 2:
        return ()
    known = [one for one in given if one is not None]
    days = min((one.retention_days for one in known if one.retention_days is not None), default=None)
    pass_on = [PassOn.NO if one is None else one.redistribution for one in given]
    return (_kept(days, words), words.say(PASSING_ON[max(pass_on, key=list(PassOn).index)]))


def _kept(days: int | None, words: Words) -> str:
    if days is None:
        return words.say(msgid("This answer may be kept without limit."))
    if days == 1:
        return words.say(msgid("This answer may be kept for one day."))
    return words.filled(msgid("This answer may be kept for %(n)s days."), n=days)
