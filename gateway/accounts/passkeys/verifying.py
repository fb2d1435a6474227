"""What a browser answers for a passkey, verified with Yubico's library (fido2), and the options that ask it.

Sources: Web Authentication level 3, sections 7.1 (a new passkey) and 7.2 (signing in). Attestation is not
asked for: which make of device a person uses is not ours to know.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from fido2 import cbor
from fido2.cose import RS256, CoseKey
from fido2.server import Fido2Server
from fido2.webauthn import (
    Aaguid,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from gateway.accounts.errors import PasskeyRefusedError
from gateway.accounts.model import Passkey
from gateway.accounts.passkeys.challenges import LIFETIME, Challenge
from gateway.accounts.passkeys.relying_party import RelyingParty

ALGORITHMS = (-7, -8, -257)
"""COSE algorithms that are accepted: ES256, EdDSA, RS256 (RFC 9053, RFC 8812); browsers know at least one."""
LARGEST_RESPONSE = 16_000
"""Characters; the longest identifier and an RSA key need a quarter of that."""
LONGEST_IDENTIFIER = 1023
"""Bytes (WebAuthn level 3, 4, "credential ID")."""
RSA_BYTES = range(256, 513)
_BYTES = ("clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle")
"""Fields of a browser's answer that are bytes, in base64url (WebAuthn level 3, 5.1)."""

# The library tells its log which passkey was used; nobody reads that here.
logging.getLogger("fido2").setLevel(logging.WARNING)


@dataclass(frozen=True)
class NewPasskey:
    """What an authenticator has made: identifier, COSE key in CBOR, and its signature counter."""

    credential: bytes
    public_key: bytes
    counter: int


def options_to_register(
    party: RelyingParty, name: str, handle: bytes, known: Sequence[Passkey], challenge: Challenge
) -> Mapping[str, Any]:
    """Return the options of `navigator.credentials.create`, bytes in base64url.

    `handle` stands for the account at the authenticator, 1 to 64 bytes that tell nothing about the person.
    """
    options, _ = _server(party).register_begin(
        PublicKeyCredentialUserEntity(name=name, id=handle, display_name=name),
        [_descriptor(each) for each in known],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
        challenge=challenge.value,
    )
    return dict(options)


def options_to_sign_in(party: RelyingParty, challenge: Challenge) -> Mapping[str, Any]:
    """Return the options of `navigator.credentials.get` for a passkey of whichever account, in base64url."""
    options, _ = _server(party).authenticate_begin(
        user_verification=UserVerificationRequirement.REQUIRED, challenge=challenge.value
    )
    return dict(options)


def new_passkey(party: RelyingParty, response: str, challenge: Challenge) -> NewPasskey:
    """Return the passkey that a browser has made for this challenge. Raises PasskeyRefusedError."""
    try:
        said = RegistrationResponse.from_dict(_object(response))
        _not_framed(said.response.client_data)
        server = _server(party)
        made = server.register_complete(_state(server, challenge), said).credential_data
        if made is None or made.credential_id != said.raw_id or len(said.raw_id) > LONGEST_IDENTIFIER:
            raise ValueError("another identifier")
        _usable(made.public_key)
        counter = said.response.attestation_object.auth_data.counter
        return NewPasskey(made.credential_id, cbor.encode(made.public_key), counter)
    except Exception:  # noqa: BLE001 - others' bytes in a library of others: whatever it raises is a refusal
        raise PasskeyRefusedError("wrong") from None


def credential_of(response: str) -> bytes:
    """Return the identifier of the passkey that an answer names, unproved. Raises PasskeyRefusedError."""
    try:
        return bytes(AuthenticationResponse.from_dict(_object(response)).raw_id)
    except Exception:  # noqa: BLE001 - as above
        raise PasskeyRefusedError("wrong") from None


def proved_counter(
    party: RelyingParty, response: str, challenge: Challenge, passkey: Passkey, handle: bytes
) -> int:
    """Return the signature counter of an answer that this passkey has signed for this challenge.

    Raises PasskeyRefusedError. Whether the counter has risen is for the caller to see.
    """
    try:
        said = AuthenticationResponse.from_dict(_object(response))
        _not_framed(said.response.client_data)
        if said.response.user_handle != handle:
            raise ValueError("the passkey of another account")
        key = CoseKey.parse(cbor.decode(passkey.public_key))  # type: ignore[arg-type]  # a map, as it was kept
        known = AttestedCredentialData.create(Aaguid.NONE, passkey.credential, key)
        server = _server(party)
        server.authenticate_complete(_state(server, challenge), [known], said)
        return int(said.response.authenticator_data.counter)
    except Exception:  # noqa: BLE001 - as above
        raise PasskeyRefusedError("wrong") from None


def _server(party: RelyingParty) -> Fido2Server:
    entity = PublicKeyCredentialRpEntity(name=party.name, id=party.id)
    server = Fido2Server(entity, verify_origin=lambda origin: origin == party.origin)
    server.allowed_algorithms = [
        PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=alg) for alg in ALGORITHMS
    ]
    server.timeout = int(LIFETIME.total_seconds() * 1000)  # type: ignore[assignment]  # milliseconds
    return server


def _state(server: Fido2Server, challenge: Challenge) -> Any:
    """What the library compares an answer with, in its own form: user verification is demanded."""
    return server.authenticate_begin(
        user_verification=UserVerificationRequirement.REQUIRED, challenge=challenge.value
    )[1]


def _descriptor(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=passkey.credential)


def _object(response: str) -> Mapping[str, Any]:
    if len(response) > LARGEST_RESPONSE:
        raise ValueError("too long")
    found = json.loads(response)
    said = found.get("response") if isinstance(found, dict) else None
    if not isinstance(said, dict):
        raise TypeError("no object")
    # The library makes bytes of these: of a number as many as it says, gigabytes for whoever asks.
    sent = (found.get("id"), found.get("rawId"), *(said.get(name) for name in _BYTES))
    if not all(isinstance(value, str) for value in sent if value is not None):
        raise TypeError("a field of bytes that is no text")
    return dict(found)


def _not_framed(client_data: Any) -> None:
    if client_data.cross_origin:
        raise ValueError("asked for by a page in a frame of another one")


def _usable(key: CoseKey) -> None:
    """Raise for a key of another algorithm, and for numbers that are no key."""
    if key.ALGORITHM not in ALGORITHMS:
        raise ValueError("another algorithm")
    if isinstance(key, RS256) and len(key[-1]) not in RSA_BYTES:
        raise ValueError("a modulus of another size")
    with suppress(InvalidSignature):
        key.verify(b"", b"")
