"""Challenges that a passkey signs: each short-lived, for one use, and accepted once.

A challenge is not stored when it is made: strangers who ask for many must not fill the database. It travels
sealed, with its end, and is stored once it was accepted, until it would have ended anyway.
"""

import json
import secrets
from base64 import b64encode
from binascii import a2b_base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.accounts.errors import PasskeyRefusedError
from gateway.accounts.ports import Sealer, UnitOfWork
from gateway.accounts.secrets import Kind, secret_hash

LIFETIME = timedelta(minutes=5)
CHALLENGE_BYTES = 32
SIGN_IN = "sign-in with a passkey"


@dataclass(frozen=True)
class Challenge:
    """32 random bytes, accepted until a time. `until` has whole seconds."""

    value: bytes
    until: datetime


def registration_of(name: str) -> str:
    """Return the use of a challenge for a new passkey of one account."""
    return f"new passkey of {name}"


def new_challenge(now: datetime) -> Challenge:
    """Return a challenge that is made now."""
    return Challenge(secrets.token_bytes(CHALLENGE_BYTES), (now + LIFETIME).replace(microsecond=0))


def sealed(sealer: Sealer, challenge: Challenge, use: str) -> str:
    """Return a challenge as a form carries it: readable by nobody but us, and for one use."""
    text = json.dumps([b64encode(challenge.value).decode("ascii"), int(challenge.until.timestamp())])
    return sealer.seal(text, use).hex()


def unsealed(sealer: Sealer, text: str, use: str, now: datetime) -> Challenge:
    """Return the challenge of a form.

    Raises PasskeyRefusedError unless it was made here, for this use, in the last minutes.
    """
    try:
        value, until = json.loads(sealer.unseal(bytes.fromhex(text), use))
    except ValueError:
        raise PasskeyRefusedError("challenge") from None
    challenge = Challenge(a2b_base64(value), datetime.fromtimestamp(until, UTC))
    if challenge.until <= now:
        raise PasskeyRefusedError("late")
    return challenge


def spend(work: UnitOfWork, challenge: Challenge, now: datetime, *, because: int) -> None:
    """Accept a challenge, once. Raises PasskeyRefusedError the second time."""
    hashed = secret_hash(Kind.CHALLENGE, challenge.value.hex())
    if not work.people.spend_challenge(hashed, challenge.until, now, because=because):
        raise PasskeyRefusedError("repeated")
