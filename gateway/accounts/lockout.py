"""Lockout: for how long sign-in attempts are closed for one account, one address or one browser.

Attempts from a browser in which the account has signed in before are counted for that browser alone. All
other attempts are counted for the account and for the address together. So no outsider can close an account
to the person who works with the account, and a stranger in an office closes that office at most to browsers
that are new there.

An attempt is counted before the secret is checked, and the count is taken back on success: simultaneous
attempts cannot pass together, and an attempt that fails half-way stays counted.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final


@dataclass(frozen=True)
class Rule:
    """`free` attempts, then pauses from `first`, doubled up to `longest`; forgotten after `memory`."""

    free: int
    first: timedelta
    longest: timedelta
    memory: timedelta


@dataclass(frozen=True)
class Tally:
    """Attempts that failed or are in progress, and when the last of these began."""

    failures: int
    last: datetime


ACCOUNT: Final = Rule(5, timedelta(minutes=1), timedelta(hours=1), timedelta(hours=24))
BROWSER: Final = Rule(10, timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=24))
ADDRESS: Final = Rule(20, timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
LONGEST_MEMORY: Final = max(rule.memory for rule in (ACCOUNT, BROWSER, ADDRESS))


def closed_until(tally: Tally | None, rule: Rule) -> datetime | None:
    """Return the time until which no attempt is checked, or None."""
    if tally is None or tally.failures < rule.free:
        return None
    doublings = min(tally.failures - rule.free, 20)
    pause: timedelta = min(rule.first * 2**doublings, rule.longest)
    return tally.last + pause


def is_closed(tally: Tally | None, rule: Rule, now: datetime) -> bool:
    """Return whether attempts are closed; the next one is not, where the clock was set back since the last.

    Else a clock that was years ahead for an hour would close an account for years. The attempts stay counted.
    """
    until = closed_until(tally, rule)
    return until is not None and now < until <= now + rule.longest


def one_more(tally: Tally | None, rule: Rule, now: datetime) -> Tally:
    """Return the tally with an attempt at `now`; attempts older than the rule's memory do not count."""
    if tally is None or now - tally.last > rule.memory:
        return Tally(1, now)
    return Tally(tally.failures + 1, now)


def one_less(tally: Tally | None) -> Tally | None:
    """Return an address's tally without the attempt that has succeeded; attempts of other people stay."""
    if tally is None or tally.failures <= 1:
        return None
    return Tally(tally.failures - 1, tally.last)


def place_of(address: str) -> str:
    """Return the unit that counts as one address: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
