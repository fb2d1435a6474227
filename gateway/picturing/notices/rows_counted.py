"""A sentence about the share of a register's rows that had to count."""

from gateway.picturing.words import Words, msgid
from gateway.wire.release import Coverage


def rows_counted(coverage: Coverage, words: Words) -> str:
    """What the member's controller demanded of the register; empty where the member does not say."""
    if coverage.least_counted is None:
        return ""
    if not coverage.least_counted:
        return words.say(msgid("Less than half of the rows of its register may count."))
    text = msgid("At least %(n)s %% of the rows of its register count.")
    return words.filled(text, n=str(coverage.least_counted))
