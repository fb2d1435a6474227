"""Signing in with a passkey: counted, closed and logged as signing in with a passphrase and a code is.

The device that holds the passkey has made sure who uses it, by a PIN or a fingerprint: two factors in one
step. The passkey names its account, so that no name is typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.accounts import signing_in
from gateway.accounts.context import Entrance
from gateway.accounts.errors import PasskeyRefusedError
from gateway.accounts.model import Account, Means, Passkey
from gateway.accounts.passkeys import challenges
from gateway.accounts.passkeys.registering import can_have_passkeys, handle
from gateway.accounts.passkeys.relying_party import RelyingParty
from gateway.accounts.secrets import Kind, secret_hash
from gateway.accounts.signing_in import SignInResult, Visitor

COPIED = "copied-passkey"
"""The signature counter has not risen: another device signs with a copy of the passkey."""


@dataclass(frozen=True)
class PasskeyAttempt(Visitor):
    """The answer of a browser as JSON, and the challenge as `asked_options` sealed it."""

    response: str
    challenge: str


def asked_options(entrance: Entrance, party: RelyingParty) -> tuple[Mapping[str, Any], str]:
    """Return the options that ask a browser for a passkey, and their sealed challenge."""
    # As in `registering`: no other visit waits for the library.
    from gateway.accounts.passkeys import verifying  # noqa: PLC0415

    challenge = challenges.new_challenge(entrance.accounts.clock.now())
    options = verifying.options_to_sign_in(party, challenge)
    return options, challenges.sealed(entrance.sealer, challenge, challenges.SIGN_IN)


def sign_in_by_passkey(entrance: Entrance, party: RelyingParty, attempt: PasskeyAttempt) -> SignInResult:
    """Sign a person in. Raises PasskeyRefusedError, in the same words for every cause."""
    accounts = entrance.accounts
    found = _found(entrance, attempt.response)
    name = "" if found is None else found[1].name
    known = signing_in.knows(accounts, attempt, name)
    counted = signing_in.counted(entrance, attempt, name, known=known)
    if not signing_in.begin_attempt(accounts, counted):
        signing_in.log_failure(accounts, name, signing_in.CLOSED)
        raise PasskeyRefusedError(signing_in.CLOSED)
    try:
        if found is None:
            raise PasskeyRefusedError(signing_in.WRONG)
        entered = _enter(entrance, party, attempt, found[0])
    except PasskeyRefusedError as error:
        reason = COPIED if error.reason == COPIED else signing_in.WRONG
        signing_in.log_failure(accounts, name, reason)
        raise
    signing_in.succeeded(accounts, counted)
    return entered


def _found(entrance: Entrance, response: str) -> tuple[Passkey, Account] | None:
    """The passkey that the answer names, whether or not the answer is proved."""
    from gateway.accounts.passkeys import verifying  # noqa: PLC0415 - as above

    try:
        hashed = secret_hash(Kind.CREDENTIAL, verifying.credential_of(response).hex())
    except PasskeyRefusedError:
        return None
    with entrance.accounts.store.reading() as view:
        return view.people.passkey(hashed)


def _enter(
    entrance: Entrance, party: RelyingParty, attempt: PasskeyAttempt, passkey: Passkey
) -> SignInResult:
    """Verify the answer, use up its challenge, and open a session, together or not at all."""
    from gateway.accounts.passkeys import verifying  # noqa: PLC0415 - as above

    accounts = entrance.accounts
    now = accounts.clock.now()
    challenge = challenges.unsealed(entrance.sealer, attempt.challenge, challenges.SIGN_IN, now)
    own = handle(entrance, passkey.account)
    counter = verifying.proved_counter(party, attempt.response, challenge, passkey, own)
    with accounts.store.writing() as work:
        account = work.people.account(passkey.account)
        if account is None or account.closed is not None or not can_have_passkeys(work.people, account.name):
            raise PasskeyRefusedError(signing_in.CLOSED)
        index, entered = signing_in.let_in(accounts, work, account, Means.PASSKEY, attempt)
        challenges.spend(work, challenge, now, because=index)
        if not work.people.use_passkey(passkey.id, counter, now, because=index):
            raise PasskeyRefusedError(COPIED)
        return entered
