"""Signatures on every call of a member and every reply of the hub: RFC 9421 with Ed25519, RFC 9530.

A call's signature covers method, path, query and body, names the region, is valid for a minute, and has a
nonce that the hub accepts once. A reply's signature covers status and body, and the signature of its call, so
that no reply can be moved to another call. TLS protects the connection; the signatures hold from end to end.
"""

import re
import secrets
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureAlgorithm,
    HTTPSignatureKeyResolver,
    InvalidSignature,
)
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from audit.errors import AuditError
from audit.formats.note import Signer, Verifier
from audit.formats.vkey import VerifierKey
from gateway.errors import SafelaneError

VALID: Final = timedelta(seconds=60)
"""How long a signature is valid."""
SKEW: Final = timedelta(seconds=120)
"""How far the clocks of the two sides may be apart."""

_CALL = ("@method", "@path", "content-type", "content-digest")
_QUERY = "@query"
"""Covered where there is one, and demanded there: none can be added, changed or taken away."""
_REPLY = ("@status", "content-digest", '"signature";req')
_LABEL = "safelane"
_ASKED = re.compile(rf'{_LABEL}=\(\);keyid="((?:[^"\\]|\\["\\])*)"')
_NONCE_BYTES = 16
LONGEST_NONCE: Final = 100
"""Characters; nonces are stored, and strangers choose their own."""


class UnsignedError(SafelaneError):
    """A message with a missing or invalid signature."""


class UnknownKeyError(UnsignedError):
    """A reply under a key unknown to this side: the signature is neither valid nor invalid."""


class ClockError(UnsignedError):
    """A message signed too long ago, or in the future: a replay, or a wrong clock."""


@dataclass(frozen=True, eq=False)
class Call:
    """A request for signing. `url` is absolute; `headers` gets the signature."""

    method: str
    url: str
    headers: MutableMapping[str, str]


@dataclass(frozen=True, eq=False)
class Reply:
    """A response for signing, with its call."""

    status_code: int
    headers: MutableMapping[str, str]
    request: Call


@dataclass(frozen=True)
class Here:
    """Where and when a message is signed or verified: the regional log's origin, and this side's clock."""

    region: str
    now: datetime


@dataclass(frozen=True)
class Signed:
    """Facts from a verified signature: the key, the nonce, and the latest end of validity."""

    key_id: str
    nonce: str
    until: datetime


class _Ed25519(HTTPSignatureAlgorithm):
    """RFC 9421, section 3.3.6, on our own signers and verifiers."""

    algorithm_id = "ed25519"

    def __init__(self, public_key: Any = None, private_key: Any = None) -> None:
        self._verifier: Verifier = public_key
        self._signer: Signer = private_key

    def sign(self, message: bytes) -> bytes:
        return self._signer.sign(message.decode("ascii"))

    def verify(self, signature: bytes, message: bytes) -> None:
        self._verifier.verify(message.decode("ascii"), signature)


class _Keys(HTTPSignatureKeyResolver):
    def __init__(self, public: Callable[[str], Verifier | None], private: Signer | None = None) -> None:
        self._public = public
        self._private = private

    def resolve_public_key(self, key_id: str) -> Any:
        return self._public(key_id)

    def resolve_private_key(self, key_id: str) -> Any:  # noqa: ARG002 - the library's signature
        return self._private


class _AtTime(HTTPMessageVerifier):
    """Checks a signature's times by a given clock."""

    def __init__(self, find: Callable[[str], Verifier | None], now: datetime) -> None:
        super().__init__(signature_algorithm=_Ed25519, key_resolver=_Keys(find))
        self._now = now

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:  # noqa: ARG002
        created = sig_input.params.get("created")
        if type(created) is not int or not 0 <= created < 2**40:
            raise InvalidSignature("no time of signing")
        made = datetime.fromtimestamp(created, UTC)
        if not made - SKEW <= self._now <= made + VALID + SKEW:
            raise _TooFarApart


class _TooFarApart(InvalidSignature):
    pass


def key_id(key: VerifierKey) -> str:
    """Return the name of a key in signatures: name and key ID of the vkey."""
    return f"{key.name}+{key.key_id.hex()}"


def sign_call(call: Call, body: bytes, signer: Signer, here: Here) -> None:
    """Add digest and signature to a call's headers."""
    _sign(call, body, signer, here, _covered_of(call))


def sign_reply(reply: Reply, body: bytes, signer: Signer, here: Here) -> None:
    """Add digest and signature to a reply's headers; its call must be signed."""
    _sign(reply, body, signer, here, _covered(reply))


def verify_call(call: Call, body: bytes, find: Callable[[str], Verifier | None], here: Here) -> Signed:
    """Return the caller; `find` returns a key by its key ID, or None.

    The caller of this function must refuse a repeated nonce. Raises ClockError or UnsignedError.
    """
    return _verify(call, body, find, here, _covered_of(call))


def verify_reply(reply: Reply, body: bytes, known: Iterable[Verifier], here: Here) -> None:
    """Check that the hub signed this very reply to this very call, with one of its `known` keys.

    Raises ClockError, UnknownKeyError or UnsignedError.
    """
    keys = {key_id(verifier.key): verifier for verifier in known}
    unknown: list[str] = []

    def find(named: str) -> Verifier | None:
        if named not in keys:
            unknown.append(named)
        return keys.get(named)

    try:
        _verify(reply, body, find, here, _covered(reply))
    except UnsignedError as error:
        if unknown:
            raise UnknownKeyError(error.message, remedy=error.remedy) from None
        raise


def ask_for(key: VerifierKey) -> str:
    """Return the field Accept-Signature (RFC 9421, section 5), which asks for a reply signed by this key."""
    named = key_id(key).replace("\\", r"\\").replace('"', r"\"")
    return f'{_LABEL}=();keyid="{named}"'


def asked_for(field: str) -> str | None:
    """Return the key that a call asks for; None without the field, or in another form."""
    found = _ASKED.fullmatch(field)
    return None if found is None else re.sub(r"\\(.)", r"\1", found[1])


def _covered_of(call: Call) -> tuple[str, ...]:
    return (*_CALL, _QUERY) if "?" in call.url else _CALL


def _covered(reply: Reply) -> tuple[str, ...]:
    """Return the covered components.

    Without a body there is no content type to cover; with one there must be.
    """
    typed = any(name.lower() == "content-type" for name in reply.headers)
    return (*_REPLY, "content-type") if typed else _REPLY


def _sign(
    message: Call | Reply,
    body: bytes,
    signer: Signer,
    here: Here,
    covered: tuple[str, ...],
) -> None:
    HTTPMessageSigner(signature_algorithm=_Ed25519, key_resolver=_Keys(lambda _: None, private=signer)).sign(
        message,
        key_id=key_id(signer.key),
        created=here.now,
        nonce=secrets.token_urlsafe(_NONCE_BYTES),
        label=_LABEL,
        tag=_tag(here.region),
        covered_component_ids=covered,
        body=body,
    )


def _verify(
    message: Call | Reply,
    body: bytes,
    find: Callable[[str], Verifier | None],
    here: Here,
    covered: tuple[str, ...],
) -> Signed:
    try:
        found = _AtTime(find, here.now).verify(
            message, expect_tag=_tag(here.region), require_components=covered, body=body
        )
    except _TooFarApart:
        raise ClockError(
            f"The message was not signed now: here it is {here.now.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC.",
            remedy="Set the clocks of both sides, best by the network's time; then try again.",
        ) from None
    except (HTTPMessageSignaturesException, AuditError, ValueError):
        raise UnsignedError(
            "The message's signature is missing or does not hold.",
            remedy="Nothing was done. If it happens again, compare the keys of both sides.",
        ) from None
    if len(found) != 1 or not 0 < len(found[0].nonce or "") <= LONGEST_NONCE:
        raise UnsignedError(
            "The message's signature has no nonce, one that is too long, or there are several."
        )
    parameters = found[0].parameters
    made = datetime.fromtimestamp(int(parameters["created"]), UTC)
    return Signed(str(parameters["keyid"]), str(found[0].nonce), made + VALID + 2 * SKEW)


def _tag(region: str) -> str:
    return f"safelane {region}"
