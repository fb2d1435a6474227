"""An authenticator made of software: it makes passkeys and signs with them, rightly or not."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

VERIFIED = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV
PRESENT = AuthenticatorData.FLAG.UP


@dataclass
class Device:
    """A device with one passkey. `origin` is where its browser is; `counter`, unless 0, rises each time."""

    origin: str
    counter: int = 0
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(20))
    handle: bytes = b""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def makes(self, options: Mapping[str, Any], *, rp: str | None = None, flags: int = VERIFIED) -> str:
        """The answer to `navigator.credentials.create`, as the page's script sends it."""
        self.handle = websafe_decode(options["user"]["id"])
        public = ES256.from_cryptography_key(self.key.public_key())
        data = AuthenticatorData.create(
            _hash(rp or options["rp"]["id"]),
            AuthenticatorData.FLAG(flags | AuthenticatorData.FLAG.AT),
            self.counter,
            AttestedCredentialData.create(Aaguid.NONE, self.credential, public),
        )
        return self._said(
            clientDataJSON=self._client("webauthn.create", options["challenge"]),
            attestationObject=AttestationObject.create("none", data, {}),
        )

    def signs(
        self,
        options: Mapping[str, Any],
        *,
        rp: str | None = None,
        flags: int = VERIFIED,
        kind: str = "webauthn.get",
        **client: Any,
    ) -> str:
        """The answer to `navigator.credentials.get`, as the page's script sends it."""
        if self.counter:
            self.counter += 1
        data = AuthenticatorData.create(
            _hash(rp or options["rpId"]), AuthenticatorData.FLAG(flags), self.counter
        )
        said = self._client(kind, options["challenge"], **client)
        signature = self.key.sign(data + sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._said(
            clientDataJSON=said, authenticatorData=data, signature=signature, userHandle=self.handle
        )

    def _client(self, kind: str, challenge: str, **more: Any) -> bytes:
        return CollectedClientData.create(kind, challenge, self.origin, **more)

    def _said(self, **response: bytes) -> str:
        name = websafe_encode(self.credential)
        words = {key: websafe_encode(bytes(value)) for key, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": words})


def _hash(rp: str) -> bytes:
    return sha256(rp.encode()).digest()
