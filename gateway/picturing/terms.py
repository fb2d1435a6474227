"""What a recipient may do with a member's part of a table, in sentences."""

from gateway.picturing.words import Words, msgid
from gateway.wire.release import Coverage
from gateway.wire.terms import PassOn

PASSING_ON = {
    PassOn.YES: msgid("It may be passed on."),
    PassOn.WITH_CREDIT: msgid("Aggregates of it may be passed on if the member is named as the source."),
    PassOn.NO: msgid("It may not be passed on."),
}


def terms(coverage: Coverage, words: Words) -> tuple[str, ...]:
    """How long it may be kept, whether it may be passed on, and the legal basis where the policy names one.

    Nothing for a member that gave nothing. Nodes of older versions do not tell their terms: silence is not
    leave, so that is said.
    """
    if not coverage.answered:
        return ()
    told = coverage.terms
    if told is None:
        return (
            words.say(msgid("Its terms did not come with the answer: ask the member before you pass it on.")),
        )
    said = [_kept(told.retention_days, words), words.say(PASSING_ON[told.redistribution])]
    if told.legal_basis is not None:
        said.append(words.filled(msgid("Legal basis: %(basis)s"), basis=told.legal_basis))
    return tuple(said)


def _kept(days: int | None, words: Words) -> str:
    if days is None:
        return words.say(msgid("It may be kept without limit."))
    if days == 1:
        return words.say(msgid("It may be kept for one day."))
    return words.filled(msgid("It may be kept for %(n)s days."), n=days)
