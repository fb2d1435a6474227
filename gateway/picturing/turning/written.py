"""Shares and rates in words of a language: to a tenth, and ranges rounded outwards. Pure."""

from fractions import Fraction

from gateway.picturing.words import Words


def percent(share: Fraction, words: Words) -> str:
    """`24.1 %`: never as none or all of a total where the share is neither."""
    part = round(share * 1000)
    if part == 0 < share:
        return f"<{tenths(1, words)} %"
    if part == 1000 and share < 1:
        return f">{tenths(999, words)} %"
    return f"{tenths(part, words)} %"


def percent_between(least: Fraction, most: Fraction) -> tuple[int, int]:
    """Whole percents, the least rounded down and the most up."""
    return int(least * 100), -int(-most * 100 // 1)


def rate(number: Fraction, words: Words) -> str:
    """`24.1`: never as 0 where the rate is more."""
    part = round(number * 10)
    return f"<{tenths(1, words)}" if part == 0 < number else tenths(part, words)


def rate_between(least: Fraction, most: Fraction | None, words: Words) -> str:
    """`1.2–3.4`, or `≥1.2` without a greatest: rounded outwards."""
    low = tenths(int(least * 10), words)
    return f"≥{low}" if most is None else f"{low}–{tenths(-int(-most * 10 // 1), words)}"


def tenths(number: int, words: Words) -> str:
    """So many tenths as a decimal number."""
    # The point of the language stands in a number that has one; every language's digits are 0 to 9.
    return words.number(number // 10 + 0.5)[:-1] + str(number % 10)
