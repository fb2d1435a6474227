"""Passphrases: which passphrases are too easy, and how passphrases are stored (argon2id, RFC 9106)."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.accounts.errors import BusyError, PassphraseError

LEAST, MOST = 15, 200
"""Characters. Long instead of odd: no rule asks for capitals, digits or signs (NIST SP 800-63B, 3.1.1)."""
LEAST_DIFFERENT = 7

MEMORY_KIB, ROUNDS, LANES = 64 * 1024, 3, 4
"""The second recommendation of RFC 9106, section 4: about 0.1 s."""
AT_ONCE = 4
PATIENCE_SECONDS = 5.0
"""Longest wait for a turn, in seconds; then BusyError.

More hashing at once would let strangers fill the memory.
"""

_ROOTS = """
password passwort passwd passphrase secret letmein welcome admin administrator master qwerty
qwertyuiop asdf asdfghjkl zxcvbn zxcvbnm azerty iloveyou monkey dragon football baseball superman
batman princess sunshine shadow michael jordan hunter trustno starwars whatever freedom mustang
access login hello computer internet samsung google facebook system server test testing default
changeme guest user root temp temporary love summer winter spring autumn january february march
april june july august september october november december monday tuesday wednesday thursday friday
saturday sunday safelane landmine mine clearance victim assistance abcd abcdef abcdefgh
"""
"""The parts of common passwords.

At this length, lists of common passwords hold repetitions of these parts.
"""

_LEET = str.maketrans("013457@$!", "oleastasi")
_hasher = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES)
_turns = BoundedSemaphore(AT_ONCE)


def check(passphrase: str, known: Iterable[str] = ()) -> None:
    """Raise PassphraseError for a passphrase that is too short, too long, or made of the commonest guesses.

    `known` are words about the person and the place: name, organisation, member.
    """
    if not LEAST <= len(passphrase) <= MOST:
        raise PassphraseError(
            f"The passphrase has {'fewer' if len(passphrase) < LEAST else 'more'} than "
            f"{LEAST if len(passphrase) < LEAST else MOST} characters.",
            remedy="Take four or five words that do not belong together. Spaces are welcome.",
        )
    if _is_breached(passphrase) or _left_over(passphrase, known) < LEAST_DIFFERENT:
        raise PassphraseError(
            "The passphrase is one of the most commonly guessed.",
            remedy=(
                "The passphrase repeats itself, counts up, or is made of well-known words or of your own "
                "name."
            ),
        )


def _is_breached(passphrase: str) -> bool:
    """Return whether the passphrase is in the list, however spaced, capitalised or doubled."""
    plain = re.sub(r"[\s._-]+", "", passphrase.lower())
    half, odd = divmod(len(plain), 2)
    doubled = plain[:half] if not odd and plain[:half] == plain[half:] else plain
    return not _breached().isdisjoint({passphrase.lower(), plain, doubled})


@cache
def _breached() -> frozenset[str]:
    """Return the 30,000 commonest passwords of published breaches, in lower case."""
    # Here, because it takes 12 MB that are needed only where somebody chooses a passphrase.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    return frozenset(FREQUENCY_LISTS["passwords"])


def _left_over(passphrase: str, known: Iterable[str]) -> int:
    """Count the different characters that remain without the obvious parts."""
    words = set(_ROOTS.split())
    for about in known:
        words |= {w for w in re.split(r"[^a-z0-9]+", about.lower()) if len(w) > 2}
    left = passphrase.lower()
    for spelled in (left, left.translate(_LEET)):
        for word in sorted(words, key=len, reverse=True):
            spelled = spelled.replace(word, "")  # noqa: PLW2901 - the same text, with less of it
        left = min(left, spelled, key=len)
    steps = "".join(c for before, c in zip(" " + left, left, strict=False) if abs(ord(c) - ord(before)) > 1)
    return len(set(steps) - set(" -_."))


def hashed(passphrase: str) -> str:
    """Return a passphrase as stored: argon2id in the PHC string format, with its own salt.

    Raises BusyError.
    """
    with _turn():
        return _hasher.hash(passphrase)


def fits(kept: str | None, passphrase: str) -> bool:
    """Return whether the passphrase matches `kept`; where `kept` is None, False after the same work.

    Raises BusyError. A mismatch is returned, not raised: the caller first combines the result with the code,
    so that neither half of the outcome can be observed.
    """
    with _turn():
        try:
            matches = _hasher.verify(kept or _nobodys(), passphrase)
            return matches and bool(kept)
        except (VerificationError, InvalidHashError):
            return False


_NOBODY: list[str] = []


def _nobodys() -> str:
    """Return a hash without an account, made at the same cost."""
    if not _NOBODY:
        _NOBODY.append(_hasher.hash("nobody has this passphrase"))
    return _NOBODY[0]


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE_SECONDS):
        raise BusyError
    try:
        yield
    finally:
        _turns.release()
